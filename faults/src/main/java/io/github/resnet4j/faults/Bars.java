package io.github.resnet4j.faults;

import java.util.List;

/** The rows, in the order in which they are run. */
final class Bars {
    static final String SOAK = "T-18";

    static final List<Bar> ALL = List.of(new Bar(
            "T-1",
            "500 kills, at least 300 within a checkpoint's write: resuming finds a valid checkpoint, loses one interval at"
                    + " most, needs no hand, leaves nothing behind",
            new Kills()));

    private Bars() {}
}
