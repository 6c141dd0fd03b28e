package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.onednn.Dnnl;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;

/**
 * The memory layout of the maps between the operations of a plan: one for the whole plan, so that nothing is reordered
 * on the way. Measured, see PERFORMANCE.md: oneDNN's kernels for blocked channels train faster, those for channels last
 * infer faster.
 */
final class MemoryFormat {
    /** Values in the longest vector of a processor. */
    private static final int VECTOR = 16;

    private MemoryFormat() {}

    /** For training on this processor. */
    static Order training() {
        return switch (Dnnl.instructions()) {
            case "avx512" -> Order.NCHW16C;
            case "avx2" -> Order.NCHW8C;
            default -> Order.NHWC;
        };
    }

    /** For inference by {@code program}. */
    static Order inference(Program program) {
        return growsUnevenly(program) ? training() : Order.NHWC;
    }

    /**
     * Whether concatenations append to what others have put together, and leave channels that fill no vectors, as those of
     * DenseNet-BC do. Channels last, all of them are copied each time, and oneDNN has slow code alone for a batch
     * normalisation of such channels that follows no convolution.
     */
    static boolean growsUnevenly(Program program) {
        return program.nodes().stream()
                .anyMatch(node -> node.op() instanceof Operation.Concat
                        && node.extent().channels() % VECTOR != 0
                        && program.nodes().get(node.inputs().get(0)).op() instanceof Operation.Concat);
    }
}
