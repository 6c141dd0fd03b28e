package io.github.resnet4j.finetune.internal.task.classification;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.finetune.report.Confusion;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static String of(long[]... counts) {
        return Verdict.of(new Confusion(List.of("ants", "bees"), counts));
    }

    @Test
    void saysWhatTheAccuracyMeans() {
        assertThat(of(new long[] {64, 6}, new long[] {0, 83}))
                .isEqualTo(
                        "The model names the class of 96.1 % of 153 images it was not trained on (for more images like"
                                + " these, expect 91.7 % to 98.2 %); always answering “bees” would be right for 54.2 %; it is"
                                + " weakest on “ants”, of which it recognises 64 of 70 images.");
    }

    /** 52 % with 48 % to 57 % is not more than 50 %. */
    @Test
    void doesNotTakeLuckForLearning() {
        assertThat(of(new long[] {130, 120}, new long[] {120, 130}))
                .contains("but always answering “ants” would be right for 50.0 %, so that it is not certain that it has"
                        + " learnt anything");
    }

    @Test
    void namesNoWeakestClassWhereAllIsRight() {
        assertThat(of(new long[] {9, 0}, new long[] {0, 9}))
                .endsWith("always answering “ants” would be right for 50.0 %.");
    }

    @Test
    void knowsNothingWithoutImages() {
        assertThat(Verdict.of(Confusion.none())).contains("nothing is known");
    }
}
