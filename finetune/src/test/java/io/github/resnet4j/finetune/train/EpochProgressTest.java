package io.github.resnet4j.finetune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EpochProgressTest {
    @Test
    void meansAndRatesFollowFromTheSums() {
        EpochProgress progress = new EpochProgress(40, 30, 20, 8, 2);

        assertThat(progress.meanLoss()).isEqualTo(0.5);
        assertThat(progress.top1()).isEqualTo(0.75);
        assertThat(progress.imagesPerSecond()).isEqualTo(5);
        assertThat(progress.dataWaitShare()).isEqualTo(0.25);
    }

    /** Nothing done at all, and everything right at once without a loss. */
    @ParameterizedTest
    @CsvSource({"0, 0, 0, 0, 0", "7, 7, 0, 1, 1"})
    void takesTheEndsOfTheRanges(long images, long correct, double loss, double seconds, double waited) {
        assertThat(new EpochProgress(images, correct, loss, seconds, waited).images())
                .isEqualTo(images);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 0, 0, 0, 0",
        "2, -1, 0, 0, 0",
        "2, 3, 0, 0, 0",
        "2, 1, NaN, 0, 0",
        "2, 1, Infinity, 0, 0",
        "2, 1, 0, -1, 0",
        "2, 1, 0, NaN, 0",
        "2, 1, 0, 1, -1",
        "2, 1, 0, 1, NaN"
    })
    void refusesSumsThatCannotBe(long images, long correct, double loss, double seconds, double waited) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EpochProgress(images, correct, loss, seconds, waited))
                .withMessage(
                        "sums of an epoch cannot be %d images, %d correct, loss %s, %s s, waited %s s",
                        images, correct, loss, seconds, waited);
    }
}
