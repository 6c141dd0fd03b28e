package io.github.resnet4j.engine;

import io.github.resnet4j.engine.onednn.Layout;

/**
 * In which order maps lie between the operations of a plan. One for the whole plan, so that nothing is reordered on the
 * way; measured, see PERFORMANCE.md.
 */
final class MapOrder {
    private MapOrder() {}

    /** For this processor. */
    static Layout.Order best() {
        return Layout.Order.NHWC;
    }
}
