package io.github.resnet4j.engine.internal.onednn;

import java.util.ArrayDeque;
import java.util.Deque;

/** Owner of native objects: closing it frees them, the last first. Not safe for use by several threads. */
public final class Scope implements AutoCloseable {
    private final Deque<Runnable> releases = new ArrayDeque<>();

    /** Runs {@code release} when the scope is closed. */
    public void onClose(Runnable release) {
        releases.push(release);
    }

    /** Frees everything, also what comes behind a release that fails; later calls do nothing. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!releases.isEmpty()) {
            try {
                releases.pop().run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
