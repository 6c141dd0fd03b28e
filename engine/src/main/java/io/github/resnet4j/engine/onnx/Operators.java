package io.github.resnet4j.engine.onnx;

import static io.github.resnet4j.engine.onnx.Protos.attribute;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.engine.onnx.Translation.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import onnx.Onnx.AttributeProto;

/** Every operation of a program in ONNX's operators, one row each. They are the same in all opsets that are written, but for reductions. */
final class Operators {
    /** Where reductions take their axes as an input. */
    private static final int AXES_AS_INPUT = 18;

    private static final Map<Class<? extends Operation>, Rule<Operation>> RULES = Map.ofEntries(
            rule(Operation.Convolution.class, Operators::convolution),
            rule(Operation.Dense.class, Operators::dense),
            rule(Operation.BatchNorm.class, Operators::batchNorm),
            rule(Operation.LocalResponseNorm.class, Operators::responseNorm),
            rule(Operation.Activation.class, Operators::activation),
            rule(Operation.Prelu.class, Operators::prelu),
            rule(
                    Operation.Add.class,
                    (op, node, to) -> elementWise(node, node.inputs().size() == 2 ? "Add" : "Sum", to)),
            rule(Operation.Multiply.class, Operators::multiply),
            rule(Operation.Scale.class, (op, node, to) -> scaled(node.name(), to.input(node, 0), op.factor(), to)),
            rule(Operation.Shift.class, Operators::shift),
            rule(Operation.Concat.class, (op, node, to) -> elementWise(node, "Concat", to, attribute("axis", 1))),
            rule(Operation.MaxPool.class, (op, node, to) -> pool(node, "MaxPool", op.window(), List.of(), to)),
            rule(Operation.AvgPool.class, Operators::avgPool),
            rule(Operation.AdaptiveAvgPool.class, Operators::adaptiveAvgPool),
            rule(Operation.SpatialPool.class, Operators::spatialPool),
            rule(Operation.DepthToSpace.class, Operators::depthToSpace),
            rule(Operation.Resize.class, Operators::resize),
            rule(Operation.ZeroPad.class, Operators::zeroPad),
            rule(Operation.ZeroPadShortcut.class, Operators::zeroPadShortcut),
            rule(Operation.Dropout.class, (op, node, to) -> to.input(node, 0)),
            rule(Operation.SoftmaxCrossEntropy.class, (op, node, to) -> softmax(node.name(), to.input(node, 0), to)),
            rule(Operation.PlaceCrossEntropy.class, (op, node, to) -> softmax(node.name(), to.input(node, 0), to)));

    private Operators() {}

    /** Adds the operators of one node; gives their value. */
    private interface Rule<T extends Operation> {
        Value translate(T op, ProgramNode node, Translation to);
    }

    private static <T extends Operation> Map.Entry<Class<? extends Operation>, Rule<Operation>> rule(
            Class<T> type, Rule<T> rule) {
        return Map.entry(type, (op, node, to) -> rule.translate(type.cast(op), node, to));
    }

    /** Whether programs for inference may have such a node. */
    static boolean knows(Class<?> operation) {
        return RULES.containsKey(operation);
    }

    static Value translate(ProgramNode node, Translation to) {
        return RULES.get(node.op().getClass()).translate(node.op(), node, to);
    }

    private static Value convolution(Operation.Convolution op, ProgramNode node, Translation to) {
        String vertex = to.vertex(op);
        boolean folded = op.norm().isPresent() || op.factor() != 1;
        Window window = op.window();
        int inChannels = to.input(node, 0).extent().channels();
        List<Integer> shape =
                List.of(op.outChannels(), inChannels / op.groups(), window.kernelHeight(), window.kernelWidth());
        List<String> inputs = new ArrayList<>();
        inputs.add(to.map(to.input(node, 0)).name());
        inputs.add(to.floats(
                vertex + ".weight",
                shape,
                folded ? to.weights().kernels(op) : to.weights().of(op.weight())));
        if (folded || op.bias().isPresent()) {
            inputs.add(to.floats(
                    vertex + ".bias",
                    List.of(op.outChannels()),
                    folded ? to.weights().bias(op) : to.weights().of(op.bias().orElseThrow())));
        }
        List<AttributeProto> attributes = windowAttributes(window);
        attributes.add(attribute("dilations", List.of(window.dilationHeight(), window.dilationWidth())));
        attributes.add(attribute("group", op.groups()));
        return map(to.node("Conv", node.name(), inputs, attributes), node);
    }

    private static Value dense(Operation.Dense op, ProgramNode node, Translation to) {
        String vertex = Translation.vertex(node.name());
        Value in = to.vector(to.input(node, 0));
        List<String> inputs = new ArrayList<>();
        inputs.add(in.name());
        inputs.add(to.floats(
                vertex + ".weight",
                List.of(op.outputs(), Math.toIntExact(in.extent().elements())),
                to.weights().of(op.weight())));
        op.bias()
                .ifPresent(bias -> inputs.add(to.floats(
                        vertex + ".bias", List.of(op.outputs()), to.weights().of(bias))));
        String name = to.node("Gemm", node.name(), inputs, List.of(attribute("transB", 1)));
        return new Value(name, node.extent(), true);
    }

    private static Value batchNorm(Operation.BatchNorm op, ProgramNode node, Translation to) {
        String vertex = Translation.vertex(node.name());
        Value in = to.input(node, 0);
        List<Integer> channels = List.of(op.gamma().length());
        List<String> inputs = List.of(
                in.name(),
                to.floats(vertex + ".weight", channels, to.weights().of(op.gamma())),
                to.floats(vertex + ".bias", channels, to.weights().of(op.beta())),
                to.floats(vertex + ".running_mean", channels, to.weights().of(op.mean())),
                to.floats(vertex + ".running_var", channels, to.weights().variance(op)));
        List<AttributeProto> attributes = List.of(attribute("epsilon", op.eps()), attribute("momentum", op.decay()));
        return like(in, to.node("BatchNormalization", node.name(), inputs, attributes), node);
    }

    private static Value responseNorm(Operation.LocalResponseNorm op, ProgramNode node, Translation to) {
        List<AttributeProto> attributes = List.of(
                attribute("size", op.size()),
                attribute("alpha", op.alpha()),
                attribute("beta", op.beta()),
                attribute("bias", op.k()));
        return map(to.node("LRN", node.name(), List.of(to.map(to.input(node, 0)).name()), attributes), node);
    }

    private static Value activation(Operation.Activation op, ProgramNode node, Translation to) {
        Value in = to.input(node, 0);
        List<String> inputs = List.of(in.name());
        String name =
                switch (op.function()) {
                    case RELU ->
                        op.slope() == 0
                                ? to.node("Relu", node.name(), inputs, List.of())
                                : to.node("LeakyRelu", node.name(), inputs, List.of(attribute("alpha", op.slope())));
                    case SIGMOID -> to.node("Sigmoid", node.name(), inputs, List.of());
                    case TANH -> to.node("Tanh", node.name(), inputs, List.of());
                };
        return like(in, name, node);
    }

    /** Slopes are broadcast from the last dimension on. */
    private static Value prelu(Operation.Prelu op, ProgramNode node, Translation to) {
        Value in = to.input(node, 0);
        int slopes = op.slopes().length();
        String weight = to.floats(
                Translation.vertex(node.name()) + ".weight",
                in.vector() || slopes == 1 ? List.of(slopes) : List.of(slopes, 1, 1),
                to.weights().of(op.slopes()));
        return like(in, to.node("PRelu", node.name(), List.of(in.name(), weight), List.of()), node);
    }

    /** Vectors stay what they are among themselves. */
    private static Value elementWise(ProgramNode node, String type, Translation to, AttributeProto... attributes) {
        List<Value> in = alike(node, to);
        List<String> names = in.stream().map(Value::name).toList();
        return like(in.get(0), to.node(type, node.name(), names, List.of(attributes)), node);
    }

    /** ONNX multiplies two at a time, and broadcasts one factor per channel or per place as programs do. */
    private static Value multiply(Operation.Multiply op, ProgramNode node, Translation to) {
        List<Value> in = alike(node, to);
        Value product = in.get(0);
        for (Value factor : in.subList(1, in.size())) {
            product =
                    like(product, to.node("Mul", node.name(), List.of(product.name(), factor.name()), List.of()), node);
        }
        return product;
    }

    private static List<Value> alike(ProgramNode node, Translation to) {
        List<Value> all = node.inputs().stream().map(to::value).toList();
        return all.stream().allMatch(Value::vector)
                ? all
                : all.stream().map(to::map).toList();
    }

    static Value scaled(String name, Value in, double factor, Translation to) {
        String constant = to.floats(name + ".factor", List.of(), Weights.computed(1, i -> factor));
        return new Value(to.node("Mul", name, List.of(in.name(), constant), List.of()), in.extent(), in.vector());
    }

    private static Value shift(Operation.Shift op, ProgramNode node, Translation to) {
        Value in = to.map(to.input(node, 0));
        int channels = op.by().size();
        String constants =
                to.floats(node.name() + ".by", List.of(1, channels, 1, 1), Weights.computed(channels, c -> op.by()
                        .get(c)));
        return map(to.node("Add", node.name(), List.of(in.name(), constants), List.of()), node);
    }

    private static Value avgPool(Operation.AvgPool op, ProgramNode node, Translation to) {
        return pool(
                node,
                "AveragePool",
                op.window(),
                List.of(attribute("count_include_pad", op.paddingCounts() ? 1 : 0)),
                to);
    }

    /** One window over the whole map takes maps of any size. */
    private static Value pool(ProgramNode node, String type, Window window, List<AttributeProto> more, Translation to) {
        Value in = to.map(to.input(node, 0));
        Extent map = in.extent();
        if (window.kernelHeight() == map.height()
                && window.kernelWidth() == map.width()
                && window.padding().equals(Window.Padding.NONE)) {
            return map(to.node("Global" + type, node.name(), List.of(in.name()), List.of()), node);
        }
        List<AttributeProto> attributes = windowAttributes(window);
        attributes.addAll(more);
        return map(to.node(type, node.name(), List.of(in.name()), attributes), node);
    }

    private static List<AttributeProto> windowAttributes(Window window) {
        Window.Padding pads = window.padding();
        return new ArrayList<>(List.of(
                attribute("kernel_shape", List.of(window.kernelHeight(), window.kernelWidth())),
                attribute("strides", List.of(window.strideHeight(), window.strideWidth())),
                attribute("pads", List.of(pads.top(), pads.left(), pads.bottom(), pads.right()))));
    }

    /** ONNX has no windows of different sizes: two multiplications by matrices of shares, of rows and of columns. */
    private static Value adaptiveAvgPool(Operation.AdaptiveAvgPool op, ProgramNode node, Translation to) {
        Value in = to.map(to.input(node, 0));
        int height = in.extent().height();
        int width = in.extent().width();
        int rows = node.extent().height();
        int columns = node.extent().width();
        String byRow = to.floats(
                node.name() + ".rows",
                List.of(rows, height),
                Weights.computed(rows * height, i -> share(i / height, i % height, rows, height)));
        String byColumn = to.floats(
                node.name() + ".columns",
                List.of(width, columns),
                Weights.computed(width * columns, i -> share(i % columns, i / columns, columns, width)));
        String means = to.node("MatMul", node.name() + ".means", List.of(byRow, in.name()), List.of());
        return map(to.node("MatMul", node.name(), List.of(means, byColumn), List.of()), node);
    }

    /** What a place counts for in the mean of a window, as PyTorch chooses its windows. */
    private static double share(int window, int place, int windows, int size) {
        int begin = window * size / windows;
        int end = ((window + 1) * size + windows - 1) / windows;
        return place >= begin && place < end ? 1.0 / (end - begin) : 0;
    }

    private static Value spatialPool(Operation.SpatialPool op, ProgramNode node, Translation to) {
        String type = op.maximum() ? "ReduceMax" : "ReduceMean";
        List<String> inputs = new ArrayList<>(List.of(to.map(to.input(node, 0)).name()));
        List<AttributeProto> attributes = new ArrayList<>(List.of(attribute("keepdims", 1)));
        if (to.opset() >= AXES_AS_INPUT) {
            inputs.add(to.longs(node.name() + ".axes", 1));
        } else {
            attributes.add(attribute("axes", List.of(1)));
        }
        return map(to.node(type, node.name(), inputs, attributes), node);
    }

    private static Value depthToSpace(Operation.DepthToSpace op, ProgramNode node, Translation to) {
        List<AttributeProto> attributes = List.of(attribute("blocksize", op.factor()), attribute("mode", "CRD"));
        return map(
                to.node(
                        "DepthToSpace",
                        node.name(),
                        List.of(to.map(to.input(node, 0)).name()),
                        attributes),
                node);
    }

    private static Value resize(Operation.Resize op, ProgramNode node, Translation to) {
        Value in = to.map(to.input(node, 0));
        double rows = scale(in.extent().height(), node.extent().height());
        double columns = scale(in.extent().width(), node.extent().width());
        String scales = to.floats(
                node.name() + ".scales", List.of(4), Weights.computed(4, i -> i < 2 ? 1 : i == 2 ? rows : columns));
        List<AttributeProto> attributes = op.bilinear()
                ? List.of(attribute("mode", "linear"), attribute("coordinate_transformation_mode", "half_pixel"))
                : List.of(
                        attribute("mode", "nearest"),
                        attribute("coordinate_transformation_mode", "asymmetric"),
                        attribute("nearest_mode", "floor"));
        return map(to.node("Resize", node.name(), List.of(in.name(), "", scales), attributes), node);
    }

    /** The smallest number in single precision from {@code out / in} on of which {@code in} times it is not below {@code out}. */
    private static double scale(int in, int out) {
        float scale = (float) out / in;
        while ((long) (scale * in) < out) {
            scale = Math.nextUp(scale);
        }
        return scale;
    }

    private static Value zeroPad(Operation.ZeroPad op, ProgramNode node, Translation to) {
        Window.Padding pads = op.padding();
        String sizes =
                to.longs(node.name() + ".pads", 0, 0, pads.top(), pads.left(), 0, 0, pads.bottom(), pads.right());
        return map(to.node("Pad", node.name(), List.of(to.map(to.input(node, 0)).name(), sizes), List.of()), node);
    }

    private static Value zeroPadShortcut(Operation.ZeroPadShortcut op, ProgramNode node, Translation to) {
        Value in = to.map(to.input(node, 0));
        String name = in.name();
        if (op.stride() > 1) {
            name = to.node(
                    "Slice",
                    node.name() + ".sampled",
                    List.of(
                            name,
                            to.longs(node.name() + ".starts", 0, 0),
                            to.longs(
                                    node.name() + ".ends",
                                    in.extent().height(),
                                    in.extent().width()),
                            to.longs(node.name() + ".axes", 2, 3),
                            to.longs(node.name() + ".steps", op.stride(), op.stride())),
                    List.of());
        }
        int behind = op.outChannels() - in.extent().channels() - op.firstChannel();
        String pads = to.longs(node.name() + ".pads", 0, op.firstChannel(), 0, 0, 0, behind, 0, 0);
        return map(to.node("Pad", node.name(), List.of(name, pads), List.of()), node);
    }

    static Value softmax(String name, Value in, Translation to) {
        return new Value(
                to.node("Softmax", name, List.of(in.name()), List.of(attribute("axis", 1))), in.extent(), in.vector());
    }

    private static Value map(String name, ProgramNode node) {
        return new Value(name, node.extent(), false);
    }

    private static Value like(Value in, String name, ProgramNode node) {
        return new Value(name, node.extent(), in.vector());
    }
}
