package io.github.resnet4j.faults;

import java.util.List;

/** The rows, in the order in which they are run. */
final class Bars {
    static final String SOAK = "T-18";

    static final List<Bar> ALL = List.of(
            new Bar(
                    "T-1",
                    "500 kills, at least 300 within the write of a checkpoint: resuming finds a valid checkpoint, loses one"
                            + " interval at most, needs no hand and leaves nothing behind",
                    new Kills()),
            new Bar(
                    SOAK,
                    "an hour or more with a random fault about every two minutes: the run goes on by the same command, and"
                            + " ends with the bytes of a run without faults",
                    new Soak()));

    private Bars() {}
}
