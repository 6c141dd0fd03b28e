package io.github.resnet4j.spark.internal;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** Tasks that all run at once, each in a slot of its own. Spark has no Java API for that. */
public final class BarrierJob {
    private BarrierJob() {}

    /** A task, which gets its number. */
    public interface Task<T> extends IntFunction<T>, Serializable {}

    /** The tasks were not started, for want of room for all of them at once. */
    public static final class NotStartedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotStartedException(int tasks, Duration patience) {
            super("for " + patience.toSeconds() + " s there was no room for " + tasks
                    + " executors at once; the log of a"
                    + " worker says why an executor does not start there, such as for a full disk");
        }
    }

    /**
     * Runs tasks 0 to {@code tasks} − 1. If one fails, or there are not so many slots, Spark throws its SparkException, which
     * is checked and yet cannot be declared.
     *
     * @param <T> what a task returns; serialisable
     * @return what they returned, in their order
     * @throws NotStartedException if an executor is lost before they start, and none takes its place
     */
    public static <T> List<T> run(JavaSparkContext context, int tasks, Task<T> task) {
        return run(context, tasks, task, Standstill.PATIENCE);
    }

    static <T> List<T> run(JavaSparkContext context, int tasks, Task<T> task, Duration patience) {
        try (Standstill standstill = new Standstill(context, patience)) {
            JavaFutureAction<List<T>> job = context.parallelize(Collections.nCopies(tasks, 0), tasks)
                    .rdd()
                    .barrier()
                    .mapPartitions(new Partition<Integer, T>(task), false, ClassTag$.MODULE$.<T>apply(Object.class))
                    .toJavaRDD()
                    .collectAsync();
            Optional<List<T>> results = Optional.empty();
            while (results.isEmpty()) {
                results = results(job);
                if (results.isEmpty() && standstill.isThere()) {
                    job.cancel(true);
                    throw new NotStartedException(tasks, patience);
                }
            }
            return results.get();
        }
    }

    /** Empty if they are not there in a second. */
    private static <T> Optional<List<T>> results(JavaFutureAction<List<T>> job) {
        try {
            return Optional.of(job.get(1, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw BarrierJob.<RuntimeException>unchecked(e.getCause());
        } catch (InterruptedException e) {
            job.cancel(true);
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E unchecked(Throwable failure) throws E {
        throw (E) failure;
    }

    /**
     * Why such a job failed: of a task of several at once that fails, Spark says in its first line that it did, in the next
     * why, and then gives the trace.
     */
    public static String reason(Throwable failure) {
        List<String> lines = String.valueOf(failure.getMessage())
                .lines()
                .filter(line -> !line.isBlank())
                .limit(2)
                .toList();
        boolean more = lines.size() > 1 && lines.get(0).endsWith(" finished unsuccessfully.");
        return lines.isEmpty() ? "" : lines.get(more ? 1 : 0).strip();
    }

    private static final class Partition<A, T> extends AbstractFunction1<Iterator<A>, Iterator<T>>
            implements Serializable {
        private static final long serialVersionUID = 1;

        private final Task<T> task;

        Partition(Task<T> task) {
            this.task = task;
        }

        @Override
        public Iterator<T> apply(Iterator<A> ignored) {
            List<T> result = new ArrayList<>(1);
            result.add(task.apply(TaskContext.getPartitionId()));
            return CollectionConverters.asScala(result.iterator());
        }
    }
}
