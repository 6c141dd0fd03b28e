package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.ir.Extent;
import io.github.resnet4j.engine.ir.Passes;
import io.github.resnet4j.engine.ir.Program;
import io.github.resnet4j.engine.lower.Lowering;
import io.github.resnet4j.engine.lower.Prepared;
import io.github.resnet4j.engine.onednn.Layout.Order;
import io.github.resnet4j.engine.read.GraphReader;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * A graph as a user of DL4J builds it, with parameters and pictures from its name.
 *
 * @param picture size of the pictures, at {@code in}
 * @param vertices all of it but the input; its layers have no activation function unless they name one
 */
record UserGraph(String name, Shape picture, Consumer<GraphBuilder> vertices) {
    static final int CLASSES = 4;

    /** Of the vertices up to {@code top}, with a classifier on its maps. */
    static UserGraph upTo(String top, String name, Shape picture, Consumer<GraphBuilder> vertices) {
        return new UserGraph(name, picture, vertices.andThen(builder -> builder.addLayer(
                        "pool", new GlobalPoolingLayer(PoolingType.AVG), top)
                .addLayer("out", softmax().build(), "pool")
                .setOutputs("out")));
    }

    static OutputLayer.Builder softmax() {
        return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .nOut(CLASSES);
    }

    ComputationGraph graph() {
        return graph(DataType.FLOAT);
    }

    private ComputationGraph graph(DataType type) {
        GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(type)
                .updater(new NoOp())
                .weightInit(WeightInit.XAVIER)
                .activation(Activation.IDENTITY)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(picture.height(), picture.width(), picture.channels()));
        vertices.accept(builder);
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            if (segment.kind() != ParameterLayout.Kind.WEIGHT) {
                fill(segment, graph.params());
            }
        }
        return graph;
    }

    private void fill(ParameterLayout.Segment segment, INDArray parameters) {
        boolean aroundOne = segment.key().equals("gamma") || segment.key().equals("var");
        float middle = aroundOne ? 1 : 0;
        float[] values = Seeded.uniform(
                name + "/" + segment.vertex() + "/" + segment.key(), segment.length(), middle - 0.3, middle + 0.3);
        for (int i = 0; i < values.length; i++) {
            parameters.putScalar(segment.offset() + i, values[i]);
        }
    }

    /** The same parameters in double precision. */
    ComputationGraph exact() {
        ComputationGraph exact = graph(DataType.DOUBLE);
        exact.params().assign(graph().params().castTo(DataType.DOUBLE));
        return exact;
    }

    INDArray pictures(int batch) {
        int values = Math.toIntExact(batch * picture.elements());
        return Nd4j.createFromArray(Seeded.uniform(name + "/pictures", values, -2, 2))
                .reshape(batch, picture.channels(), picture.height(), picture.width());
    }

    INDArray labels(int batch) {
        return Seeded.labels(name, batch, CLASSES, 0);
    }

    /** Compares outputs, loss, gradients and statistics with DL4J's in double precision, in every order of maps. */
    void agreesWithDl4j(int batch) {
        agreesWithDl4j(batch, labels(batch));
    }

    void agreesWithDl4j(int batch, INDArray labels) {
        agreesWith(exact(), batch, labels);
    }

    /** Compares with a graph in double precision that does the same by other vertices, those that are frozen. */
    void agreesWith(ComputationGraph exact, int batch, INDArray labels) {
        INDArray output = exact.outputSingle(pictures(batch).castTo(DataType.DOUBLE));
        Pass reference = Pass.byDl4j(exact, pictures(batch), labels);
        for (Order order : List.of(Order.NHWC, Order.NCHW8C, Order.NCHW16C)) {
            ComputationGraph graph = graph();
            assertThat(Pass.deviation(output(graph, order, batch), output))
                    .as("output in %s", order)
                    .isLessThan(1e-5);
            Pass pass = pass(graph, order, batch, labels);
            assertThat(pass.lossDeviation(reference)).as("loss in %s", order).isLessThan(1e-5);
            assertThat(pass.gradientDeviations(reference, 0.1))
                    .as("gradients in %s", order)
                    .allSatisfy(Pass.within(1e-4));
            assertThat(pass.statisticsDeviations(reference))
                    .as("statistics in %s", order)
                    .allSatisfy(Pass.within(1e-5));
        }
    }

    private INDArray output(ComputationGraph graph, Order order, int batch) {
        Program program = Passes.optimise(GraphReader.inference(graph, List.of(), extent()));
        INDArray pictures = pictures(batch);
        try (Prepared prepared = new Prepared(floats(graph.params()));
                Lowering lowering =
                        new Lowering(program, batch, order, new Lowering.FlatArrays(0, 0), prepared, false, 0)) {
            lowering.run(GraphState.address(pictures));
            float[] values = new float[lowering.output(0).remaining()];
            lowering.output(0).get(values);
            return Nd4j.createFromArray(values).reshape(lowering.outputShape(0));
        }
    }

    private Pass pass(ComputationGraph graph, Order order, int batch, INDArray labels) {
        Program program = Passes.optimise(GraphReader.training(graph, extent()));
        graph.initGradientsView();
        INDArray pictures = pictures(batch);
        Lowering.FlatArrays flat = new Lowering.FlatArrays(
                GraphState.address(graph.params()), GraphState.address(graph.getFlattenedGradients()));
        try (Prepared prepared = new Prepared(floats(graph.params()));
                Lowering lowering = new Lowering(program, batch, order, flat, prepared, true, 0)) {
            lowering.labels(floats(labels));
            lowering.run(GraphState.address(pictures));
            return Pass.of(graph, lowering.lossSum() / batch);
        }
    }

    private Extent extent() {
        return new Extent(picture.channels(), picture.height(), picture.width());
    }

    private static FloatBuffer floats(INDArray array) {
        return array.data().asNioFloat();
    }

    @Override
    public String toString() {
        return name;
    }
}
