package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The mean to subtract from every channel and the deviation to divide it by, with pixels scaled to 0 .. 1 first.
 *
 * @param mean key {@code mean}, required: red, green, blue
 * @param std key {@code std}, required: red, green, blue, greater than 0
 */
public record NormalizeConfig(List<Double> mean, List<Double> std) {
    /** {@code imagenet}: of ILSVRC 2012, as published with every torchvision model. */
    public static final NormalizeConfig IMAGENET =
            new NormalizeConfig(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

    /** {@code cifar10}: of the 50,000 training images. */
    public static final NormalizeConfig CIFAR10 =
            new NormalizeConfig(List.of(0.4914, 0.4822, 0.4465), List.of(0.2470, 0.2435, 0.2616));

    /** {@code cifar100}: of the 50,000 training images. */
    public static final NormalizeConfig CIFAR100 =
            new NormalizeConfig(List.of(0.5071, 0.4865, 0.4409), List.of(0.2673, 0.2564, 0.2762));

    /** {@code none}: 0 .. 1 as it is. */
    public static final NormalizeConfig NONE = new NormalizeConfig(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

    /** The names that stand for values. */
    static final Map<String, NormalizeConfig> NAMED = named();

    /**
     * Throws {@link IllegalArgumentException} unless there are three finite values each and every {@code std} is
     * positive.
     */
    public NormalizeConfig {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        new Requirements()
                .that(
                        mean.size() == 3 && mean.stream().allMatch(Double::isFinite),
                        "mean",
                        "must be three numbers: red, green, blue")
                .that(
                        std.size() == 3 && std.stream().allMatch(s -> s > 0 && Double.isFinite(s)),
                        "std",
                        "must be three numbers greater than 0: red, green, blue")
                .that(
                        Preprocessing.scaleProblem(mean, std).isEmpty(),
                        "mean",
                        Preprocessing.scaleProblem(mean, std).orElse(""))
                .verify();
    }

    private static Map<String, NormalizeConfig> named() {
        Map<String, NormalizeConfig> named = new LinkedHashMap<>();
        named.put("imagenet", IMAGENET);
        named.put("cifar10", CIFAR10);
        named.put("cifar100", CIFAR100);
        named.put("none", NONE);
        return named;
    }

    /** The same for the data pipeline. */
    public Normalize toNormalize() {
        return new Normalize(floats(mean), floats(std));
    }

    private static float[] floats(List<Double> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).floatValue();
        }
        return floats;
    }
}
