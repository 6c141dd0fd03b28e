package io.github.resnet4j.cli;

import com.sun.management.OperatingSystemMXBean;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import java.io.PrintStream;
import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Ends the process when a training stands still: for a given time there is no progress, and the process hardly computes,
 * as where threads wait for each other or a file server does not answer. Where a step is only slow, it computes. What was
 * saved is whole, and the threads' stacks, printed before, tell what they wait for.
 *
 * <p>Shows progress on another view, and takes every call as a sign of life.
 */
final class StallWatch implements ProgressView, AutoCloseable {
    /** What a process that computes uses at the very least of one core; collecting garbage and watching takes less. */
    private static final double IDLE_SHARE = 0.02;
    /** Of the limit, between two looks. */
    private static final int LOOKS = 100;

    private final ProgressView view;
    private final long limit;
    private final LongSupplier clock;
    private final LongSupplier computed;
    private final Runnable stalled;
    private final AtomicLong signs = new AtomicLong();
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "stall-watch");
        thread.setDaemon(true);
        return thread;
    });

    private long seen = -1;
    private long looked;
    private long quiet;
    private long computedBefore;

    /** Begins to watch. With exit code {@link ExitCode#STALLED}, the process is halted: an orderly end would wait for the training. */
    static StallWatch over(ProgressView view, Duration limit) {
        StallWatch watch = new StallWatch(view, limit, System::nanoTime, StallWatch::processorTime, () -> {
            report(System.err, limit);
            Runtime.getRuntime().halt(ExitCode.STALLED);
        });
        long every = Math.max(1, limit.toMillis() / LOOKS);
        watch.looks.scheduleWithFixedDelay(watch::look, every, every, TimeUnit.MILLISECONDS);
        return watch;
    }

    /**
     * @param clock in nanoseconds
     * @param computed nanoseconds that the process has computed
     * @param stalled called when it stands still
     */
    StallWatch(ProgressView view, Duration limit, LongSupplier clock, LongSupplier computed, Runnable stalled) {
        this.view = view;
        this.limit = limit.toNanos();
        this.clock = clock;
        this.computed = computed;
        this.stalled = stalled;
        this.looked = clock.getAsLong();
    }

    /** Judges the time since the last look. One that comes late shows that the process itself was stopped, which is no stall. */
    void look() {
        long now = clock.getAsLong();
        long passed = now - looked;
        looked = now;
        long sign = signs.get();
        if (sign != seen || passed > limit / 2) {
            seen = sign;
            begin();
            return;
        }
        quiet += passed;
        if (quiet >= limit) {
            if (computed.getAsLong() - computedBefore < IDLE_SHARE * quiet) {
                stalled.run();
            }
            begin();
        }
    }

    private void begin() {
        quiet = 0;
        computedBefore = computed.getAsLong();
    }

    private static long processorTime() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static void report(PrintStream out, Duration limit) {
        for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
            LockInfo lock = thread.getLockInfo();
            out.printf(
                    "\"%s\" %s%s%s%n",
                    thread.getThreadName(),
                    thread.getThreadState(),
                    lock == null ? "" : " on " + lock,
                    thread.getLockOwnerName() == null ? "" : " held by \"" + thread.getLockOwnerName() + "\"");
            for (StackTraceElement frame : thread.getStackTrace()) {
                out.println("    at " + frame);
            }
        }
        out.println("error: no progress for " + Numbers.duration(limit.toMillis() / 1e3) + ", and nothing computes: the"
                + " training stands still. The threads above tell what they wait for; continue from the last checkpoint"
                + " with --resume, or wait longer with --stall-limit");
        out.flush();
    }

    @Override
    public void begin(String title, long totalSteps, String samples) {
        signs.incrementAndGet();
        view.begin(title, totalSteps, samples);
    }

    @Override
    public void step(long done, double loss, double lr, double samplesPerSecond, double dataWaitShare) {
        signs.incrementAndGet();
        view.step(done, loss, lr, samplesPerSecond, dataWaitShare);
    }

    @Override
    public void line(String text) {
        signs.incrementAndGet();
        view.line(text);
    }

    @Override
    public void epoch(EpochRow row, int epochs, String samples) {
        signs.incrementAndGet();
        view.epoch(row, epochs, samples);
    }

    @Override
    public void end() {
        signs.incrementAndGet();
        view.end();
    }

    /** Ends the watch. */
    @Override
    public void close() {
        looks.shutdownNow();
    }
}
