package io.github.resnet4j.engine.onnx;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Parameter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.IntToDoubleFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.UnsafeByteOperations;

/**
 * A graph's parameters as ONNX keeps tensors, little-endian. Those that stand in the graph as they go into the file are not
 * copied.
 */
final class Weights {
    private final ByteBuffer bytes;
    private final FloatBuffer values;

    Weights(ComputationGraph graph) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException("ONNX files are written on little-endian processors only");
        }
        // DL4J's array of no parameters has no memory.
        ByteBuffer all = graph.numParams() == 0
                ? ByteBuffer.allocate(0)
                : graph.params().data().asNio();
        this.bytes = all.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.values = bytes.asFloatBuffer();
    }

    ByteString of(Parameter parameter) {
        return UnsafeByteOperations.unsafeWrap(
                bytes.slice(parameter.offset() * Float.BYTES, parameter.length() * Float.BYTES));
    }

    float value(Parameter parameter, int i) {
        return values.get(parameter.offset() + i);
    }

    /** The running variance, whichever way the norm keeps it. */
    ByteString variance(Operation.BatchNorm norm) {
        return norm.logDeviation()
                ? computed(norm.variance().length(), channel -> variance(norm, channel))
                : of(norm.variance());
    }

    /** What a convolution's kernels become by the norm and the factor that are folded into it. */
    ByteString kernels(Operation.Convolution op) {
        int each = op.weight().length() / op.outChannels();
        return computed(op.weight().length(), i -> (float) factor(op, i / each) * value(op.weight(), i));
    }

    /** The bias that goes with {@link #kernels}. */
    ByteString bias(Operation.Convolution op) {
        return computed(op.outChannels(), channel -> {
            double bias = op.bias().map(own -> (double) value(own, channel)).orElse(0.0);
            return op.norm()
                    .map(norm -> op.factor() * value(norm.beta(), channel)
                            + factor(op, channel) * (bias - value(norm.mean(), channel)))
                    .orElse(op.factor() * bias);
        });
    }

    private double factor(Operation.Convolution op, int channel) {
        return op.factor()
                * op.norm()
                        .map(norm -> value(norm.gamma(), channel) / Math.sqrt(variance(norm, channel) + norm.eps()))
                        .orElse(1.0);
    }

    private double variance(Operation.BatchNorm norm, int channel) {
        double stored = value(norm.variance(), channel);
        return norm.logDeviation() ? Math.pow(10, 2 * stored) : stored;
    }

    /** {@code length} floats. */
    static ByteString computed(int length, IntToDoubleFunction value) {
        ByteBuffer made = ByteBuffer.allocate(length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            made.putFloat((float) value.applyAsDouble(i));
        }
        return UnsafeByteOperations.unsafeWrap(made.flip());
    }
}
