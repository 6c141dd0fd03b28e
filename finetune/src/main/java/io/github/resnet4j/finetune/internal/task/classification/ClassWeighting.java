package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.datasets.Samples;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ClassWeights;
import java.util.Arrays;
import java.util.List;

/** From what a configuration says of classes to a weight for each class of a data set. */
public final class ClassWeighting {
    private ClassWeighting() {}

    /** @throws UsageException if a class is named that the data does not have */
    public static float[] of(ClassWeights config, Samples data) {
        return of(config, data.classes(), data.classCounts());
    }

    /**
     * @param counts how often each class is there
     * @throws UsageException if a class is named that the data does not have
     */
    public static float[] of(ClassWeights config, List<String> classes, long[] counts) {
        float[] weights = new float[classes.size()];
        Arrays.fill(weights, 1);
        if (config.balanced()) {
            long all = Arrays.stream(counts).sum();
            for (int c = 0; c < weights.length; c++) {
                weights[c] = (float) ((double) all / (classes.size() * Math.max(1, counts[c])));
            }
        }
        config.weights().forEach((name, weight) -> {
            int c = classes.indexOf(name);
            if (c < 0) {
                throw new UsageException("data.class-weights: the data has no class " + Printable.brief(name)
                        + Suggest.nearest(name, classes)
                                .map(near -> "; did you mean " + Printable.line(near) + "?")
                                .orElse(""));
            }
            weights[c] = weight.floatValue();
        });
        return weights;
    }
}
