package io.github.resnet4j.finetune.quality;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelErrorsTest {
    @Test
    void areTheConfidentJointOffItsDiagonal() throws IOException {
        List<List<Integer>> expected = Golden.rows("suspects.csv").stream()
                .map(row -> List.of(Integer.valueOf(row[0]), Integer.valueOf(row[1])))
                .toList();

        assertThat(LabelErrors.find(Golden.scores()).stream()
                        .map(suspect -> List.of(suspect.index(), suspect.suggested())))
                .isEqualTo(expected);
    }

    @Test
    void aMistakeThatTheNetworkIsUnsureOfIsNoSuspect() {
        Scores scores = new Scores(2);
        scores.add(0, 0, new float[] {0.9f, 0.1f}, 0);
        scores.add(1, 1, new float[] {0.1f, 0.9f}, 0);
        scores.add(2, 0, new float[] {0.4f, 0.6f}, 0); // a mistake, but class 1 is usually given 0.9
        scores.add(3, 0, new float[] {0.05f, 0.95f}, 0);

        assertThat(LabelErrors.find(scores)).containsExactly(new LabelErrors.Suspect(3, 0, 1, 0.05f, 0.95f));
    }

    @Test
    void aClassWithoutImagesSuggestsNothing() {
        Scores scores = new Scores(3);
        scores.add(0, 0, new float[] {0.1f, 0.1f, 0.8f}, 0);

        assertThat(LabelErrors.find(scores)).isEmpty();
    }
}
