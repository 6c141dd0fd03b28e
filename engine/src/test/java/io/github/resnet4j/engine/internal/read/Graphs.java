package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Graphs as a user of DL4J builds them, of images 2×6×5 at {@code in}. */
final class Graphs {
    static final Extent IMAGE = new Extent(2, 6, 5);

    private Graphs() {}

    static ComputationGraph of(Consumer<ComputationGraphConfiguration.GraphBuilder> vertices) {
        return of(new NeuralNetConfiguration.Builder().activation(Activation.IDENTITY), vertices);
    }

    static ComputationGraph of(
            NeuralNetConfiguration.Builder settings, Consumer<ComputationGraphConfiguration.GraphBuilder> vertices) {
        return build(settings, builder -> {
            builder.setInputTypes(InputType.convolutional(IMAGE.height(), IMAGE.width(), IMAGE.channels()));
            vertices.accept(builder);
        });
    }

    /** Without an input type, so that every layer must say what it reads. */
    static ComputationGraph unsized(Consumer<ComputationGraphConfiguration.GraphBuilder> vertices) {
        return build(new NeuralNetConfiguration.Builder().activation(Activation.IDENTITY), vertices);
    }

    private static ComputationGraph build(
            NeuralNetConfiguration.Builder settings, Consumer<ComputationGraphConfiguration.GraphBuilder> vertices) {
        ComputationGraphConfiguration.GraphBuilder builder =
                settings.graphBuilder().addInputs("in").allowDisconnected(true).validateOutputLayerConfig(false);
        vertices.accept(builder);
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        return graph;
    }

    /** A graph of this configuration whose parameters are whatever was in memory: large ones cost nothing. */
    static ComputationGraph unset(ComputationGraphConfiguration configuration) {
        long parameters = configuration.getVertices().values().stream()
                .mapToLong((GraphVertex vertex) -> vertex.numParams(true))
                .sum();
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init(Nd4j.createUninitialized(DataType.FLOAT, 1, parameters), false);
        return graph;
    }

    /** A 3×3 convolution with three filters that keeps the size of the map. */
    static ConvolutionLayer.Builder convolution() {
        return new ConvolutionLayer.Builder(3, 3).padding(1, 1).nOut(3);
    }

    static OutputLayer.Builder softmax() {
        return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .nOut(4);
    }

    /** The rest of a classifier on top of {@code vertex}: {@code pool} and {@code out}. */
    static void classifyFrom(String vertex, ComputationGraphConfiguration.GraphBuilder builder) {
        builder.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), vertex)
                .addLayer("out", softmax().build(), "pool")
                .setOutputs("out");
    }

    /** One line for each node: its name, operation, inputs and extent. */
    static List<String> lines(Program program) {
        return program.nodes().stream()
                .map(node -> node.name() + " = " + node.op().getClass().getSimpleName()
                        + node.inputs().stream()
                                .map(i -> program.nodes().get(i).name())
                                .toList()
                        + " " + node.extent())
                .toList();
    }

    static ProgramNode node(Program program, String name) {
        return program.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
