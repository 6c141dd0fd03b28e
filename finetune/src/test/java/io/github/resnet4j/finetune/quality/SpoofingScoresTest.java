package io.github.resnet4j.finetune.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.finetune.quality.SpoofingScores.Point;
import io.github.resnet4j.finetune.quality.SpoofingScores.Verification;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Small sets of scores, worked out by hand in the comments. */
class SpoofingScoresTest {
    private static final double[] REAL = {1, 3, 4, 5};
    private static final double[] SPOOFED = {-1, 0, 2, 3.5, -2};

    private static final Verification PERFECT = new Verification(0, 0, 0);

    /**
     * In order: -2s -1s 0s 1r 2s 3r 3.5s 4r 5r. After each, missed of 4 real and accepted of 5 spoofed:
     * 0/4 4/5, 0/4 3/5, 0/4 2/5, 1/4 2/5, 1/4 1/5, 2/4 1/5, 2/4 0/5, 3/4 0/5, 4/4 0/5.
     * They differ least at 2: 1/4 and 1/5.
     */
    @Test
    void errorsOfNineScores() {
        SpoofingScores scores = new SpoofingScores(REAL, SPOOFED);
        assertThat(scores.curve()).hasSize(10);
        assertThat(scores.curve().get(0)).isEqualTo(new Point(Double.NEGATIVE_INFINITY, 0, 1));
        assertThat(scores.curve().get(4)).isEqualTo(new Point(1, 0.25, 0.4));
        assertThat(scores.curve().get(9)).isEqualTo(new Point(5, 1, 0));
        assertThat(scores.atEqualError().threshold()).isEqualTo(2);
        assertThat(scores.equalErrorRate()).isEqualTo((0.25 + 0.2) / 2, within(1e-12));
    }

    /**
     * Behind a verification without errors that rejects no spoofed speech, C1 = 0.9405 and C2 = 0.5, so that a miss costs 0.9405 of
     * 0.5 and a false alarm 0.5 of 0.5. At the thresholds 0, 2 and 3.5:
     * 0 + 2/5 = 0.4; 0.9405/0.5/4 + 1/5 = 0.67025; 0.9405/0.5/2 = 0.9405. The least is 0.4.
     */
    @Test
    void tandemCostBehindAPerfectVerification() {
        assertThat(new SpoofingScores(REAL, SPOOFED).minimumTandemCost(PERFECT)).isEqualTo(0.4, within(1e-12));
    }

    /**
     * A verification that accepts a tenth of others, misses a fifth and rejects 70 % of spoofed speech: C1 = 0.9405 · 0.8 - 0.095 ·
     * 0.1 = 0.7429, C2 = 0.5 · 0.3 = 0.15. At 0: 0.15 · 0.4 / 0.15 = 0.4; at 2: (0.7429/4 + 0.15/5) / 0.15 = 1.44. The least is 0.4;
     * with one real score of ten thousand below all spoofed ones, 0.7429 / 10000 / 0.15.
     */
    @Test
    void tandemCostBehindAVerificationThatErrs() {
        Verification behind = new Verification(0.1, 0.2, 0.7);
        assertThat(new SpoofingScores(REAL, SPOOFED).minimumTandemCost(behind)).isEqualTo(0.4, within(1e-12));
        double[] many = new double[10_000];
        many[0] = -10;
        assertThat(new SpoofingScores(many, new double[] {-9, -8}).minimumTandemCost(behind))
                .isEqualTo(0.7429 / 10_000 / 0.15, within(1e-12));
    }

    /**
     * Right speaker 2 3 4, others 0 1 2.5, spoofed -1 2 3 9. In order 0n 1n 2t 2.5n 3t 4t: missed and accepted 0 2/3, 0 1/3, 1/3 1/3:
     * equal at 2, which is accepted. Of others only 2.5 is not below it, 1/3; of the right speaker none is; of spoofed -1 is, 1/4.
     */
    @Test
    void errorsOfAVerificationAtItsOwnThreshold() {
        Verification verification =
                Verification.of(new double[] {2, 3, 4}, new double[] {0, 1, 2.5}, new double[] {-1, 2, 3, 9});
        assertThat(verification.falseAlarm()).isEqualTo(1 / 3.0, within(1e-12));
        assertThat(verification.miss()).isZero();
        assertThat(verification.missSpoof()).isEqualTo(0.25);
    }

    @Test
    void separatedScoresHaveNoErrors() {
        SpoofingScores scores = new SpoofingScores(new double[] {-26, 16, 3}, new double[] {-60, -80});
        assertThat(scores.equalErrorRate()).isZero();
        assertThat(scores.atEqualError().threshold()).isEqualTo(-60);
        assertThat(scores.minimumTandemCost(PERFECT)).isZero();
    }

    /** No threshold parts them, so that all are accepted or all rejected: errors of 0 and 1 either way, and a cost of 1. */
    @Test
    void equalScoresTellNothing() {
        SpoofingScores scores = new SpoofingScores(new double[] {1, 1}, new double[] {1, 1, 1});
        assertThat(scores.curve()).hasSize(2);
        assertThat(scores.equalErrorRate()).isEqualTo(0.5);
        assertThat(scores.minimumTandemCost(PERFECT)).isEqualTo(1);
    }

    @Test
    void reversedScoresErrAlways() {
        SpoofingScores scores = new SpoofingScores(new double[] {1, 2}, new double[] {3, 4});
        assertThat(scores.equalErrorRate()).isEqualTo(1);
        assertThat(scores.minimumTandemCost(PERFECT)).isEqualTo(1);
    }

    /** Two normal distributions two standard deviations apart: the error of either is that of one, 15.87 %. */
    @Test
    void normalScoresHaveTheErrorOfTheirDistance() {
        Random random = new Random(4);
        double[] real =
                random.doubles(100_000).map(u -> random.nextGaussian() + 2).toArray();
        double[] spoofed =
                random.doubles(100_000).map(u -> random.nextGaussian()).toArray();
        assertThat(new SpoofingScores(real, spoofed).equalErrorRate()).isEqualTo(0.15866, within(3e-3));
    }

    @Test
    void whatCannotBeJudgedIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SpoofingScores(new double[0], SPOOFED))
                .withMessage("there are no scores of real speech");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SpoofingScores(REAL, new double[] {1, Double.NaN}))
                .withMessage("a score of spoofed speech is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Verification(0, 1.5, 0))
                .withMessage("a share must be from 0 to 1, got 1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SpoofingScores(REAL, SPOOFED).minimumTandemCost(new Verification(0, 0, 1)))
                .withMessageContaining("not defined");
    }
}
