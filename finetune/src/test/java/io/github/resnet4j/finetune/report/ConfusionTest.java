package io.github.resnet4j.finetune.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.finetune.report.Confusion.ClassScore;
import io.github.resnet4j.finetune.report.Confusion.Pair;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfusionTest {
    private final Confusion animals = new Confusion(
            List.of("cat", "dog", "owl", "yeti"),
            new long[][] {{6, 3, 1, 0}, {2, 8, 0, 0}, {0, 0, 5, 0}, {0, 0, 0, 0}});

    @Test
    void countsImages() {
        assertThat(animals.total()).isEqualTo(25);
        assertThat(animals.correct()).isEqualTo(19);
        assertThat(animals.top1()).isEqualTo(0.76);
    }

    @Test
    void scoresEveryClass() {
        List<ClassScore> scores = animals.scores();
        assertThat(scores).extracting(ClassScore::support).containsExactly(10L, 10L, 5L, 0L);
        assertThat(scores.get(0).precision()).isEqualTo(6 / 8.0);
        assertThat(scores.get(0).recall()).isEqualTo(6 / 10.0);
        assertThat(scores.get(0).f1()).isCloseTo(2 * 0.75 * 0.6 / (0.75 + 0.6), within(1e-12));
    }

    @Test
    void aClassThatNeverOccursHasNoScores() {
        ClassScore yeti = animals.scores().get(3);
        assertThat(new double[] {yeti.precision(), yeti.recall(), yeti.f1()}).containsOnly(Double.NaN);
    }

    @Test
    void ordersMistakesByFrequency() {
        assertThat(animals.mostConfused(2))
                .containsExactly(new Pair("cat", "dog", 3, 0.3), new Pair("dog", "cat", 2, 0.2));
        assertThat(animals.mostConfused(100)).hasSize(3);
        assertThat(animals.mostConfused(0)).isEmpty();
    }

    @Test
    void withoutImagesThereIsNoAccuracy() {
        assertThat(Confusion.none().top1()).isNaN();
        assertThat(Confusion.none().mostConfused(5)).isEmpty();
    }

    @Test
    void keepsItsOwnCounts() {
        long[][] counts = {{1}};
        Confusion confusion = new Confusion(List.of("a"), counts);
        counts[0][0] = 9;
        assertThat(confusion.total()).isEqualTo(1);
    }

    @Test
    void rejectsWhatIsNotASquare() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Confusion(List.of("a", "b"), new long[][] {{1, 2}, {3}}))
                .withMessage("row 1: 2 classes need 2 columns, got 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Confusion(List.of("a"), new long[][] {{-1}}))
                .withMessage("row 0: a count cannot be -1");
    }
}
