package io.github.resnet4j.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Backpropagation against central differences, for every trained value of a double-precision graph, with the step and
 * the absolute bound of DL4J's {@code GradientCheckUtil}. That one cannot be used: BN's running statistics must be left
 * out, as their "gradients" are none, and M2.1's skips the first value behind everything that it leaves out.
 */
public final class GradientCheck {
    private static final double EPSILON = 1e-6;
    private static final double MIN_ABSOLUTE_ERROR = 1e-8;

    private GradientCheck() {}

    /**
     * Fails with the names of the values whose relative error |a - b| / (|a| + |b|) is above {@code maxRelativeError}.
     *
     * @param images N×C×H×W
     */
    public static void check(ComputationGraph graph, INDArray images, int classes, double maxRelativeError) {
        int batch = (int) images.size(0);
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, batch, classes);
        for (int i = 0; i < batch; i++) {
            labels.putScalar(i, i % classes, 1);
        }
        DataSet data = new DataSet(images, labels);
        graph.setInput(0, images);
        graph.setLabels(labels);
        graph.computeGradientAndScore();
        Map<String, INDArray> gradients = graph.gradient().gradientForVariable();
        Map<String, INDArray> trained = new LinkedHashMap<>(graph.paramTable());
        trained.keySet().removeIf(name -> name.endsWith("_mean") || name.endsWith("_var"));
        assertThat(gradients.keySet()).containsAll(trained.keySet());

        List<String> failures = new ArrayList<>();
        int differentFromZero = 0;
        for (String name : trained.keySet()) {
            INDArray values = trained.get(name);
            assertThat(values.dataType()).isEqualTo(DataType.DOUBLE);
            assertThat(gradients.get(name).shape()).isEqualTo(values.shape());
            INDArray gradient = gradients.get(name).dup().divi(batch); // DL4J's updater divides by the batch
            for (long i = 0; i < values.length(); i++) {
                long[] at = Shape.ind2subC(values.shape(), i);
                double before = values.getDouble(at);
                values.putScalar(at, before + EPSILON);
                double above = graph.score(data, true);
                values.putScalar(at, before - EPSILON);
                double below = graph.score(data, true);
                values.putScalar(at, before);
                double numeric = (above - below) / (2 * EPSILON);
                double backprop = gradient.getDouble(at);
                double error = Math.abs(numeric - backprop);
                if (!(error <= MIN_ABSOLUTE_ERROR
                        || error <= maxRelativeError * (Math.abs(numeric) + Math.abs(backprop)))) {
                    failures.add(name + Arrays.toString(at) + ": backprop " + backprop + ", numeric " + numeric);
                }
                if (Math.abs(numeric) > 1e-6) {
                    differentFromZero++;
                }
            }
        }
        assertThat(failures).isEmpty();
        assertThat(differentFromZero).isGreaterThan(10);
    }
}
