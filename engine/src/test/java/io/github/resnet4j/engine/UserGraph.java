package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Passes;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.lower.Lowering;
import io.github.resnet4j.engine.internal.lower.Prepared;
import io.github.resnet4j.engine.internal.lower.SharedArena;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * A graph as a user of DL4J builds it, with parameters and images from its name.
 *
 * @param image size of the images, at {@code in}
 * @param vertices all of it but the input; its layers have no activation function unless they name one
 */
record UserGraph(String name, Shape image, Consumer<GraphBuilder> vertices) {
    static final int CLASSES = 4;
    private static final long SEED = 1;
    /** Part of the largest gradient's norm that every norm is taken to have at least. */
    private static final double LEAST = 0.01;

    private static final List<Order> ORDERS = List.of(Order.NHWC, Order.NCHW8C, Order.NCHW16C);

    /** Of the vertices up to {@code top}, with a classifier on its maps. */
    static UserGraph upTo(String top, String name, Shape image, Consumer<GraphBuilder> vertices) {
        return new UserGraph(name, image, vertices.andThen(builder -> builder.addLayer(
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
        ComputationGraph graph = built(new GraphBuilder(settings(DataType.FLOAT)));
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            if (segment.kind() != ParameterLayout.Kind.WEIGHT) {
                fill(segment, graph.params());
            }
        }
        return graph;
    }

    private static NeuralNetConfiguration.Builder settings(DataType type) {
        return new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .dataType(type)
                .updater(new NoOp())
                .weightInit(WeightInit.XAVIER)
                .activation(Activation.IDENTITY);
    }

    private ComputationGraph built(GraphBuilder builder) {
        builder.addInputs("in").setInputTypes(imageType());
        vertices.accept(builder);
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        return graph;
    }

    private InputType imageType() {
        return InputType.convolutional(image.height(), image.width(), image.channels());
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

    /** For DL4J in double precision. */
    ComputationGraph exact() {
        return reference(DataType.DOUBLE);
    }

    /** The same vertices and parameters, and some more vertices where DL4J would be wrong. */
    private ComputationGraph reference(DataType type) {
        ComputationGraph graph = graph();
        ReferenceBuilder builder =
                new ReferenceBuilder(settings(type), graph.getConfiguration().getLayerActivationTypes(imageType()));
        ComputationGraph exact = built(builder);
        builder.copyParameters(graph, exact);
        return exact;
    }

    INDArray images(int batch) {
        int values = Math.toIntExact(batch * image.elements());
        return Nd4j.createFromArray(Seeded.uniform(name + "/pictures", values, -2, 2))
                .reshape(batch, image.channels(), image.height(), image.width());
    }

    INDArray labels(int batch) {
        return Seeded.labels(name, batch, CLASSES, 0);
    }

    /** Compares outputs, loss, gradients and statistics with DL4J's in double precision, in every order of maps. */
    void agreesWithDl4j(int batch) {
        agreesWithDl4j(batch, labels(batch));
    }

    void agreesWithDl4j(int batch, INDArray labels) {
        infersAsDl4j(batch);
        trainsAsDl4j(batch, labels, Rounding.NONE);
    }

    /** The same, as near as DL4J in single precision is. */
    void agreesWithDl4jButForRounding(int batch, INDArray labels) {
        infersAsDl4j(batch);
        trainsAsDl4j(batch, labels, rounding(batch, labels));
    }

    /** Compares what each vertex puts out when all are asked, and the output when nothing else is. */
    void infersAsDl4j(int batch) {
        Map<String, INDArray> values = exact().feedForward(images(batch).castTo(DataType.DOUBLE), false);
        ComputationGraph graph = graph();
        List<String> all = List.copyOf(graph.getConfiguration().getVertices().keySet());
        for (Order order : ORDERS) {
            for (List<String> outputs : List.of(graph.getConfiguration().getNetworkOutputs(), all)) {
                List<INDArray> found = outputs(graph, outputs, order, batch);
                for (int i = 0; i < outputs.size(); i++) {
                    INDArray expected = values.get(outputs.get(i));
                    assertThat(Pass.deviation(found.get(i).reshape(expected.shape()), expected))
                            .as("%s in %s", outputs.get(i), order)
                            .isLessThan(1e-5);
                }
            }
        }
    }

    private void trainsAsDl4j(int batch, INDArray labels, Rounding rounding) {
        Pass reference = Pass.byDl4j(exact(), images(batch), labels);
        for (Order order : ORDERS) {
            Pass pass = pass(graph(), order, batch, labels);
            assertThat(pass.lossDeviation(reference))
                    .as("loss in %s", order)
                    .isLessThan(Math.max(1e-5, rounding.loss()));
            assertThat(pass.gradientDeviations(reference, LEAST))
                    .as("gradients in %s", order)
                    .allSatisfy((name, deviation) -> assertThat(deviation)
                            .as(name)
                            .isLessThanOrEqualTo(Math.max(1e-4, rounding.gradient(name))));
            assertThat(pass.statisticsDeviations(reference))
                    .as("statistics in %s", order)
                    .allSatisfy(Pass.within(1e-5));
        }
    }

    /**
     * Where rounding decides (on which side of a ReLU's kink a value is, or what is left when a sum cancels), single
     * precision is further from double precision than elsewhere.
     *
     * @param loss how far it may be, in parts of the loss
     * @param gradients how far each may be, as {@link Pass#gradientDeviations}
     */
    record Rounding(double loss, Map<String, Double> gradients) {
        static final Rounding NONE = new Rounding(0, Map.of());

        /** A few times what DL4J was seen to do. */
        private static final double MARGIN = 3;

        double gradient(String name) {
            return gradients.getOrDefault(name, 0.0);
        }

        Rounding and(Pass pass, Pass reference) {
            Map<String, Double> largest = new HashMap<>(gradients);
            pass.gradientDeviations(reference, LEAST)
                    .forEach((name, deviation) -> largest.merge(name, MARGIN * deviation, Math::max));
            return new Rounding(Math.max(loss, MARGIN * pass.lossDeviation(reference)), largest);
        }
    }

    /** By DL4J's layers in single precision, after all parameters and images were moved by some parts in a million. */
    Rounding rounding(int batch, INDArray labels) {
        Pass reference = Pass.byDl4j(exact(), images(batch), labels);
        Rounding rounding = Rounding.NONE;
        for (double parts : new double[] {1e-6, -1e-6}) {
            ComputationGraph graph = reference(DataType.FLOAT);
            move(graph.params(), parts);
            INDArray images = images(batch);
            move(images, parts);
            rounding = rounding.and(Pass.byDl4j(graph, images, labels), reference);
        }
        return rounding;
    }

    private void move(INDArray values, double parts) {
        float[] factors = Seeded.uniform(name + "/moved", Math.toIntExact(values.length()), 1 - parts, 1 + parts);
        values.muli(Nd4j.createFromArray(factors).reshape(values.shape()));
    }

    private List<INDArray> outputs(ComputationGraph graph, List<String> vertices, Order order, int batch) {
        Program program = Passes.optimise(GraphReader.inference(graph, vertices, extent()));
        INDArray images = images(batch);
        Lowering.FlatArrays none = new Lowering.FlatArrays(0, 0);
        try (Prepared prepared = new Prepared(floats(graph.params()));
                SharedArena arena = new SharedArena();
                Lowering lowering =
                        new Lowering(program, batch, order, none, prepared, arena, Lowering.Use.INFERENCE, 0)) {
            lowering.run(GraphState.address(images));
            List<INDArray> outputs = new ArrayList<>();
            for (int i = 0; i < vertices.size(); i++) {
                INDArray output = Nd4j.createUninitialized(DataType.FLOAT, lowering.outputShape(i), 'c');
                lowering.copyOutput(i, GraphState.address(output));
                outputs.add(output);
            }
            return outputs;
        }
    }

    /** By the engine. */
    Pass pass(ComputationGraph graph, Order order, int batch, INDArray labels) {
        Program program = Passes.optimise(GraphReader.training(graph, extent()));
        graph.initGradientsView();
        INDArray images = images(batch);
        Lowering.FlatArrays flat = new Lowering.FlatArrays(
                GraphState.address(graph.params()), GraphState.address(graph.getFlattenedGradients()));
        try (Prepared prepared = new Prepared(floats(graph.params()));
                SharedArena arena = new SharedArena();
                Lowering lowering =
                        new Lowering(program, batch, order, flat, prepared, arena, Lowering.Use.TRAINING, SEED)) {
            lowering.next(new Lowering.Wanted.Rows(floats(labels), Optional.empty()), 0);
            lowering.run(GraphState.address(images));
            return Pass.of(graph, lowering.lossSum() / batch);
        }
    }

    Extent extent() {
        return new Extent(image.channels(), image.height(), image.width());
    }

    private static FloatBuffer floats(INDArray array) {
        return array.data().asNioFloat();
    }

    @Override
    public String toString() {
        return name;
    }
}
