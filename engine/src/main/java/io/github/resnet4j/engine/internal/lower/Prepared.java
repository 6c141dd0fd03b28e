package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.onednn.Call;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.engine.internal.onednn.Memory;
import io.github.resnet4j.engine.internal.onednn.Scope;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Parameters that do not change from one execution to the next, in the layouts that the primitives want: those of a
 * program for inference, and of the frozen nodes of one for training. Batch normalisations that follow a convolution
 * are multiplied into its weights here. Several executables share one of these.
 *
 * <p>The parameters are as they were at the beginning or at the last {@link #refresh()}, also where an executable that
 * comes later needs them in a new layout.
 *
 * <p>Not safe for use by several threads while something is added or refreshed.
 */
public final class Prepared implements AutoCloseable {
    private final Scope scope = new Scope();
    private final FloatBuffer flat;
    private final FloatBuffer copy;
    private final List<Parameter> copied;
    private final Map<Operation, List<LoweredTensor>> weights = new HashMap<>();
    private final Map<Operation, List<LoweredTensor>> tiles = new HashMap<>();
    private final Map<Operation, LoweredTensor> biases = new HashMap<>();
    private final Map<Operation, Map<Argument, LoweredTensor>> norms = new HashMap<>();
    private final List<Runnable> fillings = new ArrayList<>();
    private final Set<Operation> broken = ConcurrentHashMap.newKeySet();
    private final Map<Operation, Gain> gains = new ConcurrentHashMap<>();
    private volatile int refreshes;
    private long bytes;

    /** @param flat DL4J's flat parameters, which only this and {@link #refresh()} read */
    public Prepared(FloatBuffer flat) {
        this(flat, flat.limit() == 0 ? List.of() : List.of(new Parameter(0, flat.limit())));
    }

    /**
     * Of some of the parameters.
     *
     * @param flat DL4J's flat parameters, which only this and {@link #refresh()} read
     * @param used those that operations ask for later
     */
    public Prepared(FloatBuffer flat, List<Parameter> used) {
        this.flat = flat;
        this.copied = List.copyOf(used);
        // As large as all parameters, but of what is not used no page is ever touched.
        FloatPointer block = new FloatPointer(used.isEmpty() ? 0 : flat.limit());
        scope.onClose(block::deallocate);
        this.copy = block.asBuffer();
        copy();
    }

    private void copy() {
        copied.forEach(part -> copy.put(part.offset(), flat, part.offset(), part.length()));
    }

    /** A layout of {@code rank} dimensions that the operation's weights are in already, if any: sharing it saves memory. */
    Optional<Layout> layout(Operation op, int rank) {
        return weights.getOrDefault(op, List.of()).stream()
                .map(LoweredTensor::layout)
                .filter(layout -> layout.shape().length == rank)
                .findFirst();
    }

    /**
     * Weights of a convolution or dense layer, or slopes of a prelu; operations that are equal have the same.
     *
     * @param layout copied, if it is new
     */
    LoweredTensor weights(Operation op, Layout layout) {
        return known(weights, op, layout, this::fillWeights);
    }

    /**
     * Kernels of a convolution as {@link Winograd} transforms them.
     *
     * @param layout 36×in×out; copied, if it is new
     */
    LoweredTensor tiles(Operation.Convolution op, Layout layout) {
        return known(tiles, op, layout, this::fillTiles);
    }

    private <T extends Operation> LoweredTensor known(
            Map<Operation, List<LoweredTensor>> all, T op, Layout layout, BiConsumer<T, LoweredTensor> filling) {
        List<LoweredTensor> known = all.computeIfAbsent(op, o -> new ArrayList<>());
        for (LoweredTensor tensor : known) {
            if (tensor.layout().same(layout)) {
                return tensor;
            }
        }
        LoweredTensor tensor = allocate(layout.copy(scope));
        known.add(tensor);
        fill(() -> filling.accept(op, tensor));
        return tensor;
    }

    /** One value for each output of a convolution or dense layer. */
    LoweredTensor bias(Operation op) {
        return biases.computeIfAbsent(op, o -> {
            int outputs = op instanceof Operation.Convolution c ? c.outChannels() : ((Operation.Dense) op).outputs();
            LoweredTensor tensor = vector(outputs);
            fill(() -> fillBias(op, tensor.floats()));
            return tensor;
        });
    }

    /** Scale, shift, mean and variance of a batch normalisation. */
    Map<Argument, LoweredTensor> norm(Operation.BatchNorm norm) {
        return norms.computeIfAbsent(norm, n -> {
            int channels = norm.gamma().length();
            Map<Argument, LoweredTensor> tensors = new EnumMap<>(Argument.class);
            tensors.put(Argument.SCALE, vector(channels));
            tensors.put(Argument.SHIFT, vector(channels));
            tensors.put(Argument.MEAN, vector(channels));
            tensors.put(Argument.VARIANCE, vector(channels));
            fill(() -> {
                copy(norm, norm.gamma(), tensors.get(Argument.SCALE));
                copy(norm, norm.beta(), tensors.get(Argument.SHIFT));
                copy(norm, norm.mean(), tensors.get(Argument.MEAN));
                FloatBuffer variance = tensors.get(Argument.VARIANCE).floats();
                for (int i = 0; i < channels; i++) {
                    variance.put(i, finite(norm, variance(norm, i)));
                }
            });
            return tensors;
        });
    }

    private void copy(Operation op, Parameter from, LoweredTensor to) {
        copy(op, from, to.floats());
    }

    private void copy(Operation op, Parameter from, FloatBuffer to) {
        for (int i = 0; i < from.length(); i++) {
            to.put(i, finite(op, value(from, i)));
        }
    }

    /** How often the parameters were read again. */
    int refreshes() {
        return refreshes;
    }

    /**
     * Bounds what an operation makes of its input.
     *
     * @param slope of values of magnitude 1, no value is larger
     * @param offset of zeros, no value is larger
     */
    record Gain(double slope, double offset) {}

    /** What a convolution, dense layer, batch normalisation with fixed statistics or prelu can make of its input. */
    Gain gain(Operation op) {
        return gains.computeIfAbsent(op, this::newGain);
    }

    private Gain newGain(Operation op) {
        double slope = 0;
        double offset = 0;
        if (op instanceof Operation.Convolution convolution) {
            int each = convolution.weight().length() / convolution.outChannels();
            for (int i = 0; i < convolution.outChannels(); i++) {
                int channel = i;
                double factor = convolution.factor()
                        * convolution.norm().map(norm -> factor(norm, channel)).orElse(1.0);
                slope = Math.max(slope, Math.abs(factor) * magnitude(convolution.weight(), i * each, each));
                offset = Math.max(offset, Math.abs(bias(op, i)));
            }
        } else if (op instanceof Operation.Dense dense) {
            int each = dense.weight().length() / dense.outputs();
            for (int i = 0; i < dense.outputs(); i++) {
                slope = Math.max(slope, magnitude(dense.weight(), i * each, each));
                offset = Math.max(offset, Math.abs(bias(op, i)));
            }
        } else if (op instanceof Operation.BatchNorm norm) {
            for (int i = 0; i < norm.gamma().length(); i++) {
                double factor = Math.abs(factor(norm, i));
                slope = Math.max(slope, factor);
                offset = Math.max(offset, Math.abs(value(norm.beta(), i)) + factor * Math.abs(value(norm.mean(), i)));
            }
        } else if (op instanceof Operation.Prelu prelu) {
            slope = 1;
            for (int i = 0; i < prelu.slopes().length(); i++) {
                slope = Math.max(slope, Math.abs(value(prelu.slopes(), i)));
            }
        } else {
            throw new IllegalArgumentException("no parameters of " + op);
        }
        return new Gain(slope, offset);
    }

    /** Sum of the magnitudes of some values of a parameter. */
    private double magnitude(Parameter parameter, int from, int count) {
        float[] block = new float[count];
        copy.get(parameter.offset() + from, block);
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            a += Math.abs(block[i]);
            b += Math.abs(block[i + 1]);
            c += Math.abs(block[i + 2]);
            d += Math.abs(block[i + 3]);
        }
        for (; i < count; i++) {
            a += Math.abs(block[i]);
        }
        return a + b + c + d;
    }

    /** Reads the flat parameters again. */
    public void refresh() {
        copy();
        broken.clear();
        gains.replaceAll((op, gain) -> newGain(op));
        refreshes++;
        fillings.forEach(Runnable::run);
    }

    /**
     * Whether a parameter that the operation was given is not finite, or became so when a normalisation was multiplied
     * into it. Behind an activation of oneDNN, which turns a NaN into zero, nothing would show that.
     */
    boolean isBroken(Operation op) {
        return !broken.isEmpty() && broken.contains(op);
    }

    private float finite(Operation op, double value) {
        float single = (float) value;
        if (!Float.isFinite(single)) {
            broken.add(op);
        }
        return single;
    }

    /** Bytes of all prepared parameters. */
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        scope.close();
    }

    private void fill(Runnable filling) {
        fillings.add(filling);
        filling.run();
    }

    private LoweredTensor vector(int length) {
        return allocate(Layout.of(scope, Order.PLAIN, length));
    }

    private LoweredTensor allocate(Layout layout) {
        // Whole cache lines, and room to begin at one.
        FloatPointer block = new FloatPointer(layout.bytes() / Float.BYTES + 32);
        scope.onClose(block::deallocate);
        bytes += layout.bytes();
        return new LoweredTensor(layout, Buffer.at((block.address() + 63) / 64 * 64));
    }

    private void fillWeights(Operation op, LoweredTensor target) {
        long count = 1;
        for (long size : target.layout().shape()) {
            count *= size;
        }
        try (FloatPointer folded = new FloatPointer(count)) {
            FloatBuffer plain = folded.asBuffer();
            if (op instanceof Operation.Convolution convolution) {
                fillKernels(convolution, plain);
            } else if (op instanceof Operation.Dense dense) {
                copy(op, dense.weight(), plain);
            } else if (op instanceof Operation.Prelu prelu) {
                for (int i = 0; i < count; i++) {
                    plain.put(i, finite(op, value(prelu.slopes(), prelu.slopes().length() == 1 ? 0 : i)));
                }
            } else {
                throw new IllegalArgumentException("no weights of " + op);
            }
            reorder(folded, target);
        }
    }

    private void fillTiles(Operation.Convolution op, LoweredTensor target) {
        long[] shape = target.layout().shape();
        int in = Math.toIntExact(shape[1]);
        int out = Math.toIntExact(shape[2]);
        try (FloatPointer folded = new FloatPointer((long) op.weight().length());
                FloatPointer transformed = new FloatPointer((long) Winograd.PLACES * in * out)) {
            FloatBuffer kernels = folded.asBuffer();
            fillKernels(op, kernels);
            Winograd.kernels(kernels, in, out, transformed.asBuffer());
            reorder(transformed, target);
        }
    }

    /** Copies {@code values}, which lie without gaps, to {@code target}. */
    private static void reorder(FloatPointer values, LoweredTensor target) {
        try (Scope passing = new Scope()) {
            Layout from = Layout.of(passing, Order.PLAIN, target.layout().shape());
            Descriptor reorder = Descriptor.reorder(passing, from, target.layout());
            Map<Argument, Memory> tensors = new EnumMap<>(Argument.class);
            tensors.put(Argument.SOURCE, new Memory(passing, from, values.address()));
            tensors.put(
                    Argument.DESTINATION,
                    new Memory(passing, target.layout(), target.buffer().address()));
            Layout scratch = reorder.layout(Descriptor.Role.SCRATCHPAD);
            FloatPointer room = new FloatPointer(scratch.bytes() / Float.BYTES + 1);
            passing.onClose(room::deallocate);
            tensors.put(Argument.SCRATCHPAD, new Memory(passing, scratch, room.address()));
            new Call(passing, reorder, tensors).execute(new Call.Stream(passing));
        }
    }

    private void fillKernels(Operation.Convolution op, FloatBuffer plain) {
        int each = op.weight().length() / op.outChannels();
        for (int out = 0; out < op.outChannels(); out++) {
            int channel = out;
            float factor = (float)
                    (op.factor() * op.norm().map(norm -> factor(norm, channel)).orElse(1.0));
            for (int i = out * each; i < (out + 1) * each; i++) {
                plain.put(i, finite(op, factor * value(op.weight(), i)));
            }
        }
    }

    private void fillBias(Operation op, FloatBuffer target) {
        for (int i = 0; i < target.limit(); i++) {
            target.put(i, finite(op, bias(op, i)));
        }
    }

    private double bias(Operation op, int channel) {
        Optional<Parameter> bias = op instanceof Operation.Convolution c ? c.bias() : ((Operation.Dense) op).bias();
        Optional<Operation.BatchNorm> norm = op instanceof Operation.Convolution c ? c.norm() : Optional.empty();
        double value = bias.map(b -> (double) value(b, channel)).orElse(0.0);
        double scale = op instanceof Operation.Convolution c ? c.factor() : 1;
        return scale
                * norm.map(n -> value(n.beta(), channel) + (value - value(n.mean(), channel)) * factor(n, channel))
                        .orElse(value);
    }

    private double factor(Operation.BatchNorm norm, int channel) {
        return value(norm.gamma(), channel) / Math.sqrt(variance(norm, channel) + norm.eps());
    }

    private double variance(Operation.BatchNorm norm, int channel) {
        double stored = value(norm.variance(), channel);
        return norm.logDeviation() ? Math.pow(10, 2 * stored) : stored;
    }

    private float value(Parameter parameter, int i) {
        return copy.get(parameter.offset() + i);
    }
}
