package io.github.resnet4j.zoo.internal.safetensors;

import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Tensors of all types and many shapes, scalars and empty ones too, under names of all alphabets. */
final class RandomTensors {
    private static final String[] WORDS = {
        "layer1",
        "conv",
        "weight",
        "running_var",
        "ä",
        "Ω",
        "層",
        "😀",
        "\"",
        "\\",
        "/",
        " ",
        "%",
        "A",
        "a",
        "0",
        "\u2028"
    };

    private RandomTensors() {}

    /** At most {@code most} tensors of a few hundred bytes. */
    static Map<String, Tensor> map(SplittableRandom random, int most) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        int count = random.nextInt(most + 1);
        for (int i = 0; i < count; i++) {
            DType type = DType.values()[random.nextInt(DType.values().length)];
            tensors.put(name(random), tensor(random, type));
        }
        return tensors;
    }

    static Map<String, String> metadata(SplittableRandom random) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            metadata.put(random.nextInt(8) == 0 ? "" : name(random), random.nextInt(4) == 0 ? "\0\n" : name(random));
        }
        return metadata;
    }

    static Tensor tensor(SplittableRandom random, DType type) {
        List<Long> shape = new ArrayList<>();
        for (int d = random.nextInt(5); d > 0; d--) {
            shape.add(random.nextInt(12) == 0 ? 0 : 1 + random.nextLong(4));
        }
        return tensor(random, type, shape);
    }

    /** Random bits: all NaNs, infinities and subnormals occur. */
    static Tensor tensor(SplittableRandom random, DType type, List<Long> shape) {
        long count = shape.stream().reduce(1L, (a, b) -> a * b);
        byte[] bytes = new byte[(int) count * type.bytes()];
        random.nextBytes(bytes);
        return Tensor.of(type, shape, (from, into) -> into.put(bytes, (int) from * type.bytes(), into.remaining()));
    }

    private static String name(SplittableRandom random) {
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            name.append(name.isEmpty() ? "" : ".").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return name.toString();
    }
}
