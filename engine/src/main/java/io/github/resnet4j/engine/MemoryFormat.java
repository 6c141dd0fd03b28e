package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.onednn.Dnnl;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;

/**
 * The memory layout of the maps between the operations of a plan: one for the whole plan, so that nothing is reordered
 * on the way. Measured, see PERFORMANCE.md: oneDNN's kernels for blocked channels train faster, those for channels last
 * infer faster.
 */
final class MemoryFormat {
    private MemoryFormat() {}

    /** For training on this processor. */
    static Order training() {
        return switch (Dnnl.instructions()) {
            case "avx512" -> Order.NCHW16C;
            case "avx2" -> Order.NCHW8C;
            default -> Order.NHWC;
        };
    }

    /** For inference. */
    static Order inference() {
        return Order.NHWC;
    }
}
