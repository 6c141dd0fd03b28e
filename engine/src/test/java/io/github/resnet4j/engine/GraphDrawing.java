package io.github.resnet4j.engine;

import io.github.resnet4j.engine.RandomGraph.Frozen;
import io.github.resnet4j.engine.RandomGraph.Loss;
import io.github.resnet4j.engine.RandomGraph.Part;
import io.github.resnet4j.engine.RandomGraph.Reading;
import io.github.resnet4j.engine.RandomGraph.Value;
import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.zoo.layers.AdaptiveAvgPoolVertex;
import io.github.resnet4j.zoo.layers.DepthToSpaceVertex;
import io.github.resnet4j.zoo.layers.FrozenStatisticsBatchNorm;
import io.github.resnet4j.zoo.layers.GroupedConvolution;
import io.github.resnet4j.zoo.layers.LeakyReluVertex;
import io.github.resnet4j.zoo.layers.LocalResponseNormVertex;
import io.github.resnet4j.zoo.layers.MultiplyVertex;
import io.github.resnet4j.zoo.layers.Prelu;
import io.github.resnet4j.zoo.layers.ShiftVertex;
import io.github.resnet4j.zoo.layers.SpatialPoolVertex;
import io.github.resnet4j.zoo.layers.StochasticSumVertex;
import io.github.resnet4j.zoo.layers.UpsamplingVertex;
import io.github.resnet4j.zoo.layers.ZeroPadShortcutVertex;
import io.github.resnet4j.zoo.network.ChannelPadding;
import io.github.resnet4j.zoo.network.Op.Interpolation;
import io.github.resnet4j.zoo.network.Op.Pooling;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Per;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Scaling;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** Draws a {@link RandomGraph}, a vertex after the other. */
final class GraphDrawing {
    private static final int MOST_CHANNELS = 40;
    private static final int LARGEST = 12;

    private static final Predicate<Value> ANY = value -> true;
    private static final Predicate<Value> MAP = value -> !value.flat();
    private static final Predicate<Value> SMALL_MAP =
            MAP.and(value -> Math.max(value.extent().height(), value.extent().width()) <= LARGEST);
    private static final Predicate<Value> TINY_MAP =
            MAP.and(value -> Math.max(value.extent().height(), value.extent().width()) <= LARGEST / 2);
    private static final Predicate<Value> SHUFFLED =
            TINY_MAP.and(value -> value.extent().channels() % 4 == 0);
    private static final Predicate<Value> ROW = Value::flat;
    private static final Predicate<Value> MAP_OR_VECTOR = value -> !value.flat() || value.isVector();

    /** One row for each kind of vertex: how often, on what, and how it is drawn. */
    private static final List<Kind> KINDS = List.of(
            new Kind(6, MAP, GraphDrawing::convolution),
            new Kind(3, MAP, GraphDrawing::groupedConvolution),
            new Kind(5, MAP_OR_VECTOR, GraphDrawing::batchNorm),
            new Kind(4, ANY, GraphDrawing::activation),
            new Kind(1, ANY, GraphDrawing::dropout),
            new Kind(4, MAP, GraphDrawing::pooling),
            new Kind(1, MAP, GraphDrawing::globalPooling),
            new Kind(1, SMALL_MAP, GraphDrawing::zeroPadding),
            new Kind(1, ANY, GraphDrawing::dense),
            new Kind(2, MAP, GraphDrawing::residual),
            new Kind(3, ANY, GraphDrawing::sum),
            new Kind(1, ANY, GraphDrawing::product),
            new Kind(2, MAP_OR_VECTOR, GraphDrawing::prelu),
            new Kind(1, ANY, GraphDrawing::leakyRelu),
            new Kind(2, MAP, GraphDrawing::responseNorm),
            new Kind(2, MAP, GraphDrawing::gate),
            new Kind(2, MAP, GraphDrawing::spatialPool),
            new Kind(2, MAP, GraphDrawing::adaptiveAvgPool),
            new Kind(2, SHUFFLED, GraphDrawing::depthToSpace),
            new Kind(2, TINY_MAP, GraphDrawing::upsampling),
            new Kind(2, ANY, GraphDrawing::merge),
            new Kind(1, ANY, GraphDrawing::scale),
            new Kind(1, MAP, GraphDrawing::flattened),
            new Kind(2, ROW, GraphDrawing::unflattened),
            new Kind(2, MAP, GraphDrawing::zeroPadShortcut));

    private static final List<Supplier<IActivation>> ACTIVATIONS = List.of(
            ActivationReLU::new,
            ActivationReLU::new,
            () -> new ActivationReLU(null, 0.0, 0.3),
            () -> new ActivationLReLU(0.1),
            ActivationSigmoid::new,
            ActivationTanH::new,
            ActivationIdentity::new);

    private static final List<ConvolutionMode> MODES =
            List.of(ConvolutionMode.Truncate, ConvolutionMode.Strict, ConvolutionMode.Same, ConvolutionMode.Same);

    private static final List<Supplier<ILossFunction>> LOSSES = List.of(
            LossMCXENT::new,
            LossNegativeLogLikelihood::new,
            () -> new LossMCXENT(Nd4j.createFromArray(0.5f, 2f, 1f, 0.2f)));

    private final SplittableRandom random;
    private final int batch;
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final List<Part> parts = new ArrayList<>();
    private Frozen frozen = Frozen.NO;

    private record Kind(int weight, Predicate<Value> fits, Draw draw) {}

    private interface Draw {
        /** Adds a vertex that reads {@code input}. */
        void from(GraphDrawing drawing, String input);
    }

    GraphDrawing(SplittableRandom random) {
        this.random = random;
        this.batch = from(1, 5);
    }

    RandomGraph graph(String name) {
        Shape image = new Shape(from(1, 5), from(3, LARGEST), from(3, LARGEST));
        values.put(RandomGraph.IMAGES, new Value(new Extent(image.channels(), image.height(), image.width()), false));
        int size = from(3, 14);
        int prefix = one(3) ? random.nextInt(size) : 0;
        while (parts.size() < size) {
            frozen = parts.size() < prefix ? Frozen.YES : one(6) ? Frozen.WITH_BACKPROP : Frozen.NO;
            List<String> all = List.copyOf(values.keySet());
            String input = one(4) ? any(all) : all.get(all.size() - 1);
            kind(values.get(input)).draw().from(this, input);
        }
        Loss loss = new Loss(any(LOSSES), random.nextBoolean(), random.nextBoolean());
        return new RandomGraph(name, image, List.copyOf(parts), loss, batch, one(3) ? 0.3 : 0);
    }

    private Kind kind(Value input) {
        List<Kind> fitting = KINDS.stream()
                .filter(kind -> kind.fits().test(input))
                .flatMap(kind -> IntStream.range(0, kind.weight()).mapToObj(i -> kind))
                .toList();
        return any(fitting);
    }

    private int from(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    private boolean one(int of) {
        return random.nextInt(of) == 0;
    }

    private <T> T any(List<T> things) {
        return things.get(random.nextInt(things.size()));
    }

    private Extent extent(String input) {
        return values.get(input).extent();
    }

    private void add(List<String> inputs, Value value, Frozen state, Supplier<Object> made) {
        String name = "v" + parts.size();
        Reading reading = one(3) ? any(List.of(Reading.values())) : Reading.NONE;
        parts.add(new Part(name, inputs, value, made, state, reading));
        values.put(name, value);
    }

    private void add(String input, Value value, Frozen state, Supplier<Object> made) {
        add(List.of(input), value, state, made);
    }

    /** Only layers with parameters are frozen such that gradients pass. */
    private Frozen prefix() {
        return frozen == Frozen.YES ? Frozen.YES : Frozen.NO;
    }

    /** Drops nothing, for no two draw the same. */
    private double dropout() {
        return frozen == Frozen.YES && one(3) ? 0.5 : 0;
    }

    private void convolution(String input) {
        int filters = random.nextBoolean() ? extent(input).channels() : from(1, 17);
        Supplier<IActivation> function = random.nextBoolean() ? ActivationIdentity::new : any(ACTIVATIONS);
        convolution(input, sliding(extent(input), true), filters, function);
    }

    private void convolution(String input, Sliding sliding, int filters, Supplier<IActivation> function) {
        boolean bias = random.nextBoolean();
        double dropout = dropout();
        add(input, map(sliding.over(extent(input), filters)), frozen, () -> new ConvolutionLayer.Builder(
                        sliding.kernel())
                .stride(sliding.stride())
                .padding(sliding.padding())
                .dilation(sliding.dilation())
                .convolutionMode(sliding.mode())
                .nOut(filters)
                .hasBias(bias)
                .dropOut(dropout)
                .activation(function.get())
                .build());
    }

    private void groupedConvolution(String input) {
        Extent in = extent(input);
        List<Integer> divisors = IntStream.rangeClosed(Math.min(2, in.channels()), in.channels())
                .filter(i -> in.channels() % i == 0)
                .boxed()
                .toList();
        int groups = any(divisors);
        int filters = groups * from(1, Math.max(1, 12 / groups));
        Sliding sliding = sliding(in, true).in(ConvolutionMode.Truncate);
        boolean bias = random.nextBoolean();
        Supplier<IActivation> function = random.nextBoolean() ? ActivationIdentity::new : any(ACTIVATIONS);
        add(input, map(sliding.over(in, filters)), frozen, () -> new GroupedConvolution.Builder(
                        sliding.kernel()[0], sliding.kernel()[1])
                .stride(sliding.stride()[0], sliding.stride()[1])
                .padding(sliding.padding()[0], sliding.padding()[1])
                .dilation(sliding.dilation()[0], sliding.dilation()[1])
                .groups(groups)
                .nOut(filters)
                .hasBias(bias)
                .activation(function.get())
                .build());
    }

    /** By the batch's statistics only where there are enough values for some. */
    private void batchNorm(String input) {
        Extent in = extent(input);
        boolean many = batch * in.height() * in.width() >= 4;
        Frozen state = many || frozen == Frozen.YES ? frozen : Frozen.WITH_BACKPROP;
        if (values.get(input).flat() && state == Frozen.WITH_BACKPROP) {
            dense(input);
            return;
        }
        boolean logarithm = random.nextBoolean();
        double decay = any(List.of(0.9, 0.99, 0.5));
        double eps = any(List.of(1e-5, 1e-3));
        boolean frozenStatistics = !logarithm && eps > 1e-4;
        add(input, values.get(input), state, () -> {
            BatchNormalization norm = new BatchNormalization.Builder()
                    .useLogStd(logarithm)
                    .decay(decay)
                    .eps(eps)
                    .build();
            return frozenStatistics ? FrozenStatisticsBatchNorm.of(norm) : norm;
        });
    }

    private void activation(String input) {
        Supplier<IActivation> function = any(ACTIVATIONS);
        add(input, values.get(input), prefix(), () -> new ActivationLayer(function.get()));
    }

    private void dropout(String input) {
        double retained = frozen == Frozen.YES ? 0.5 : 1;
        add(input, values.get(input), prefix(), () -> new DropoutLayer(retained));
    }

    private void pooling(String input) {
        Extent in = extent(input);
        Sliding sliding = sliding(in, false);
        PoolingType type = random.nextBoolean() ? PoolingType.MAX : PoolingType.AVG;
        boolean counting = random.nextBoolean();
        add(input, map(sliding.over(in, in.channels())), prefix(), () -> new SubsamplingLayer.Builder(type)
                .kernelSize(sliding.kernel())
                .stride(sliding.stride())
                .padding(sliding.padding())
                .convolutionMode(sliding.mode())
                .avgPoolIncludePadInDivisor(counting)
                .build());
    }

    private void globalPooling(String input) {
        Extent out = new Extent(extent(input).channels(), 1, 1);
        PoolingType type = random.nextBoolean() ? PoolingType.MAX : PoolingType.AVG;
        boolean collapsed = random.nextBoolean();
        add(input, new Value(out, collapsed), prefix(), () -> new GlobalPoolingLayer.Builder(type)
                .collapseDimensions(collapsed)
                .build());
    }

    private void zeroPadding(String input) {
        Extent in = extent(input);
        int[] sides = random.ints(4, 0, 3).toArray();
        Extent out = new Extent(in.channels(), in.height() + sides[0] + sides[1], in.width() + sides[2] + sides[3]);
        add(input, map(out), prefix(), () -> new ZeroPaddingLayer.Builder(sides).build());
    }

    private void dense(String input) {
        int outputs = from(1, 9);
        boolean bias = random.nextBoolean();
        double dropout = dropout();
        Supplier<IActivation> function = any(ACTIVATIONS);
        add(input, new Value(new Extent(outputs, 1, 1), true), frozen, () -> new DenseLayer.Builder()
                .nOut(outputs)
                .hasBias(bias)
                .dropOut(dropout)
                .activation(function.get())
                .build());
    }

    private void sum(String input) {
        add(
                alike(input, values.get(input)::equals),
                values.get(input),
                prefix(),
                () -> new ElementWiseVertex(ElementWiseVertex.Op.Add));
    }

    /** A convolution that changes no size, perhaps a norm, and the sum of that and the input. */
    private void residual(String input) {
        Axis axis = any(List.of(new Axis(1, 1, 0, 1), new Axis(3, 1, 1, 1), new Axis(3, 1, 2, 2)));
        Sliding sliding = new Sliding(axis, axis, ConvolutionMode.Truncate);
        convolution(input, sliding, extent(input).channels(), ActivationIdentity::new);
        if (random.nextBoolean()) {
            batchNorm(last());
        }
        int block = parts.size();
        add(List.of(last(), input), values.get(input), prefix(), () -> residualSum(block));
    }

    /** In most blocks one that drops its branch, by each rule in turn. */
    private GraphVertex residualSum(int block) {
        Scaling scaling = block % 2 == 0 ? Scaling.AT_TEST : Scaling.IN_TRAINING;
        return switch (block % 6) {
            case 0, 1, 4 -> new StochasticSumVertex(0.5, scaling, Per.BATCH);
            case 2, 3 -> new StochasticSumVertex(0.5, scaling, Per.IMAGE);
            default -> new ElementWiseVertex(ElementWiseVertex.Op.Add);
        };
    }

    private String last() {
        return parts.get(parts.size() - 1).name();
    }

    private void product(String input) {
        add(
                alike(input, values.get(input)::equals),
                values.get(input),
                prefix(),
                () -> new ElementWiseVertex(ElementWiseVertex.Op.Product));
    }

    private void prelu(String input) {
        boolean shared = one(3);
        double dropout = dropout();
        add(input, values.get(input), frozen, () -> new Prelu.Builder()
                .shared(shared)
                .weightInit(new WeightInitDistribution(new UniformDistribution(-0.5, 1)))
                .dropOut(dropout)
                .build());
    }

    private void leakyRelu(String input) {
        double slope = any(List.of(0.0, 0.1, 1.5));
        add(input, values.get(input), prefix(), () -> new LeakyReluVertex(slope));
    }

    /** DL4J's own only where no gradient goes through it: there it is wrong. */
    private void responseNorm(String input) {
        int size = any(List.of(1, 3, 5).subList(0, Math.min(3, extent(input).channels())));
        boolean stock = frozen == Frozen.YES;
        add(
                input,
                values.get(input),
                prefix(),
                () -> stock
                        ? new LocalResponseNormalization.Builder(2, size, 0.1, 0.75).build()
                        : new LocalResponseNormVertex(size, 0.5, 0.75, 1));
    }

    /** The product with what was pooled of the input, by channel or by place, or with any other such value. */
    private void gate(String input) {
        Extent in = extent(input);
        Extent byChannel = new Extent(in.channels(), 1, 1);
        Extent byPlace = new Extent(1, in.height(), in.width());
        List<String> gates = values.keySet().stream()
                .filter(name -> extent(name).equals(byChannel)
                        || !values.get(name).flat()
                                && (extent(name).equals(byPlace) || extent(name).equals(in)))
                .filter(name -> !name.equals(input))
                .toList();
        if (gates.isEmpty() || random.nextBoolean()) {
            if (random.nextBoolean()) {
                globalPooling(input);
            } else {
                spatialPool(input);
            }
            if (random.nextBoolean()) {
                add(last(), values.get(last()), prefix(), () -> new ActivationLayer(new ActivationSigmoid()));
            }
            gates = List.of(last());
        }
        add(List.of(input, any(gates)), values.get(input), prefix(), MultiplyVertex::new);
    }

    private void spatialPool(String input) {
        Extent in = extent(input);
        Pooling pooling = any(List.of(Pooling.values()));
        add(input, map(new Extent(1, in.height(), in.width())), prefix(), () -> new SpatialPoolVertex(pooling));
    }

    private void adaptiveAvgPool(String input) {
        int rows = from(1, 5);
        int columns = from(1, 5);
        Extent out = new Extent(extent(input).channels(), rows, columns);
        add(input, map(out), prefix(), () -> new AdaptiveAvgPoolVertex(rows, columns));
    }

    private void depthToSpace(String input) {
        Extent in = extent(input);
        Extent out = new Extent(in.channels() / 4, 2 * in.height(), 2 * in.width());
        add(input, map(out), prefix(), () -> new DepthToSpaceVertex(2));
    }

    private void upsampling(String input) {
        Extent in = extent(input);
        boolean stock = one(3);
        int rows = from(1, 2);
        int columns = stock ? from(1, 2) : rows;
        Interpolation interpolation = any(List.of(Interpolation.values()));
        Extent out = new Extent(in.channels(), rows * in.height(), columns * in.width());
        add(
                input,
                map(out),
                prefix(),
                () -> stock
                        ? new Upsampling2D.Builder()
                                .size(new int[] {rows, columns})
                                .build()
                        : new UpsamplingVertex(rows, interpolation));
    }

    private void merge(String input) {
        Extent in = extent(input);
        List<String> inputs = alike(
                input,
                value -> value.flat() == values.get(input).flat()
                        && value.extent().height() == in.height()
                        && value.extent().width() == in.width());
        int channels =
                inputs.stream().mapToInt(other -> extent(other).channels()).sum();
        if (channels <= MOST_CHANNELS) {
            Extent out = new Extent(channels, in.height(), in.width());
            add(inputs, new Value(out, values.get(input).flat()), prefix(), MergeVertex::new);
        }
    }

    /** The input and one or two more, perhaps itself again. */
    private List<String> alike(String input, Predicate<Value> like) {
        List<String> fitting = values.keySet().stream()
                .filter(name -> like.test(values.get(name)))
                .toList();
        List<String> chosen = new ArrayList<>(List.of(input));
        for (int i = from(1, 2); i > 0; i--) {
            chosen.add(any(fitting));
        }
        return List.copyOf(chosen);
    }

    private void scale(String input) {
        double factor = any(List.of(-1.5, -0.5, 0.25, 2.0));
        boolean shift = factor > 0 && factor < 1 && MAP_OR_VECTOR.test(values.get(input));
        List<Double> by = IntStream.range(0, extent(input).channels())
                .mapToObj(channel -> factor + channel)
                .toList();
        add(input, values.get(input), prefix(), () -> shift ? new ShiftVertex(by) : new ScaleVertex(factor));
    }

    private void flattened(String input) {
        Extent in = extent(input);
        add(
                input,
                new Value(in, true),
                prefix(),
                () -> new PreprocessorVertex(new CnnToFeedForwardPreProcessor(in.height(), in.width(), in.channels())));
    }

    private void unflattened(String input) {
        Extent in = extent(input);
        add(
                input,
                map(in),
                prefix(),
                () -> new PreprocessorVertex(new FeedForwardToCnnPreProcessor(in.height(), in.width(), in.channels())));
    }

    private void zeroPadShortcut(String input) {
        Extent in = extent(input);
        int channels = Math.min(MOST_CHANNELS, in.channels() + random.nextInt(5));
        int stride = from(1, 3);
        ChannelPadding padding = any(List.of(ChannelPadding.values()));
        add(
                input,
                map(Window.square(1, stride, 0).over(in, channels)),
                prefix(),
                () -> new ZeroPadShortcutVertex(channels, stride, padding));
    }

    private static Value map(Extent extent) {
        return new Value(extent, false);
    }

    /** How a kernel moves over a map of {@code in}. */
    private Sliding sliding(Extent in, boolean convolution) {
        Axis rows = axis(in.height(), convolution);
        Axis columns =
                one(3) || !rows.fits(in.width(), ConvolutionMode.Truncate) ? axis(in.width(), convolution) : rows;
        Sliding sliding = new Sliding(rows, columns, any(MODES));
        return sliding.fits(in) ? sliding : sliding.in(ConvolutionMode.Truncate);
    }

    /** One that fits; of a pooling, each place sees a value. */
    private Axis axis(int size, boolean convolution) {
        int kernel = any(List.of(1, 2, 3, 3, 4, 5));
        int dilation = convolution && one(4) ? from(2, 3) : 1;
        int reach = dilation * (kernel - 1) + 1;
        int least = Math.max(0, (reach - size + 1) / 2);
        int most = size > LARGEST ? least : Math.min(3, convolution ? reach : kernel - 1);
        return new Axis(kernel, any(List.of(1, 1, 2, 3)), from(least, Math.max(least, most)), dilation);
    }

    private record Axis(int kernel, int stride, int padding, int dilation) {
        int reach() {
            return dilation * (kernel - 1) + 1;
        }

        boolean fits(int size, ConvolutionMode mode) {
            int rest = size + 2 * padding - reach();
            return switch (mode) {
                case Same -> stride <= reach();
                case Strict -> rest >= 0 && rest % stride == 0;
                case Truncate -> rest >= 0;
                default -> false;
            };
        }

        int places(int size, ConvolutionMode mode) {
            return mode == ConvolutionMode.Same ? (size - 1) / stride + 1 : (size + 2 * padding - reach()) / stride + 1;
        }
    }

    private record Sliding(Axis rows, Axis columns, ConvolutionMode mode) {
        Sliding in(ConvolutionMode other) {
            return new Sliding(rows, columns, other);
        }

        boolean fits(Extent in) {
            return rows.fits(in.height(), mode) && columns.fits(in.width(), mode);
        }

        Extent over(Extent in, int channels) {
            return new Extent(channels, rows.places(in.height(), mode), columns.places(in.width(), mode));
        }

        int[] kernel() {
            return new int[] {rows.kernel, columns.kernel};
        }

        int[] stride() {
            return new int[] {rows.stride, columns.stride};
        }

        int[] padding() {
            return mode == ConvolutionMode.Same ? new int[2] : new int[] {rows.padding, columns.padding};
        }

        int[] dilation() {
            return new int[] {rows.dilation, columns.dilation};
        }
    }
}
