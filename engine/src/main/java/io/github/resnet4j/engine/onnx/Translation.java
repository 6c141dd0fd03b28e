package io.github.resnet4j.engine.onnx;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import org.nd4j.shade.protobuf.ByteString;

/**
 * One program on its way to ONNX. A value of a program is C×H×W whatever DL4J calls it; in ONNX, a fully connected layer
 * takes and gives N×C. So each value here is one or the other, and is reshaped where the other is needed.
 */
final class Translation {
    private static final String PRODUCER = "resnet4j";
    private static final int MAX_PIXEL = 255;

    private final Program program;
    private final Weights weights;
    private final OnnxOptions options;
    private final Map<Parameter, String> convolutions = new HashMap<>();
    private final Onnx.GraphProto.Builder graph = Onnx.GraphProto.newBuilder();
    private final Set<String> names = new HashSet<>();
    private final List<Value> values = new ArrayList<>();

    /**
     * A value of the ONNX graph.
     *
     * @param name by which nodes read it
     * @param extent of one image
     * @param vector N×(C·H·W) and not N×C×H×W
     */
    record Value(String name, Extent extent, boolean vector) {}

    /**
     * @param read as the graph has it
     * @param program the same, possibly with folded norms: then a convolution has the norm's name there
     */
    Translation(Program read, Program program, Weights weights, OnnxOptions options) {
        this.program = program;
        this.weights = weights;
        this.options = options;
        for (ProgramNode node : read.nodes()) {
            if (node.op() instanceof Operation.Convolution convolution) {
                convolutions.put(convolution.weight(), vertex(node.name()));
            }
        }
    }

    /** The vertex that a node is, or is a part of. */
    static String vertex(String node) {
        return node.substring(0, node.indexOf(':') < 0 ? node.length() : node.indexOf(':'));
    }

    /** The vertex that a convolution's kernels belong to. */
    String vertex(Operation.Convolution op) {
        return convolutions.get(op.weight());
    }

    /** @param flat the output is N×C and not N×C×H×W */
    Onnx.ModelProto model(boolean flat) {
        values.add(input(program.nodes().get(0).extent()));
        int last = program.outputs().get(0);
        for (int i = 1; i < last; i++) {
            values.add(Operators.translate(program.nodes().get(i), this));
        }
        output(last, flat);
        Onnx.ModelProto.Builder model = Onnx.ModelProto.newBuilder()
                .setIrVersion(options.irVersion())
                .setProducerName(PRODUCER)
                .setGraph(graph.setName(options.metadata().getOrDefault("architecture", "network")));
        model.addOpsetImportBuilder().setDomain("").setVersion(options.opset());
        options.metadata()
                .forEach((key, value) ->
                        model.addMetadataPropsBuilder().setKey(key).setValue(value));
        return model.build();
    }

    private Value input(Extent image) {
        if (options.pixels().isEmpty()) {
            String name = unique("input");
            graph.addInput(Protos.value(
                    name,
                    TensorProto.DataType.FLOAT_VALUE,
                    batch(),
                    List.of(image.channels(), image.height(), image.width())));
            return new Value(name, image, false);
        }
        String name = unique("image");
        graph.addInput(Protos.value(
                name,
                TensorProto.DataType.UINT8_VALUE,
                batch(),
                List.of(image.height(), image.width(), image.channels())));
        return normalised(name, image, options.pixels().get());
    }

    private Value normalised(String pixels, Extent image, Preprocessing by) {
        String planes = node(
                "Transpose", "image.planes", List.of(pixels), List.of(Protos.attribute("perm", List.of(0, 3, 1, 2))));
        String floats = node(
                "Cast",
                "image.floats",
                List.of(planes),
                List.of(Protos.attribute("to", TensorProto.DataType.FLOAT_VALUE)));
        int channels = image.channels();
        List<Integer> perChannel = List.of(1, channels, 1, 1);
        String scale = floats(
                "image.scale",
                perChannel,
                Weights.computed(channels, c -> 1 / (MAX_PIXEL * by.std().get(c))));
        String shift = floats(
                "image.shift",
                perChannel,
                Weights.computed(channels, c -> -by.mean().get(c) / by.std().get(c)));
        String scaled = node("Mul", "image.scaled", List.of(floats, scale), List.of());
        return new Value(node("Add", "image.normalised", List.of(scaled, shift), List.of()), image, false);
    }

    /** A softmax at the end is not computed for logits, and has them divided by the temperature for probabilities. */
    private void output(int last, boolean flat) {
        ProgramNode node = program.nodes().get(last);
        boolean softmax = node.op() instanceof Operation.Loss;
        Value value;
        if (!softmax) {
            value = Operators.translate(node, this);
        } else {
            value = values.get(node.inputs().get(0));
            if (options.output() instanceof OnnxOptions.Output.Probabilities probabilities) {
                value = Operators.softmax(node.name(), tempered(value, probabilities.temperature()), this);
            }
        }
        Value shaped = flat ? vector(value) : map(value);
        String name = unique(
                !softmax
                        ? "output"
                        : options.output() instanceof OnnxOptions.Output.Logits ? "logits" : "probabilities");
        rename(shaped.name(), name);
        Extent extent = shaped.extent();
        graph.addOutput(Protos.value(
                name,
                TensorProto.DataType.FLOAT_VALUE,
                batch(),
                flat
                        ? List.of(Math.toIntExact(extent.elements()))
                        : List.of(extent.channels(), extent.height(), extent.width())));
    }

    private Value tempered(Value logits, double temperature) {
        return temperature == 1 ? logits : Operators.scaled("temperature", logits, 1 / temperature, this);
    }

    /** What a node puts out gets the name by which callers know the model's output; a model may be its input alone. */
    private void rename(String from, String to) {
        boolean computed = false;
        for (NodeProto.Builder node : graph.getNodeBuilderList()) {
            for (int i = 0; i < node.getInputCount(); i++) {
                if (node.getInput(i).equals(from)) {
                    node.setInput(i, to);
                }
            }
            if (node.getOutput(0).equals(from)) {
                node.setOutput(0, to);
                computed = true;
            }
        }
        if (!computed) {
            graph.addNode(
                    NodeProto.newBuilder().setOpType("Identity").addInput(from).addOutput(to));
        }
    }

    private int batch() {
        return options.batch().orElse(0);
    }

    int opset() {
        return options.opset();
    }

    Weights weights() {
        return weights;
    }

    /** What a node reads. */
    Value input(ProgramNode node, int index) {
        return values.get(node.inputs().get(index));
    }

    /** The value at a position of the program. */
    Value value(int position) {
        return values.get(position);
    }

    /** {@code value} as N×C×H×W. */
    Value map(Value value) {
        if (!value.vector()) {
            return value;
        }
        Extent extent = value.extent();
        String shape = longs(value.name() + ".shape", 0, extent.channels(), extent.height(), extent.width());
        return new Value(
                node("Reshape", value.name() + ".map", List.of(value.name(), shape), List.of()), extent, false);
    }

    /** {@code value} as N×(C·H·W). */
    Value vector(Value value) {
        return value.vector()
                ? value
                : new Value(
                        node(
                                "Flatten",
                                value.name() + ".flat",
                                List.of(value.name()),
                                List.of(Protos.attribute("axis", 1))),
                        value.extent(),
                        true);
    }

    /** Adds an operator; gives the name of its output. */
    String node(String type, String name, List<String> inputs, List<AttributeProto> attributes) {
        String output = unique(name);
        graph.addNode(NodeProto.newBuilder()
                .setOpType(type)
                .setName(output)
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(attributes));
        return output;
    }

    /** Adds a constant or parameter; gives its name. */
    String floats(String name, List<Integer> shape, ByteString of) {
        String own = unique(name);
        graph.addInitializer(Protos.floats(own, shape, of));
        return own;
    }

    /** Adds a list of sizes; gives its name. */
    String longs(String name, long... of) {
        String own = unique(name);
        graph.addInitializer(Protos.longs(own, of));
        return own;
    }

    private String unique(String name) {
        String own = name;
        for (int i = 1; !names.add(own); i++) {
            own = name + "_" + i;
        }
        return own;
    }
}
