package io.github.resnet4j.bench;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The processes of a run. Closing it kills those that are left, and lets none start any more. */
final class Children implements AutoCloseable {
    private final Set<Process> alive = new LinkedHashSet<>();
    private boolean closed;

    /**
     * Starts one.
     *
     * @throws IOException if there is no such program, or the run is over
     */
    synchronized Process start(ProcessBuilder builder) throws IOException {
        if (closed) {
            throw new IOException("the run is over");
        }
        Process process = builder.start();
        alive.add(process);
        return process;
    }

    /** Ends one and everything that it started. */
    synchronized void kill(Process process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
        alive.remove(process);
    }

    /** Whether all were killed, so that a missing answer is not the contestant's fault. */
    synchronized boolean closed() {
        return closed;
    }

    @Override
    public synchronized void close() {
        closed = true;
        List.copyOf(alive).forEach(this::kill);
    }
}
