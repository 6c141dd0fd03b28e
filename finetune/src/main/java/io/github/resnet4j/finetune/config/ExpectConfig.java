package io.github.resnet4j.finetune.config;

import io.github.resnet4j.finetune.report.Numbers;

/**
 * A published result that a run should reach.
 *
 * @param top1 key {@code top1}, required: accuracy on the test images in percent, 0 to 100
 * @param tolerance key {@code tolerance}, required: how far below still counts as reached, in percentage points, at
 *     least 0
 * @param source key {@code source}, required: where it was published
 */
public record ExpectConfig(double top1, double tolerance, String source) {
    /** Throws {@link IllegalArgumentException} for numbers out of range and a blank source. */
    public ExpectConfig {
        new Requirements()
                .that(top1 >= 0 && top1 <= 100, "top1", "must be a percentage, 0 to 100, not " + Numbers.decimal(top1))
                .atLeast("tolerance", tolerance, 0.0)
                .written("source", source)
                .verify();
    }
}
