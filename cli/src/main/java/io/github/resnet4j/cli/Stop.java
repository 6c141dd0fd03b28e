package io.github.resnet4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Turns Ctrl-C and SIGTERM into a flag that a run polls at safe points. The JVM's exit waits until the run has saved
 * its checkpoint, 30 seconds at most; the exit code is the JVM's own, 130 or 143. Before the first poll there is
 * nothing to save, and the exit does not wait. A second signal ends the process at once, as a
 * kill would: what was saved before is whole.
 */
final class Stop implements BooleanSupplier, AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::waitForTheRun, "stop");
    private volatile boolean asked;
    private volatile boolean listening;

    Stop() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public boolean getAsBoolean() {
        listening = true;
        return asked;
    }

    /** The run is over: an exit need not wait. */
    @Override
    public void close() {
        finished.countDown();
        if (!asked) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private void waitForTheRun() {
        asked = true;
        haltAt("INT", 130);
        haltAt("TERM", 143);
        try {
            if (listening) {
                finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The JVM itself takes no notice of further signals once it is ending. There is no public class for this. */
    private static void haltAt(String signal, int code) {
        try {
            sun.misc.Signal.handle(
                    new sun.misc.Signal(signal), again -> Runtime.getRuntime().halt(code));
        } catch (IllegalArgumentException e) {
            // Not this JVM's to handle, for example with -Xrs: then it has not come through it, either.
        }
    }
}
