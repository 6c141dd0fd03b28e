package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.finetune.config.MixConfig;
import java.nio.FloatBuffer;
import org.apache.commons.math3.distribution.BetaDistribution;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Mixup and CutMix as torchvision has them: every image of a batch is mixed with the one before it, the first with the
 * last, all in the same proportion. A pure function of seed, epoch and batch.
 */
final class BatchMixing {
    private final MixConfig config;
    private final long seed;

    BatchMixing(MixConfig config, long seed) {
        this.config = config;
        this.seed = ~seed; // not the random numbers of any image
    }

    /**
     * Mixes a batch in place.
     *
     * @param features N×C×H×W
     * @param labels N×classes, each row a distribution
     */
    void apply(INDArray features, INDArray labels, int epoch, int batch) {
        SampleRandom random = SampleRandom.of(seed, epoch, batch);
        boolean both = config.mixup().isPresent() && config.cutmix().isPresent();
        boolean cut = both ? random.nextDouble() < 0.5 : config.cutmix().isPresent();
        if (cut) {
            double kept = share(config.cutmix().orElseThrow(), random);
            blend(labels, cut(features, kept, random));
        } else if (config.mixup().isPresent()) {
            double kept = share(config.mixup().get(), random);
            blend(features, kept);
            blend(labels, kept);
        }
    }

    private static double share(double alpha, SampleRandom random) {
        // The generator, which only sampling needs, is slow to make.
        return new BetaDistribution(null, alpha, alpha).inverseCumulativeProbability(random.nextDouble());
    }

    /** Each example becomes {@code kept} of itself and the rest of the one before it. */
    private static void blend(INDArray examples, double kept) {
        int count = Math.toIntExact(examples.size(0));
        int length = Math.toIntExact(examples.length() / count);
        FloatBuffer values = examples.data().asNioFloat();
        float own = (float) kept;
        float other = (float) (1 - kept);
        float[] last = example(values, count - 1, length);
        for (int i = count - 1; i >= 0; i--) {
            float[] mixed = example(values, i, length);
            float[] before = i == 0 ? last : example(values, i - 1, length);
            for (int j = 0; j < length; j++) {
                mixed[j] = own * mixed[j] + other * before[j];
            }
            values.put(i * length, mixed);
        }
    }

    /**
     * A rectangle of each image becomes that of the one before it.
     *
     * @param kept share of the area to keep, as far as whole pixels and edges allow
     * @return the share that was kept
     */
    private static double cut(INDArray images, double kept, SampleRandom random) {
        int count = Math.toIntExact(images.size(0));
        int height = Math.toIntExact(images.size(2));
        int width = Math.toIntExact(images.size(3));
        int length = Math.toIntExact(images.length() / count);
        double half = 0.5 * Math.sqrt(1 - kept);
        int x = random.nextInt(width);
        int y = random.nextInt(height);
        int left = Math.max(0, x - (int) (half * width));
        int right = Math.min(width, x + (int) (half * width));
        int top = Math.max(0, y - (int) (half * height));
        int bottom = Math.min(height, y + (int) (half * height));
        FloatBuffer values = images.data().asNioFloat();
        float[] last = example(values, count - 1, length);
        for (int i = count - 1; i >= 0; i--) {
            float[] mixed = example(values, i, length);
            float[] before = i == 0 ? last : example(values, i - 1, length);
            for (int plane = 0; plane < length; plane += height * width) {
                for (int row = top; row < bottom; row++) {
                    int at = plane + row * width + left;
                    System.arraycopy(before, at, mixed, at, right - left);
                }
            }
            values.put(i * length, mixed);
        }
        return 1 - (double) (right - left) * (bottom - top) / ((double) width * height);
    }

    private static float[] example(FloatBuffer values, int index, int length) {
        float[] example = new float[length];
        values.get(index * length, example);
        return example;
    }
}
