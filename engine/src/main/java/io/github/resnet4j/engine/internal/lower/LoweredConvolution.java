package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.OneDnnException;
import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Geometry;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Role;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** Convolution, with what is folded and fused into it. */
final class LoweredConvolution extends Lowered {
    /** Values in the longest vector of a processor. */
    private static final int VECTOR = 16;

    private static final List<String> SLOW_OR_WRONG = List.of("ref", "gemm", "ncsp");

    private final Operation.Convolution op;
    private Geometry window;
    private long[] weightShape;
    private boolean stack;
    private Descriptor forward;
    private LoweredTensor source;

    LoweredConvolution(Context context, int position, Operation.Convolution op) {
        super(context, position);
        this.op = op;
    }

    /** Of what comes in as a stack, each image is at a depth of its own, which windows of depth 1 do not mix. */
    private void shape(boolean deep) {
        stack = deep;
        Geometry flat = geometry(op.window());
        long[] shape = weightShape(op, context.node(input(0)).extent().channels());
        window = deep ? flat.deep() : flat;
        weightShape = deep
                ? LongStream.concat(
                                Arrays.stream(shape, 0, shape.length - 2),
                                LongStream.concat(
                                        LongStream.of(1), Arrays.stream(shape, shape.length - 2, shape.length)))
                        .toArray()
                : shape;
    }

    private Layout layout(Extent extent) {
        return stack ? context.stack(extent) : context.map(extent);
    }

    static Geometry geometry(Window w) {
        return new Geometry(
                new long[] {w.kernelHeight(), w.kernelWidth()},
                new long[] {w.strideHeight(), w.strideWidth()},
                // oneDNN counts from 0.
                new long[] {w.dilationHeight() - 1L, w.dilationWidth() - 1L},
                new long[] {w.padding().top(), w.padding().left()},
                new long[] {w.padding().bottom(), w.padding().right()});
    }

    /** As DL4J stores them, with a dimension for the groups in front if there are several. */
    static long[] weightShape(Operation.Convolution op, int inChannels) {
        long in = inChannels / op.groups();
        long height = op.window().kernelHeight();
        long width = op.window().kernelWidth();
        return op.groups() == 1
                ? new long[] {op.outChannels(), in, height, width}
                : new long[] {op.groups(), op.outChannels() / op.groups(), in, height, width};
    }

    @Override
    LoweredTensor forward() {
        boolean sum = node.epilogue().addsLastInput();
        LoweredTensor given = sum ? context.value(input(0)) : context.anyValue(input(0));
        shape(given.layout().shape().length == 5);
        Layout destination = layout(node.extent());
        boolean training = context.backward(position);
        boolean biased = op.bias().isPresent() || op.norm().isPresent();
        Layout bias = biased ? Layout.of(context.scope(), Order.PLAIN, op.outChannels()) : null;
        Layout any = Layout.of(context.scope(), Order.ANY, weightShape);
        Layout weights = node.frozen()
                ? context.prepared().layout(op, weightShape.length).orElse(any)
                : any;
        Extent in = context.node(input(0)).extent();
        Layout anySource = any(layout(in));
        Layout anyDestination = any(destination);
        boolean map = given.layout().shape().length > 2;
        Supplier<Descriptor> anyhow = () -> create(training, anySource, any, bias, anyDestination, postOps(sum));
        forward = fast(
                        () -> map ? create(training, given.layout(), weights, bias, destination, postOps(sum)) : null,
                        this::staysInside)
                .or(() -> fast(
                        () -> create(training, layout(in), weights, bias, destination, postOps(sum)),
                        this::staysInside))
                .or(() -> fast(
                        () -> create(training, layout(in), any, bias, destination, postOps(sum)), this::staysInside))
                .or(() -> fast(anyhow, this::staysInside))
                .orElseGet(() -> first(anyhow.get(), this::staysInside).orElseThrow());
        source = context.convert(
                node.name(), map ? given : context.asMap(given, in, node.name()), forward.layout(Role.SOURCE));
        LoweredTensor result = sum
                ? addend(forward.layout(Role.DESTINATION))
                : context.result(position, forward.layout(Role.DESTINATION));
        Map<Argument, LoweredTensor> tensors = new EnumMap<>(Argument.class);
        tensors.put(Argument.SOURCE, source);
        tensors.put(Argument.WEIGHTS, weights(forward.layout(Role.WEIGHTS)));
        tensors.put(Argument.DESTINATION, result);
        if (biased) {
            tensors.put(
                    Argument.BIAS,
                    node.frozen()
                            ? context.prepared().bias(op)
                            : context.parameter(op.bias().orElseThrow(), op.outChannels()));
        }
        record(fused(op.norm().isPresent() ? "convolution + norm" : "convolution"), forward, tensors);
        return context.convert(node.name(), result, destination);
    }

    private Descriptor create(boolean training, Layout from, Layout weights, Layout bias, Layout to, PostOps postOps) {
        return Descriptor.convolution(context.scope(), training, from, weights, bias, to, window, postOps);
    }

    /**
     * The descriptor on its first implementation that is neither the reference nor over matrices, if it has one. Nor is
     * it {@code jit_uni_ncsp}, which is for the plain order: in oneDNN 3.11, it mistakes maps of one channel, channels
     * last, for plain ones, and writes all but the first image of a batch to wrong places.
     */
    private static Optional<Descriptor> fast(Supplier<Descriptor> create) {
        return fast(create, implementation -> true);
    }

    private static Optional<Descriptor> fast(Supplier<Descriptor> create, Predicate<String> right) {
        Descriptor descriptor;
        try {
            descriptor = create.get();
        } catch (OneDnnException e) {
            if (e.unimplemented()) {
                return Optional.empty();
            }
            throw e;
        }
        if (descriptor == null) {
            return Optional.empty();
        }
        return first(descriptor, name -> SLOW_OR_WRONG.stream().noneMatch(name::contains) && right.test(name));
    }

    private static Optional<Descriptor> first(Descriptor descriptor, Predicate<String> right) {
        do {
            if (right.test(descriptor.implementation())) {
                return Optional.of(descriptor);
            }
        } while (descriptor.next());
        return Optional.empty();
    }

    /** In oneDNN 3.11, {@code brg_conv_fwd} can end the process where a window sees padding alone. */
    private boolean staysInside(String implementation) {
        return !implementation.startsWith("brg")
                || op.window().seesEverywhere(context.node(input(0)).extent());
    }

    /**
     * In oneDNN 3.11, a {@code jit_1x1} with strides reads maps in channels-last order a whole vector at a time. If their
     * channels are no multiple of a vector, it adds whatever lies behind them.
     */
    private boolean countsWeights(String implementation) {
        boolean strides = op.window().strideHeight() > 1 || op.window().strideWidth() > 1;
        int channels = context.node(input(0)).extent().channels();
        return !(strides && channels % VECTOR != 0 && implementation.startsWith("jit_1x1"));
    }

    private LoweredTensor weights(Layout layout) {
        return node.frozen()
                ? context.prepared().weights(op, layout)
                : context.tape().convert(node.name(), context.parameter(op.weight(), weightShape), layout);
    }

    /** The tensor that the result is added to: the last input itself, if nothing else needs it. */
    private LoweredTensor addend(Layout layout) {
        int last = input(node.inputs().size() - 1);
        LoweredTensor value = context.mapValue(last, node.name());
        LoweredTensor inPlace = context.convert(node.name(), value, layout);
        boolean fresh = inPlace.buffer() != context.value(last).buffer();
        boolean read = inPlace.buffer() == source.buffer();
        if (!read && (fresh || context.lastUse(last, position))) {
            return inPlace;
        }
        LoweredTensor copy = context.tape().tensor(layout);
        context.tape().copy(node.name(), "copy", inPlace, copy);
        return copy;
    }

    @Override
    void backward(LoweredTensor behind) {
        LoweredTensor gradient = beforeActivation(behind);
        Layout anyWeights = Layout.of(context.scope(), Order.ANY, weightShape);
        if (needsGradient(0)) {
            Descriptor descriptor =
                    gradientDescriptor(layout(context.node(input(0)).extent()), anyWeights, gradient.layout());
            LoweredTensor result = context.tape().tensor(descriptor.layout(Role.SOURCE_GRADIENT));
            record(
                    "convolution backward",
                    descriptor,
                    Map.of(
                            Argument.DESTINATION_GRADIENT,
                            context.convert(node.name(), gradient, descriptor.layout(Role.DESTINATION_GRADIENT)),
                            Argument.WEIGHTS,
                            weights(descriptor.layout(Role.WEIGHTS)),
                            Argument.SOURCE_GRADIENT,
                            result));
            context.addGradient(
                    input(0),
                    node.name(),
                    context.convert(
                            node.name(), result, layout(context.node(input(0)).extent())),
                    true);
        }
        if (!node.trained().isEmpty()) {
            weightsGradient(gradient, anyWeights);
        }
    }

    private Descriptor gradientDescriptor(Layout from, Layout weights, Layout to) {
        return fast(() -> Descriptor.convolutionSourceGradient(context.scope(), forward, from, weights, to, window))
                .orElseGet(() -> Descriptor.convolutionSourceGradient(
                        context.scope(), forward, any(from), weights, any(to), window));
    }

    private void weightsGradient(LoweredTensor gradient, Layout anyWeights) {
        Layout bias = op.bias()
                .map(b -> Layout.of(context.scope(), Order.PLAIN, op.outChannels()))
                .orElse(null);
        Descriptor descriptor = fast(
                        () -> Descriptor.convolutionWeightsGradient(
                                context.scope(), forward, source.layout(), anyWeights, bias, gradient.layout(), window),
                        this::countsWeights)
                .orElseGet(() -> Descriptor.convolutionWeightsGradient(
                        context.scope(),
                        forward,
                        any(source.layout()),
                        anyWeights,
                        bias,
                        any(gradient.layout()),
                        window));
        LoweredTensor place = context.parameterGradient(op.weight(), weightShape);
        Layout layout = descriptor.layout(Role.WEIGHTS_GRADIENT);
        LoweredTensor result =
                layout.same(place.layout()) ? place : context.tape().tensor(layout);
        Map<Argument, LoweredTensor> tensors = new EnumMap<>(Argument.class);
        tensors.put(Argument.SOURCE, context.convert(node.name(), source, descriptor.layout(Role.SOURCE)));
        tensors.put(
                Argument.DESTINATION_GRADIENT,
                context.convert(node.name(), gradient, descriptor.layout(Role.DESTINATION_GRADIENT)));
        tensors.put(Argument.WEIGHTS_GRADIENT, result);
        op.bias().ifPresent(b -> tensors.put(Argument.BIAS_GRADIENT, context.parameterGradient(b, op.outChannels())));
        record("convolution weight gradient", descriptor, tensors);
        if (result != place) {
            context.tape().copy(node.name(), "reorder", result, place);
        }
    }

    private Layout any(Layout like) {
        return Layout.of(context.scope(), Order.ANY, like.shape());
    }
}
