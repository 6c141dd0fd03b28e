package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** State dicts made by tests. */
public final class Dicts {
    private Dicts() {}

    /** Of these tensors. */
    public static StateDict of(Map<String, Tensor> tensors) {
        return new StateDict(Path.of("weights.file"), WeightFormat.UNKNOWN, tensors, Map.of(), List.of());
    }

    /** A tensor that has a shape and must not be read. */
    public static Tensor unread(Long... shape) {
        return Tensor.of(DType.F32, List.of(shape), (from, into) -> {
            throw new AssertionError("read");
        });
    }

    /** All tensors of a network under other names, with random values: none is NaN, and variances are not negative. */
    public static StateDict random(Network network, long seed, UnaryOperator<String> name) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Slot slot : network.slots()) {
            float[] values = new float[Math.toIntExact(slot.elements())];
            for (int i = 0; i < values.length; i++) {
                float value = (float) random.nextDouble(-2, 2);
                values[i] = slot.role() == Slot.Role.RUNNING_VAR ? Math.abs(value) : value;
            }
            tensors.put(name.apply(slot.name()), Tensor.of(slot.shape(), values));
        }
        return of(tensors);
    }

    /** The same under PyTorch's names. */
    public static StateDict random(Network network, long seed) {
        return random(network, seed, UnaryOperator.identity());
    }

    /** The shape that Keras gives to a tensor. */
    public static List<Long> kerasShape(List<Long> torch) {
        return switch (torch.size()) {
            case 2 -> List.of(torch.get(1), torch.get(0));
            case 4 -> List.of(torch.get(2), torch.get(3), torch.get(1), torch.get(0));
            default -> torch;
        };
    }

    /** The same values in Keras' order of dimensions. */
    public static Tensor keras(Tensor torch) {
        List<Long> shape = torch.shape();
        float[] from = torch.floats();
        float[] to = new float[from.length];
        int outs = Math.toIntExact(shape.get(0));
        int ins = shape.size() > 1 ? Math.toIntExact(shape.get(1)) : 1;
        int area = from.length / outs / ins;
        for (int i = 0; i < from.length; i++) {
            int out = i / (ins * area);
            int in = i / area % ins;
            to[(i % area * ins + in) * outs + out] = from[i];
        }
        return Tensor.of(kerasShape(shape), shape.size() > 1 ? to : from);
    }

    /** The tensors in the order of these names, renamed: alternately an old name and a new one. */
    public static StateDict renamed(StateDict dict, Map<String, String> names) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        new ArrayList<>(dict.tensors().entrySet())
                .forEach(entry -> tensors.put(names.getOrDefault(entry.getKey(), entry.getKey()), entry.getValue()));
        return dict.with(tensors);
    }
}
