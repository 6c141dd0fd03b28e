package io.github.resnet4j.spark.internal;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.spark.TaskContext;
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

    /**
     * Runs tasks 0 to {@code tasks} − 1. If one fails, or there are not so many slots, Spark throws its SparkException, which
     * is checked and yet cannot be declared.
     *
     * @param <T> what a task returns; serialisable
     * @return what they returned, in their order
     */
    public static <T> List<T> run(JavaSparkContext context, int tasks, Task<T> task) {
        return context.parallelize(Collections.nCopies(tasks, 0), tasks)
                .rdd()
                .barrier()
                .mapPartitions(new Partition<Integer, T>(task), false, ClassTag$.MODULE$.<T>apply(Object.class))
                .toJavaRDD()
                .collect();
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
