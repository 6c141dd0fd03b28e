package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.finetune.config.ExpectConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunReporterTest {
    /** The tolerance is how far below; nobody fails by being better. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.9180 | this run after its last epoch: 91.80 %, 0.55 above, within the tolerance of 0.30.
            0.9125 | this run after its last epoch: 91.25 %, 0.00 above, within the tolerance of 0.30.
            0.9100 | this run after its last epoch: 91.00 %, 0.25 below, within the tolerance of 0.30.
            0.9094 | this run after its last epoch: 90.94 %, 0.31 below, more than the tolerance of 0.30.
            0.1000 | this run after its last epoch: 10.00 %, 81.25 below, more than the tolerance of 0.30.
            """)
    void toleranceIsOneSided(double top1, String expected) {
        assertThat(RunReporter.comparison(new ExpectConfig(91.25, 0.3, "He et al. 2015"), top1))
                .isEqualTo("Published top-1: 91.25 % (He et al. 2015); " + expected);
    }
}
