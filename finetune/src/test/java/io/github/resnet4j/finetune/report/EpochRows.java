package io.github.resnet4j.finetune.report;

import java.util.LinkedHashMap;
import java.util.Map;

/** Rows of classifications. */
public final class EpochRows {
    private EpochRows() {}

    public static EpochRow of(
            int epoch,
            long iterations,
            double lr,
            double trainLoss,
            double trainTop1,
            double valLoss,
            double valTop1,
            double valTop5,
            double seconds,
            double imagesPerSecond,
            double dataWaitShare) {
        Map<Metric, Double> validation = new LinkedHashMap<>();
        validation.put(Metric.TOP1, valTop1);
        validation.put(Metric.TOP5, valTop5);
        return new EpochRow(
                epoch,
                iterations,
                lr,
                trainLoss,
                Map.of(Metric.TOP1, trainTop1),
                valLoss,
                validation,
                seconds,
                imagesPerSecond,
                dataWaitShare);
    }
}
