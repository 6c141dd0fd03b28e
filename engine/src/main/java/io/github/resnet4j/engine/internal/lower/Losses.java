package io.github.resnet4j.engine.internal.lower;

import java.util.ArrayList;
import java.util.List;

/** What the losses of a program compare with in one execution, and what comes of it. */
final class Losses {
    private final List<LoweredLoss> parts = new ArrayList<>();
    private Lowering.Wanted wanted;
    private boolean poisoned;

    void add(LoweredLoss part) {
        parts.add(part);
    }

    /** Before an execution. */
    void next(Lowering.Wanted now) {
        wanted = now;
        poisoned = false;
    }

    Lowering.Wanted wanted() {
        return wanted;
    }

    /** Notes that a value on the way is not finite: an activation may have hidden it from the losses. */
    void poison() {
        poisoned = true;
    }

    /** Sum of all losses of the batch, NaN if something on the way was not finite. */
    double sum() {
        return poisoned
                ? Double.NaN
                : parts.stream().mapToDouble(part -> part.sum).sum();
    }
}
