package io.github.resnet4j.zoo.network;

import io.github.resnet4j.zoo.layers.Golden;
import io.github.resnet4j.zoo.network.Op.Interpolation;
import io.github.resnet4j.zoo.network.Op.Pooling;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Per;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Scaling;
import io.github.resnet4j.zoo.network.Window.Axis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every operation of the zoo, in the settings of {@code make_operations.py} and a few more, in a little network each. */
public final class Operations {
    /** Name of the node with the operation. */
    public static final String NODE = "op";

    private static final Shape MAP = new Shape(3, 3, 5);

    /** The operations of the golden cases, by the cases' names. */
    private static final Map<String, Op> BY_CASE = byCase();

    private Operations() {}

    /**
     * An operation and what it reads.
     *
     * @param name of the golden case
     * @param inputs shapes of its inputs
     */
    public record Example(String name, Op op, List<Shape> inputs) {

        /** A network of convolutions that make the inputs, the operation, and a dense layer to 3 logits. */
        public Network network() {
            int height = inputs.stream().mapToInt(Shape::height).max().orElseThrow();
            int width = inputs.stream().mapToInt(Shape::width).max().orElseThrow();
            NetworkWriter net = new NetworkWriter("example", new Shape(2, height, width), Conventions.TORCHVISION);
            List<String> names = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                String made = net.conv("conv" + i, Network.INPUT, inputs.get(i).channels(), 1, 1);
                Shape wanted = inputs.get(i);
                if (!net.shape(made).equals(wanted)) {
                    made = wanted.height() == 1 && wanted.width() == 1
                            ? net.channelPool("pool" + i, made, Pooling.MEAN)
                            : net.add("pool" + i, new Op.AdaptiveAvgPool(wanted.height(), wanted.width()), made);
                }
                names.add(made);
            }
            net.stage(Network.HEAD);
            net.add(NODE, op, names.toArray(String[]::new));
            net.dense("fc", NODE, 3);
            return net.finish();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** What a case of {@code operations.txt} is of. */
    public static Example of(Golden golden) {
        String name = golden.toString();
        Op op = BY_CASE.get(name);
        if (op == null) {
            throw new IllegalArgumentException("no operation is given for the golden case " + name);
        }
        List<Shape> inputs = new ArrayList<>();
        for (int i = 0; golden.has("x" + i); i++) {
            INDArray x = golden.tensor("x" + i);
            inputs.add(new Shape((int) x.size(1), (int) x.size(2), (int) x.size(3)));
        }
        return new Example(name, op, inputs);
    }

    /** One example of every golden case, and of the operations that have none there. */
    public static List<Example> all() {
        List<Example> all = new ArrayList<>();
        Golden.read("operations/operations").forEach(golden -> all.add(of(golden)));
        all.add(new Example("batch norm", new Op.BatchNorm(false, 1e-5, 0.9), List.of(MAP)));
        all.add(new Example("pad", new Op.ZeroPad(0, 1, 2, 3), List.of(MAP)));
        for (ChannelPadding padding : ChannelPadding.values()) {
            all.add(new Example("shortcut " + padding, new Op.ZeroPadShortcut(6, 2, padding), List.of(MAP)));
        }
        all.add(new Example("dropout 0.5", new Op.Dropout(0.5), List.of(MAP)));
        all.add(new Example("dropout 0", new Op.Dropout(0), List.of(MAP)));
        return all;
    }

    /** The records of {@link Op}. */
    public static List<Class<?>> kinds() {
        return kinds(Op.class);
    }

    private static List<Class<?>> kinds(Class<?> part) {
        return part.isRecord()
                ? List.of(part)
                : Arrays.stream(part.getPermittedSubclasses())
                        .flatMap(kind -> kinds(kind).stream())
                        .toList();
    }

    private static Op conv(int outChannels, Axis rows, Axis columns, int groups, boolean bias) {
        return new Op.Convolution(outChannels, new Window(rows, columns), groups, bias);
    }

    private static Map<String, Op> byCase() {
        Map<String, Op> ops = new LinkedHashMap<>();
        ops.put("conv dilated", new Op.Convolution(4, Window.square(3, 1, 2, 2), 1, true));
        ops.put("conv dilated, stride 2", new Op.Convolution(3, Window.square(3, 2, 3, 3), 1, false));
        ops.put("conv dilated, groups", new Op.Convolution(6, Window.square(3, 1, 2, 2), 2, false));
        ops.put("conv rectangular", conv(3, new Axis(1, 2, 0, 1), new Axis(7, 1, 3, 1), 1, true));
        ops.put("conv even", conv(3, new Axis(4, 2, 1, 1), new Axis(2, 1, 0, 2), 1, true));
        ops.put("prelu", new Op.Prelu(false));
        ops.put("prelu, shared", new Op.Prelu(true));
        ops.put("prelu, batch 1", new Op.Prelu(false));
        ops.put("prelu of a vector", new Op.Prelu(false));
        ops.put("prelu, ties", new Op.Prelu(false));
        ops.put("dense of a map", new Op.Dense(4));
        ops.put("dense without bias", new Op.Dense(4, false));
        ops.put("relu", new Op.Relu());
        ops.put("leaky relu", new Op.LeakyRelu(0.3));
        ops.put("leaky relu, ties", new Op.LeakyRelu(0.3));
        ops.put("sigmoid", new Op.Sigmoid());
        ops.put("tanh", new Op.Tanh());
        ops.put("scale", new Op.Scale(0.17));
        ops.put("shift", new Op.Shift(List.of(0.5, -2.0, 1.25)));
        ops.put("max pool", new Op.MaxPool(Window.square(3, 2, 1)));
        ops.put("max pool, rows left over", new Op.MaxPool(Window.square(2, 2, 0)));
        ops.put("avg pool, padding counts", new Op.AvgPool(Window.square(3, 2, 1), true));
        ops.put("avg pool, padding does not", new Op.AvgPool(Window.square(3, 2, 1), false));
        ops.put("avg pool, rows left over", new Op.AvgPool(Window.square(2, 2, 0), true));
        ops.put("avg pool, overlapping", new Op.AvgPool(Window.square(3, 1, 1), false));
        ops.put("avg pool, rectangular", new Op.AvgPool(new Window(new Axis(4, 2, 2, 1), new Axis(3, 3, 1, 1)), true));
        ops.put("avg pool, rounding up", new Op.HalvingAvgPool());
        ops.put("avg pool, rounding up nothing", new Op.HalvingAvgPool());
        ops.put("avg pool, rounding up rows", new Op.HalvingAvgPool());
        ops.put("global avg pool", new Op.GlobalAvgPool());
        ops.put("channel avg pool", new Op.ChannelPool(Pooling.MEAN));
        ops.put("channel max pool", new Op.ChannelPool(Pooling.MAX));
        ops.put("channel max pool, ties", new Op.ChannelPool(Pooling.MAX));
        ops.put("adaptive avg pool, overlapping", new Op.AdaptiveAvgPool(4, 3));
        ops.put("adaptive avg pool, side by side", new Op.AdaptiveAvgPool(3, 2));
        ops.put("adaptive avg pool, larger", new Op.AdaptiveAvgPool(5, 4));
        ops.put("adaptive avg pool, batch 1", new Op.AdaptiveAvgPool(2, 2));
        ops.put("spatial avg pool", new Op.SpatialPool(Pooling.MEAN));
        ops.put("spatial max pool", new Op.SpatialPool(Pooling.MAX));
        ops.put("spatial max pool, ties", new Op.SpatialPool(Pooling.MAX));
        ops.put("spatial max pool, batch 1", new Op.SpatialPool(Pooling.MAX));
        ops.put("depth to space 2", new Op.DepthToSpace(2));
        ops.put("depth to space 3", new Op.DepthToSpace(3));
        for (int factor = 1; factor <= 4; factor++) {
            ops.put("nearest " + factor, new Op.Upsample(factor, Interpolation.NEAREST));
            ops.put("bilinear " + factor, new Op.Upsample(factor, Interpolation.BILINEAR));
        }
        for (String sizes : List.of("odd", "smaller", "both ways", "of a place")) {
            ops.put("resize nearest, " + sizes, new Op.Resize(Interpolation.NEAREST));
            ops.put("resize bilinear, " + sizes, new Op.Resize(Interpolation.BILINEAR));
        }
        ops.put("local response norm 5", new Op.LocalResponseNorm(5, 0.1, 0.75, 2));
        ops.put("local response norm 3", new Op.LocalResponseNorm(3, 1, 0.5, 1));
        ops.put("local response norm 5, few channels", new Op.LocalResponseNorm(5, 0.5, 0.75, 1));
        ops.put("local response norm 1", new Op.LocalResponseNorm(1, 0.5, 0.75, 1));
        ops.put("add", new Op.Add());
        for (String factors : List.of(
                "",
                " by channel",
                " by place",
                " by channel, batch 1",
                " by place, batch 1",
                " one channel",
                " one row",
                " one place")) {
            ops.put("multiply" + factors, new Op.Multiply());
        }
        for (Scaling scaling : Scaling.values()) {
            String how = scaling == Scaling.AT_TEST ? ", at test" : ", in training";
            ops.put("stochastic sum kept" + how, new Op.StochasticSum(0.75, scaling, Per.BATCH));
            ops.put("stochastic sum dropped" + how, new Op.StochasticSum(0.125, scaling, Per.BATCH));
            ops.put("stochastic sum by image" + how, new Op.StochasticSum(0.75, scaling, Per.IMAGE));
            ops.put("stochastic sum by image, batch 1" + how, new Op.StochasticSum(0.125, scaling, Per.IMAGE));
        }
        ops.put("concat", new Op.Concat());
        ops.put("concat, batch 1", new Op.Concat());
        return ops;
    }
}
