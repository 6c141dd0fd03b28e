package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A small graph of whatever the engine knows, and what it is to be run with: all of it follows from a seed.
 *
 * @param parts vertices up to the classifier, each behind those that it reads
 * @param loss what is at the classifier's end
 * @param batch number of images
 * @param smoothing of the labels
 */
record RandomGraph(String name, Shape image, List<Part> parts, Loss loss, int batch, double smoothing) {
    static final String IMAGES = "in";

    /** What a vertex puts out for an image: C×H×W, or the same as a row. */
    record Value(Extent extent, boolean flat) {
        boolean isVector() {
            return flat && extent.height() == 1 && extent.width() == 1;
        }
    }

    /** What keeps a vertex from being trained. */
    enum Frozen {
        NO,
        YES,
        WITH_BACKPROP
    }

    /** How the classifier reads a value. */
    enum Reading {
        NONE,
        MEAN,
        LARGEST,
        DENSE
    }

    /**
     * A vertex.
     *
     * @param made makes the layer, or the vertex if it has none
     * @param reading how the classifier reads it besides others
     */
    record Part(String name, List<String> inputs, Value value, Supplier<Object> made, Frozen frozen, Reading reading) {

        void addTo(GraphBuilder builder) {
            String[] from = inputs.toArray(String[]::new);
            if (made.get() instanceof Layer layer) {
                builder.addLayer(name, frozen(layer), from);
            } else {
                GraphVertex vertex = (GraphVertex) made.get();
                builder.addVertex(name, frozen == Frozen.YES ? new FrozenVertex(vertex) : vertex, from);
            }
        }

        private Layer frozen(Layer layer) {
            return switch (frozen) {
                case NO -> layer;
                case YES -> new FrozenLayer(layer);
                case WITH_BACKPROP -> new FrozenLayerWithBackprop(layer);
            };
        }

        /** This part where {@code from} was replaced. */
        Part reading(String from, String instead) {
            List<String> changed = inputs.stream()
                    .map(input -> input.equals(from) ? instead : input)
                    .toList();
            return new Part(name, changed, value, made, frozen, reading);
        }
    }

    /** The loss, and whether it has weights of its own. */
    record Loss(Supplier<ILossFunction> function, boolean weights, boolean bias) {
        void addTo(GraphBuilder builder, String input) {
            if (weights) {
                builder.addLayer(
                        "out",
                        new OutputLayer.Builder(function.get())
                                .activation(Activation.SOFTMAX)
                                .nOut(UserGraph.CLASSES)
                                .hasBias(bias)
                                .build(),
                        input);
            } else {
                builder.addLayer(
                                "logits",
                                new DenseLayer.Builder()
                                        .nOut(UserGraph.CLASSES)
                                        .hasBias(bias)
                                        .build(),
                                input)
                        .addLayer(
                                "out",
                                new LossLayer.Builder(function.get())
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "logits");
            }
        }
    }

    /** The {@code index}-th graph of a seed. */
    static RandomGraph of(long seed, long index) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + index);
        return new GraphDrawing(random).graph("graph " + index + " of seed " + seed);
    }

    UserGraph graph() {
        return new UserGraph(name, image, builder -> {
            parts.forEach(part -> part.addTo(builder));
            classify(builder);
        });
    }

    /** Reads everything that nobody else does. */
    private void classify(GraphBuilder builder) {
        Set<String> read = new HashSet<>();
        parts.forEach(part -> read.addAll(part.inputs()));
        List<String> features = new ArrayList<>();
        for (Part part : parts) {
            if (part.value().isVector()) {
                features.add(part.name());
            } else if (part.reading() != Reading.NONE || !read.contains(part.name())) {
                features.add(part.name() + "-read");
                builder.addLayer(part.name() + "-read", reader(part), part.name());
            }
        }
        builder.addVertex("features", new MergeVertex(), features.toArray(String[]::new));
        loss.addTo(builder, "features");
        builder.setOutputs("out");
    }

    private static Layer reader(Part part) {
        return part.value().flat() || part.reading() == Reading.DENSE
                ? new DenseLayer.Builder().nOut(5).build()
                : new GlobalPoolingLayer(part.reading() == Reading.LARGEST ? PoolingType.MAX : PoolingType.AVG);
    }

    INDArray labels() {
        return Seeded.labels(name, batch, UserGraph.CLASSES, smoothing);
    }

    /** The smallest of the graphs that are left when vertices are taken away one by one, and that still {@code fails}. */
    RandomGraph smallest(Predicate<RandomGraph> fails) {
        for (int i = parts.size() - 1; i >= 0; i--) {
            RandomGraph smaller = without(parts.get(i));
            if (!smaller.parts.isEmpty() && fails.test(smaller)) {
                return smaller.smallest(fails);
            }
        }
        return this;
    }

    /** What reads {@code part} then reads its input, if that has the same size, or goes too. */
    private RandomGraph without(Part part) {
        Map<String, Value> values = new HashMap<>();
        values.put(IMAGES, new Value(graph().extent(), false));
        parts.forEach(other -> values.put(other.name(), other.value()));
        String input = part.inputs().get(0);
        boolean alike = values.get(input).equals(part.value());
        Set<String> gone = new HashSet<>(Set.of(part.name()));
        List<Part> left = new ArrayList<>();
        for (Part other : parts) {
            Part changed = alike ? other.reading(part.name(), input) : other;
            if (other == part || changed.inputs().stream().anyMatch(gone::contains)) {
                gone.add(other.name());
            } else {
                left.add(changed);
            }
        }
        return new RandomGraph(name, image, left, loss, batch, smoothing);
    }

    /** What the engine reads, a line for each operation. */
    String lines() {
        Program program = GraphReader.training(graph().graph(), graph().extent());
        return program.nodes().stream()
                .map(node -> line(program, node))
                .collect(Collectors.joining("\n", "batch of " + batch + "\n", ""));
    }

    private static String line(Program program, ProgramNode node) {
        List<String> inputs =
                node.inputs().stream().map(i -> program.nodes().get(i).name()).toList();
        return node.name() + " = " + node.op() + " of " + inputs + ": " + node.extent()
                + (node.frozen() ? ", frozen" : "");
    }

    @Override
    public String toString() {
        return name;
    }
}
