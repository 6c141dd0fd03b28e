package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.finetune.report.Metric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a task measures besides its loss.
 *
 * @param training while it trains, of the training samples as augmented
 * @param validation of the validation samples; the first tells which epoch is the best
 */
public record Metrics(List<Metric> training, List<Metric> validation) {
    public Metrics {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    /** Values by metric, in the order of the metrics. */
    public static Map<Metric, Double> values(List<Metric> metrics, ToDoubleFunction<Metric> value) {
        Map<Metric, Double> values = new LinkedHashMap<>();
        metrics.forEach(metric -> values.put(metric, value.applyAsDouble(metric)));
        return values;
    }
}
