package io.github.resnet4j.finetune.quality;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScoresTest {
    @Test
    void keepsEverySecondAndThenEveryFourthOfMany() {
        Scores scores = new Scores(2, 8);
        for (int i = 0; i < 14; i++) {
            scores.add(i, 0, new float[] {9, 0.25f, 0.75f}, 1);
        }

        assertThat(scores.rows().stream().map(Scores.Row::index)).containsExactly(0, 4, 8, 12);
        assertThat(scores.rows().get(3).probabilities()).containsExactly(0.25f, 0.75f);
    }
}
