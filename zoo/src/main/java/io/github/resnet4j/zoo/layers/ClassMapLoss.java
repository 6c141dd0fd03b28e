package io.github.resnet4j.zoo.layers;

import io.github.resnet4j.zoo.network.Output;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * An output layer of a DL4J graph that finds a class at each place (semantic segmentation). It takes logits N×classes×H×W
 * and puts out the probabilities of the classes at each place. The labels are classes from 0, N×H×W or N×1×H×W of any
 * type; places labelled {@link Output#VOID} count for nothing.
 *
 * <p>The loss is PyTorch's {@code CrossEntropyLoss(weight, ignore_index=255)}: the sum over all places of {@code -weight ·
 * log p} of the label's class, divided by the sum of these weights. A mask of the labels, N×H×W or N×1×H×W, is multiplied
 * into the weights. Where nothing counts, the loss is 0, and not NaN as in PyTorch.
 */
public final class ClassMapLoss extends MapOutput {
    private static final long serialVersionUID = 1L;

    /** Places that are computed together. */
    private static final int BLOCK = 1024;

    private final double weight;
    private final boolean auxiliary;
    private final double[] classWeights;

    private ClassMapLoss(double weight, boolean auxiliary, double[] classWeights) {
        if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a loss needs a weight above 0, got " + weight);
        }
        for (double each : classWeights) {
            if (!(each >= 0 && each < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a class's weight must be at least 0, got " + each);
            }
        }
        this.weight = weight;
        this.auxiliary = auxiliary;
        this.classWeights = classWeights.clone();
    }

    /** Of a graph's output. */
    public static ClassMapLoss ofOutput() {
        return new ClassMapLoss(1, false, new double[0]);
    }

    /**
     * Of an output that training alone has, whose labels are those of the graph's first output.
     *
     * @param weight of its mean loss, above 0; torchvision's is 0.5
     */
    public static ClassMapLoss ofAuxiliary(double weight) {
        return new ClassMapLoss(weight, true, new double[0]);
    }

    /**
     * The same with classes that count differently.
     *
     * @param weights one for each class, none negative
     */
    public ClassMapLoss weighted(double... weights) {
        return new ClassMapLoss(weight, auxiliary, weights);
    }

    @JsonCreator
    private static ClassMapLoss of(
            @JsonProperty(value = "weight", required = true) double weight,
            @JsonProperty(value = "auxiliary", required = true) boolean auxiliary,
            @JsonProperty("classWeights") double[] classWeights) {
        return new ClassMapLoss(weight, auxiliary, Objects.requireNonNullElse(classWeights, new double[0]));
    }

    /** What the mean loss is multiplied by. */
    @JsonProperty("weight")
    public double weight() {
        return weight;
    }

    /** Whether the output is one of training alone. */
    @JsonProperty("auxiliary")
    public boolean auxiliary() {
        return auxiliary;
    }

    /** How much each class counts; none: all the same. */
    public List<Double> classWeights() {
        return Arrays.stream(classWeights).boxed().toList();
    }

    @JsonProperty("classWeights")
    private double[] writtenWeights() {
        return classWeights;
    }

    @Override
    String title() {
        return "the class map";
    }

    @Override
    INDArray activated(INDArray in) {
        INDArray out = Nd4j.createUninitialized(in.dataType(), in.shape(), 'c');
        int places = Math.toIntExact(in.size(2) * in.size(3));
        for (int image = 0; image < in.size(0); image++) {
            double[] values = image(in, image);
            IntStream.range(0, blocks(places)).parallel().forEach(block -> softmax(values, places, block));
            put(values, out, image);
        }
        return out;
    }

    @Override
    Loss loss(INDArray in, INDArray labels, Optional<INDArray> mask) {
        int images = Math.toIntExact(in.size(0));
        int classes = Math.toIntExact(in.size(1));
        int places = Math.toIntExact(in.size(2) * in.size(3));
        if (classes > Output.VOID || classWeights.length > 0 && classWeights.length != classes) {
            throw new IllegalArgumentException("the logits are of " + classes + " classes, but "
                    + (classes > Output.VOID
                            ? Output.VOID + " is the label of no class"
                            : classWeights.length + " have weights"));
        }
        requirePlaces("labels", labels, in);
        mask.ifPresent(factors -> requirePlaces("a mask", factors, in));
        INDArray gradient = Nd4j.createUninitialized(in.dataType(), in.shape(), 'c');
        double[] sums = new double[images];
        double total = 0;
        for (int image = 0; image < images; image++) {
            double[] values = image(in, image);
            int[] classOf = classes(image(labels, image), image, in);
            double[] weights = weights(classOf, mask.isPresent() ? image(mask.get(), image) : null);
            double[] parts = IntStream.range(0, blocks(places))
                    .parallel()
                    .mapToDouble(block -> cross(values, places, block, classOf, weights))
                    .toArray();
            sums[image] = Arrays.stream(parts).sum();
            total += Arrays.stream(weights).sum();
            put(values, gradient, image);
        }
        return new Loss(sums, total, gradient);
    }

    private static void requirePlaces(String what, INDArray array, INDArray in) {
        boolean deep = array.rank() == 4 && array.size(1) == 1;
        boolean flat = array.rank() == 3;
        if (!(deep || flat)
                || array.size(0) != in.size(0)
                || array.size(-2) != in.size(2)
                || array.size(-1) != in.size(3)) {
            throw new IllegalArgumentException("logits of " + Arrays.toString(in.shape()) + " need " + what + " of "
                    + in.size(0) + "×" + in.size(2) + "×" + in.size(3) + ", got " + Arrays.toString(array.shape()));
        }
    }

    private static double[] image(INDArray array, int number) {
        INDArray one = array.get(NDArrayIndex.interval(number, number + 1));
        return one.dup('c').data().asDouble();
    }

    private static void put(double[] values, INDArray array, int image) {
        INDArray to = array.get(NDArrayIndex.interval(image, image + 1));
        to.assign(Nd4j.createFromArray(values).reshape('c', to.shape()));
    }

    private static int[] classes(double[] labels, int image, INDArray in) {
        int[] classes = new int[labels.length];
        for (int i = 0; i < labels.length; i++) {
            classes[i] = (int) labels[i];
            boolean known = classes[i] >= 0 && classes[i] < in.size(1) || classes[i] == Output.VOID;
            if (!known || classes[i] != labels[i]) {
                throw new IllegalArgumentException("image " + image + " has the label " + labels[i] + " in row "
                        + i / in.size(3) + ", column " + i % in.size(3) + "; its classes are 0 to " + (in.size(1) - 1)
                        + ", and " + Output.VOID + " where there is none");
            }
        }
        return classes;
    }

    /** @param mask or null */
    private double[] weights(int[] classes, double[] mask) {
        double[] weights = new double[classes.length];
        for (int i = 0; i < weights.length; i++) {
            if (classes[i] != Output.VOID) {
                double own = classWeights.length == 0 ? 1 : classWeights[classes[i]];
                weights[i] = mask == null ? own : own * mask[i];
            }
        }
        return weights;
    }

    private static int blocks(int places) {
        return (places + BLOCK - 1) / BLOCK;
    }

    /**
     * Makes the logits of a block of an image's places probabilities.
     *
     * @return the logarithms of the sums of the places' exponentials
     */
    private static double[] softmax(double[] values, int places, int block) {
        int from = block * BLOCK;
        int to = Math.min(places, from + BLOCK);
        double[] largest = Arrays.copyOfRange(values, from, to);
        for (int plane = 0; plane < values.length; plane += places) {
            for (int i = from; i < to; i++) {
                largest[i - from] = Math.max(largest[i - from], values[plane + i]);
            }
        }
        double[] sums = new double[to - from];
        for (int plane = 0; plane < values.length; plane += places) {
            for (int i = from; i < to; i++) {
                values[plane + i] = Math.exp(values[plane + i] - largest[i - from]);
                sums[i - from] += values[plane + i];
            }
        }
        for (int plane = 0; plane < values.length; plane += places) {
            for (int i = from; i < to; i++) {
                values[plane + i] /= sums[i - from];
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = largest[i] + Math.log(sums[i]);
        }
        return sums;
    }

    /**
     * Makes the logits of a block of an image's places the gradients of their losses.
     *
     * @return the sum of these losses; NaN if a logit is not finite, also where nothing counts
     */
    private double cross(double[] values, int places, int block, int[] classes, double[] weights) {
        int from = block * BLOCK;
        int to = Math.min(places, from + BLOCK);
        double sum = 0;
        for (int plane = 0; plane < values.length; plane += places) {
            for (int i = from; i < to; i++) {
                sum += 0 * values[plane + i];
            }
        }
        for (int i = from; i < to; i++) {
            sum -= classes[i] == Output.VOID ? 0 : weights[i] * values[classes[i] * places + i];
        }
        double[] logarithms = softmax(values, places, block);
        for (int i = from; i < to; i++) {
            sum += weights[i] * logarithms[i - from];
            for (int plane = 0; plane < values.length; plane += places) {
                values[plane + i] *= weight * weights[i];
            }
            if (classes[i] != Output.VOID) {
                values[classes[i] * places + i] -= weight * weights[i];
            }
        }
        return weight * sum;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClassMapLoss that
                && super.equals(that)
                && weight == that.weight
                && auxiliary == that.auxiliary
                && Arrays.equals(classWeights, that.classWeights);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof ClassMapLoss;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), weight, auxiliary, Arrays.hashCode(classWeights));
    }

    @Override
    public String toString() {
        return "ClassMapLoss(" + weight + (auxiliary ? ", auxiliary" : "")
                + (classWeights.length == 0 ? "" : ", " + Arrays.toString(classWeights)) + ")";
    }
}
