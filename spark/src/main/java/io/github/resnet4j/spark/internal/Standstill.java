package io.github.resnet4j.spark.internal;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/**
 * Notices that no executor takes a job's tasks, as when those that were lost cannot start again: Spark itself waits for ever.
 * How many are registered says little, since one for which the disk of its worker has no room registers again and again, for
 * a moment.
 */
public final class Standstill extends SparkListener implements AutoCloseable {
    /** In which an executor that was lost comes back where it can. */
    public static final Duration PATIENCE = Duration.ofSeconds(120);

    private final JavaSparkContext context;
    private final Duration patience;
    private final Set<Long> running = ConcurrentHashMap.newKeySet();
    private volatile long since = System.nanoTime();

    /** Of the tasks that start from now on. */
    public Standstill(JavaSparkContext context, Duration patience) {
        this.context = context;
        this.patience = patience;
        context.sc().addSparkListener(this);
    }

    /** Whether no task has run for as long as there is patience. */
    public boolean isThere() {
        return running.isEmpty() && System.nanoTime() - since > patience.toNanos();
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart start) {
        running.add(start.taskInfo().taskId());
        since = System.nanoTime();
    }

    /** Of a task whose executor was lost, too. */
    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        since = System.nanoTime();
        running.remove(end.taskInfo().taskId());
    }

    @Override
    public void close() {
        context.sc().removeSparkListener(this);
    }
}
