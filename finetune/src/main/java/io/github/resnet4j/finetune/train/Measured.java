package io.github.resnet4j.finetune.train;

import io.github.resnet4j.finetune.report.Metric;
import java.util.Map;

/** How well a network does its task on a set of samples. */
public interface Measured {
    /** Mean loss. */
    double loss();

    /** What the task measures, in its order; NaN where a figure says nothing of these samples. */
    Map<Metric, Double> metrics();

    /** Samples evaluated; those that were left out do not count. */
    long images();

    /** Seconds it took, with loading. */
    double seconds();
}
