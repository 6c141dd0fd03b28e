package io.github.resnet4j.finetune.train;

import io.github.resnet4j.finetune.report.Metric;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How well a network does its task on a set of samples. */
public interface Measured {
    /** Mean loss. */
    double loss();

    /** What the task measures, in its order; NaN where a figure says nothing of these samples. */
    Map<Metric, Double> metrics();

    /** A metric of each class, where classes are measured one by one. */
    default Optional<ByClass> byClass() {
        return Optional.empty();
    }

    /**
     * A metric of each class.
     *
     * @param values by the names of the classes, in their order; NaN where nothing is known of one
     */
    record ByClass(Metric metric, Map<String, Double> values) {
        public ByClass {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }
    }

    /** Samples evaluated; those that were left out do not count. */
    long images();

    /** Seconds it took, with loading. */
    double seconds();
}
