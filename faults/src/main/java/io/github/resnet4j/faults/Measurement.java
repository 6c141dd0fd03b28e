package io.github.resnet4j.faults;

import java.io.IOException;

/** How a bar is measured. */
@FunctionalInterface
interface Measurement {
    Outcome in(Session session) throws IOException, InterruptedException;
}
