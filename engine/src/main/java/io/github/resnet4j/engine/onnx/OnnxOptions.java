package io.github.resnet4j.engine.onnx;

import io.github.resnet4j.zoo.weights.Preprocessing;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How a graph is written as an ONNX model.
 *
 * @param opset version of ONNX's operators, {@value #OLDEST_OPSET} to {@value #NEWEST_OPSET}; the file's own version is the
 *     oldest that has them
 * @param foldNorms multiplies batch normalisations into the convolutions before them. Otherwise, the file keeps both, with
 *     PyTorch's names of their parameters, and can be read as weights; runtimes fold them all the same.
 * @param batch number of images that the model takes at a time; absent: any, by the name {@code batch}
 * @param output what the model puts out
 * @param pixels if present, the model takes images as programs hold them, unsigned bytes N×H×W×C from 0 to 255, and
 *     normalises them by this mean and standard deviation; resizing and cropping remain the caller's. Otherwise it takes
 *     prepared images, floats N×C×H×W.
 * @param metadata what the file says of itself, text by key
 */
public record OnnxOptions(
        int opset,
        boolean foldNorms,
        OptionalInt batch,
        Output output,
        Optional<Preprocessing> pixels,
        Map<String, String> metadata) {
    public static final int OLDEST_OPSET = 13;
    public static final int NEWEST_OPSET = 21;

    /** Known to all but old runtimes. */
    public static final int USUAL_OPSET = 17;

    /** What a model puts out. */
    public sealed interface Output {
        /** What goes into the final softmax; of a graph without one, its output. */
        record Logits() implements Output {}

        /**
         * Probabilities of the classes.
         *
         * @param temperature by which the logits are divided before the softmax, positive and finite; 1 for the network's own
         */
        record Probabilities(double temperature) implements Output {
            public Probabilities {
                if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException(
                            "the temperature must be positive and finite, got " + temperature);
                }
            }
        }
    }

    /** Logits of one prepared image at a time, in opset {@value #USUAL_OPSET}; nothing folded. */
    public static final OnnxOptions DEFAULT =
            new OnnxOptions(USUAL_OPSET, false, OptionalInt.of(1), new Output.Logits(), Optional.empty(), Map.of());

    public OnnxOptions {
        if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
            throw new IllegalArgumentException(
                    "the opset must be between " + OLDEST_OPSET + " and " + NEWEST_OPSET + ", got " + opset);
        }
        if (batch.isPresent() && batch.getAsInt() < 1) {
            throw new IllegalArgumentException("a batch needs at least 1 image, got " + batch.getAsInt());
        }
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    public OnnxOptions withOpset(int other) {
        return new OnnxOptions(other, foldNorms, batch, output, pixels, metadata);
    }

    public OnnxOptions withFoldNorms(boolean fold) {
        return new OnnxOptions(opset, fold, batch, output, pixels, metadata);
    }

    /** For any number of images at a time. */
    public OnnxOptions withAnyBatch() {
        return new OnnxOptions(opset, foldNorms, OptionalInt.empty(), output, pixels, metadata);
    }

    public OnnxOptions withOutput(Output other) {
        return new OnnxOptions(opset, foldNorms, batch, other, pixels, metadata);
    }

    public OnnxOptions withPixels(Preprocessing normalisation) {
        return new OnnxOptions(opset, foldNorms, batch, output, Optional.of(normalisation), metadata);
    }

    public OnnxOptions withMetadata(Map<String, String> other) {
        return new OnnxOptions(opset, foldNorms, batch, output, pixels, other);
    }

    /**
     * Version of the file format (IR) that came with the opset: no newer than it needs, because runtimes refuse what is
     * newer than themselves.
     */
    int irVersion() {
        if (opset < 15) {
            return 7;
        }
        if (opset < 19) {
            return 8;
        }
        return opset < 21 ? 9 : 10;
    }
}
