package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What one pass in training mode finds, by names {@code vertex_key}. Frozen parameters have none of it.
 *
 * @param loss mean over the batch
 * @param gradients of what is trained, sums over the batch
 * @param statistics BN's running averages as they are to become
 */
record Pass(double loss, Map<String, float[]> gradients, Map<String, float[]> statistics) {
    /**
     * Part of its layer's largest gradient below which a gradient counts as none: BN behind a bias takes its effect away, and
     * of a single value's sum over all places little may be left.
     */
    private static final double NONE = 0.1;

    /**
     * By DL4J's layers; the graph may be in double precision. DL4J computes the branches that stochastic depth drops, and
     * what their statistics are to become is left out.
     */
    static Pass byDl4j(ComputationGraph graph, INDArray images, INDArray labels) {
        DataType type = graph.params().dataType();
        graph.setInputs(images.castTo(type));
        INDArray[] each = new INDArray[graph.getNumOutputArrays()];
        Arrays.fill(each, labels.castTo(type));
        graph.setLabels(each);
        graph.computeGradientAndScore();
        graph.clear();
        INDArray gradients = graph.getFlattenedGradients().reshape(graph.numParams());
        Set<String> dropped = new DroppedBranches(graph).vertices();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            if (!segment.kind().trained() && dropped.contains(segment.vertex())) {
                gradients
                        .get(NDArrayIndex.interval(segment.offset(), segment.offset() + segment.length()))
                        .assign(0);
            }
        }
        return of(graph, graph.score());
    }

    static Pass byPlan(TrainingPlan plan, ComputationGraph graph, INDArray images, INDArray labels) {
        return of(graph, plan.gradients(images, labels).loss());
    }

    /** What stands in the flattened gradients of {@code graph}. */
    static Pass of(ComputationGraph graph, double loss) {
        FloatBuffer gradient = floats(graph.getFlattenedGradients());
        FloatBuffer parameters = floats(graph.params());
        Pass pass = new Pass(loss, new TreeMap<>(), new TreeMap<>());
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            if (!segment.frozen()) {
                float[] values = new float[segment.length()];
                gradient.get(segment.offset(), values);
                for (int i = 0; i < values.length && !segment.kind().trained(); i++) {
                    values[i] = parameters.get(segment.offset() + i) - values[i];
                }
                Map<String, float[]> found = segment.kind().trained() ? pass.gradients : pass.statistics;
                found.put(segment.vertex() + "_" + segment.key(), values);
            }
        }
        return pass;
    }

    private static FloatBuffer floats(INDArray flat) {
        return flat.dataType() == DataType.FLOAT
                ? flat.data().asNioFloat()
                : FloatBuffer.wrap(flat.dup().data().asFloat());
    }

    /** Distance of each gradient from the reference's, in parts of that one's norm. */
    Map<String, Double> gradientDeviations(Pass reference) {
        return gradientDeviations(reference, 0);
    }

    /** @param floor part of the largest gradient's norm that every norm is taken to have at least */
    Map<String, Double> gradientDeviations(Pass reference, double floor) {
        double largest = reference.gradients.values().stream()
                .mapToDouble(Golden::norm)
                .max()
                .orElse(0);
        Map<String, Double> ofLayer = new TreeMap<>();
        reference.gradients.forEach((name, values) -> ofLayer.merge(vertex(name), Golden.norm(values), Math::max));
        return deviations(
                gradients,
                reference.gradients,
                (name, norm) -> Math.max(Math.max(norm, NONE * ofLayer.get(vertex(name))), floor * largest));
    }

    private static String vertex(String name) {
        return name.substring(0, name.lastIndexOf('_'));
    }

    /** Distance of each running average from the reference's, in parts of that one's norm. */
    Map<String, Double> statisticsDeviations(Pass reference) {
        return deviations(statistics, reference.statistics, (name, norm) -> norm);
    }

    /** Part of the reference's loss. */
    double lossDeviation(Pass reference) {
        return Math.abs(loss - reference.loss) / Math.abs(reference.loss);
    }

    private interface Scale {
        double of(String name, double norm);
    }

    private static Map<String, Double> deviations(
            Map<String, float[]> actual, Map<String, float[]> reference, Scale scale) {
        assertThat(actual).containsOnlyKeys(reference.keySet());
        Map<String, Double> deviations = new TreeMap<>();
        reference.forEach((name, values) -> {
            double distance = Golden.distance(actual.get(name), values);
            deviations.put(name, distance == 0 ? 0 : distance / scale.of(name, Golden.norm(values)));
        });
        return deviations;
    }

    /** For {@code allSatisfy}. */
    static BiConsumer<String, Double> within(double bound) {
        return (name, deviation) -> assertThat(deviation).as(name).isLessThanOrEqualTo(bound);
    }

    /** Distance of two arrays in parts of the second one's norm. */
    static double deviation(INDArray actual, INDArray reference) {
        assertThat(actual.shape()).isEqualTo(reference.shape());
        float[] expected = reference.dup('c').data().asFloat();
        double distance = Golden.distance(actual.dup('c').data().asFloat(), expected);
        return distance == 0 ? 0 : distance / Golden.norm(expected);
    }
}
