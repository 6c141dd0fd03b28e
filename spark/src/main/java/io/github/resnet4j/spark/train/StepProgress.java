package io.github.resnet4j.spark.train;

import java.util.function.IntConsumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.util.LongAccumulator;
import scala.jdk.javaapi.CollectionConverters;

/** What the executors' heartbeats tell of the steps done: Spark adds up an accumulator itself only when a task ends. */
final class StepProgress extends SparkListener implements AutoCloseable {
    private final JavaSparkContext context;
    private final LongAccumulator counter;
    private final IntConsumer done;

    StepProgress(JavaSparkContext context, IntConsumer done) {
        this.context = context;
        this.counter = context.sc().longAccumulator("steps");
        this.done = done;
        context.sc().addSparkListener(this);
    }

    /** Counts in the executors. */
    LongAccumulator counter() {
        return counter;
    }

    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
        CollectionConverters.asJava(update.accumUpdates())
                .forEach(task -> CollectionConverters.asJava(task._4()).forEach(info -> {
                    if (info.id() == counter.id() && info.update().isDefined()) {
                        done.accept(((Number) info.update().get()).intValue());
                    }
                }));
    }

    @Override
    public void close() {
        context.sc().removeSparkListener(this);
    }
}
