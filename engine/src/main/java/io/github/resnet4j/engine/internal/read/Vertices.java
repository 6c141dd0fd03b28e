package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.zoo.layers.AdaptiveAvgPoolVertex;
import io.github.resnet4j.zoo.layers.DepthToSpaceVertex;
import io.github.resnet4j.zoo.layers.LeakyReluVertex;
import io.github.resnet4j.zoo.layers.LocalResponseNormVertex;
import io.github.resnet4j.zoo.layers.MultiplyVertex;
import io.github.resnet4j.zoo.layers.ResizingVertex;
import io.github.resnet4j.zoo.layers.ShiftVertex;
import io.github.resnet4j.zoo.layers.SpatialPoolVertex;
import io.github.resnet4j.zoo.layers.StochasticSumVertex;
import io.github.resnet4j.zoo.layers.UpsamplingVertex;
import io.github.resnet4j.zoo.layers.ZeroPadShortcutVertex;
import io.github.resnet4j.zoo.network.ChannelPadding;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Op.Interpolation;
import io.github.resnet4j.zoo.network.Op.Pooling;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;

/** The vertices that the engine knows, one row each; those with a layer are {@link Layers}. */
final class Vertices {
    private static final Table<GraphVertex, Step> VERTICES = new Table<GraphVertex, Step>()
            .row(LayerVertex.class, Vertices::layer)
            .row(ElementWiseVertex.class, Vertices::elementWise)
            .row(MergeVertex.class, Vertices::merge)
            .row(ScaleVertex.class, Vertices::scale)
            .row(PreprocessorVertex.class, Vertices::preprocessor)
            .row(MultiplyVertex.class, Vertices::multiply)
            .row(StochasticSumVertex.class, Vertices::stochasticSum)
            .row(LeakyReluVertex.class, Vertices::leakyRelu)
            .row(LocalResponseNormVertex.class, Vertices::responseNorm)
            .row(ShiftVertex.class, Vertices::shift)
            .row(AdaptiveAvgPoolVertex.class, Vertices::adaptiveAvgPool)
            .row(SpatialPoolVertex.class, Vertices::spatialPool)
            .row(DepthToSpaceVertex.class, Vertices::depthToSpace)
            .row(UpsamplingVertex.class, Vertices::upsampling)
            .row(ResizingVertex.class, Vertices::resizing)
            .row(ZeroPadShortcutVertex.class, Vertices::zeroPadShortcut);

    private Vertices() {}

    /** What is left to do when the sizes of a vertex's inputs are known. */
    interface Step {
        /** @throws UnreadableVertexException if the vertex cannot take these */
        VertexOutput from(List<VertexOutput> inputs);
    }

    /**
     * Looks at all that can be judged without the inputs.
     *
     * @throws UnreadableVertexException if the vertex can be read no further
     */
    static Step read(Vertex vertex) {
        return VERTICES.read(vertex.configuration(), vertex);
    }

    private static Step layer(LayerVertex configuration, Vertex vertex) {
        if (vertex.training() && vertex.frozenInTrainingMode()) {
            vertex.obstacle("a FrozenVertex leaves its layer in training mode; freeze it with FrozenLayer");
        }
        UnaryOperator<VertexOutput> before = Preprocessors.read(configuration.getPreProcessor(), vertex);
        UnaryOperator<VertexOutput> layer =
                Layers.read(unwrapped(configuration.getLayerConf().getLayer()), vertex);
        return inputs -> layer.apply(before.apply(inputs.get(0)));
    }

    /** Without what it is frozen with, of which the running graph knows more. */
    static Layer unwrapped(Layer layer) {
        if (layer instanceof FrozenLayer frozen) {
            return unwrapped(frozen.getLayer());
        }
        return layer instanceof FrozenLayerWithBackprop frozen ? unwrapped(frozen.getUnderlying()) : layer;
    }

    private static Step elementWise(ElementWiseVertex configuration, Vertex vertex) {
        Operation op =
                switch (configuration.getOp()) {
                    case Add -> new Operation.Add();
                    case Product -> new Operation.Multiply();
                    default ->
                        throw vertex.refuse("the engine does not support the element-wise " + configuration.getOp());
                };
        return inputs -> {
            VertexOutput first = inputs.get(0);
            for (VertexOutput other : inputs) {
                vertex.require(
                        other.extent().equals(first.extent()) && other.flat() == first.flat(),
                        "its inputs differ in size, " + first + " and " + other + "; the engine does not broadcast");
            }
            return inputs.size() == 1 ? first : vertex.emit("elements", op, inputs, first.extent(), first.flat());
        };
    }

    private static Step merge(MergeVertex configuration, Vertex vertex) {
        vertex.require(
                configuration.getMergeAxis() == 1,
                "it merges along axis " + configuration.getMergeAxis() + "; the engine merges channels, axis 1");
        return inputs -> {
            Extent first = inputs.get(0).extent();
            boolean flat = inputs.get(0).flat();
            int channels = 0;
            for (VertexOutput value : inputs) {
                Extent extent = value.extent();
                vertex.require(
                        value.flat() == flat && extent.height() == first.height() && extent.width() == first.width(),
                        "its inputs differ in more than channels, " + inputs.get(0) + " and " + value);
                channels += extent.channels();
            }
            return inputs.size() == 1
                    ? inputs.get(0)
                    : vertex.emit(
                            "channels",
                            new Operation.Concat(),
                            inputs,
                            new Extent(channels, first.height(), first.width()),
                            flat);
        };
    }

    private static Step scale(ScaleVertex configuration, Vertex vertex) {
        return inputs -> vertex.emit("scale", new Operation.Scale(configuration.getScaleFactor()), inputs.get(0));
    }

    private static Step preprocessor(PreprocessorVertex configuration, Vertex vertex) {
        UnaryOperator<VertexOutput> read = Preprocessors.read(configuration.getPreProcessor(), vertex);
        return inputs -> read.apply(inputs.get(0));
    }

    private static Step zeroPadShortcut(ZeroPadShortcutVertex configuration, Vertex vertex) {
        return inputs -> {
            Extent in = vertex.map(inputs.get(0)).extent();
            int channels = configuration.outChannels();
            int stride = configuration.stride();
            int added = channels - in.channels();
            vertex.require(added >= 0, "it cannot go from " + in.channels() + " down to " + channels + " channels");
            int first = configuration.padding() == ChannelPadding.BOTH_SIDES ? added / 2 : 0;
            Extent out = new Extent(channels, (in.height() - 1) / stride + 1, (in.width() - 1) / stride + 1);
            return vertex.emit("shortcut", new Operation.ZeroPadShortcut(channels, stride, first), inputs, out, false);
        };
    }

    private static Step multiply(MultiplyVertex configuration, Vertex vertex) {
        return inputs -> {
            VertexOutput map = inputs.get(0);
            VertexOutput factors = inputs.get(1);
            Extent all = map.extent();
            Extent some = factors.extent();
            boolean alike = some.equals(all);
            boolean byChannel = some.equals(new Extent(all.channels(), 1, 1));
            boolean byPlace = some.equals(new Extent(1, all.height(), all.width()));
            boolean flattened = map.flat() && !map.isVector() || factors.flat() && !factors.isVector();
            vertex.require(
                    flattened ? alike && map.flat() && factors.flat() : alike || byChannel || byPlace,
                    "it multiplies " + map + " by " + factors
                            + ", which are neither one factor per channel nor one per position");
            return vertex.emit("product", new Operation.Multiply(), inputs, all, map.flat());
        };
    }

    private static Step stochasticSum(StochasticSumVertex configuration, Vertex vertex) {
        Op.StochasticSum sum = configuration.op();
        return inputs -> {
            VertexOutput branch = inputs.get(0);
            VertexOutput shortcut = inputs.get(1);
            vertex.require(
                    branch.extent().equals(shortcut.extent()) && branch.flat() == shortcut.flat(),
                    "its inputs differ in size, " + branch + " and " + shortcut + "; the engine does not broadcast");
            if (vertex.learns() && sum.survival() < 1) {
                Operation drawn = new Operation.StochasticSum(
                        vertex.name(), sum.survival(), sum.inTraining(), sum.per() == Op.StochasticSum.Per.IMAGE);
                return vertex.emit("sum", drawn, inputs, shortcut.extent(), shortcut.flat());
            }
            VertexOutput scaled =
                    sum.atTest() == 1 ? branch : vertex.emit("scale", new Operation.Scale(sum.atTest()), branch);
            return vertex.emit(
                    "sum", new Operation.Add(), List.of(scaled, shortcut), shortcut.extent(), shortcut.flat());
        };
    }

    private static Step leakyRelu(LeakyReluVertex configuration, Vertex vertex) {
        Operation op = new Operation.Activation(Operation.Activation.Function.RELU, configuration.slope());
        return inputs -> vertex.emit("activation", op, inputs.get(0));
    }

    private static Step responseNorm(LocalResponseNormVertex configuration, Vertex vertex) {
        Operation op = new Operation.LocalResponseNorm(
                configuration.size(), configuration.alpha(), configuration.beta(), configuration.k());
        return inputs -> vertex.emit("norm", op, vertex.mapOrVector(inputs.get(0)));
    }

    private static Step shift(ShiftVertex configuration, Vertex vertex) {
        Operation op = new Operation.Shift(configuration.by());
        return inputs -> {
            VertexOutput in = vertex.mapOrVector(inputs.get(0));
            vertex.requireChannels(in, configuration.by().size());
            return vertex.emit("shift", op, in);
        };
    }

    /** Windows of one size, side by side, are a pooling that oneDNN has. */
    private static Step adaptiveAvgPool(AdaptiveAvgPoolVertex configuration, Vertex vertex) {
        int height = configuration.outHeight();
        int width = configuration.outWidth();
        return inputs -> {
            VertexOutput map = vertex.mapOrVector(inputs.get(0));
            Extent in = map.extent();
            Extent out = new Extent(in.channels(), height, width);
            int rows = in.height() / height;
            int columns = in.width() / width;
            Operation op = in.height() == rows * height && in.width() == columns * width
                    ? new Operation.AvgPool(new Window(rows, columns, rows, columns, Window.Padding.NONE, 1, 1), false)
                    : new Operation.AdaptiveAvgPool();
            return vertex.emit("pooling", op, inputs, out, map.flat() && height == 1 && width == 1);
        };
    }

    private static Step spatialPool(SpatialPoolVertex configuration, Vertex vertex) {
        Operation op = new Operation.SpatialPool(configuration.pooling() == Pooling.MAX);
        return inputs -> {
            Extent in = vertex.mapOrVector(inputs.get(0)).extent();
            Extent out = new Extent(1, in.height(), in.width());
            return vertex.emit("pooling", op, inputs, out, inputs.get(0).flat());
        };
    }

    private static Step depthToSpace(DepthToSpaceVertex configuration, Vertex vertex) {
        int factor = configuration.factor();
        return inputs -> {
            VertexOutput in = vertex.mapOrVector(inputs.get(0));
            int channels = in.extent().channels();
            vertex.require(
                    channels % (factor * factor) == 0,
                    "it enlarges maps " + factor + " times, but " + channels + " channels are not a multiple of "
                            + factor * factor);
            Extent out = new Extent(
                    channels / factor / factor,
                    in.extent().height() * factor,
                    in.extent().width() * factor);
            return vertex.emit("space", new Operation.DepthToSpace(factor), inputs, out, in.flat() && factor == 1);
        };
    }

    private static Step upsampling(UpsamplingVertex configuration, Vertex vertex) {
        int factor = configuration.factor();
        boolean bilinear = configuration.interpolation() == Interpolation.BILINEAR;
        return inputs -> upsampled(vertex.mapOrVector(inputs.get(0)), factor, factor, bilinear, vertex);
    }

    static VertexOutput upsampled(VertexOutput in, int rows, int columns, boolean bilinear, Vertex vertex) {
        Extent map = in.extent();
        return resized(in, map.height() * rows, map.width() * columns, bilinear, vertex);
    }

    /** Of the second input, only the size is read. */
    private static Step resizing(ResizingVertex configuration, Vertex vertex) {
        boolean bilinear = configuration.interpolation() == Interpolation.BILINEAR;
        return inputs -> {
            Extent like = vertex.mapOrVector(inputs.get(1)).extent();
            return resized(vertex.mapOrVector(inputs.get(0)), like.height(), like.width(), bilinear, vertex);
        };
    }

    private static VertexOutput resized(VertexOutput in, int height, int width, boolean bilinear, Vertex vertex) {
        Extent out = new Extent(in.extent().channels(), height, width);
        boolean flat = in.flat() && out.equals(in.extent());
        return vertex.emit("resized", new Operation.Resize(bilinear), List.of(in), out, flat);
    }
}
