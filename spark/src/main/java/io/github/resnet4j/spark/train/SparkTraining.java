package io.github.resnet4j.spark.train;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.run.TrainingCluster;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.spark.Cluster;
import io.github.resnet4j.spark.ClusterException;
import io.github.resnet4j.spark.internal.BarrierJob;
import io.github.resnet4j.spark.internal.Standstill;
import io.github.resnet4j.spark.train.ReplicaTask.Done;
import io.github.resnet4j.spark.train.ReplicaTask.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Trains on a Spark cluster, one replica in each executor. Spark places and starts the tasks and tells which are lost. The state
 * of the replicas goes out as a broadcast and comes back as a task's result, so that the driver can have a stretch done again
 * wherever there is room, with the same outcome.
 */
public final class SparkTraining implements TrainingCluster {
    /** Failures of one stretch that are made good. */
    private static final int MOST_FAILURES = 5;

    private static final int SECRET_BYTES = 32;
    private static final long SECONDS_FOR_EXECUTORS = Standstill.PATIENCE.toSeconds();
    private static final String RESUME = "; go on with --resume, once there is room or with fewer executors";

    private final Cluster cluster;
    private final int count;
    private final Agreement agreement;
    private final Consumer<String> remarks;
    private final Optional<RunCopy> copy;
    private Broadcast<Job> job;

    /** A job failed in a way in which it may succeed another time. */
    private static final class FailedException extends Exception {
        private static final long serialVersionUID = 1L;

        FailedException(Throwable cause) {
            super(cause);
        }
    }

    /**
     * @param count of replicas, each in a slot of its own, at least 1
     * @param copy where the run's folder is copied to with every checkpoint
     * @param remarks receives what was lost and is done again
     * @throws ClusterException if the cluster has fewer slots
     * @throws UsageException if Spark is to encrypt what it sends, which the ring cannot
     */
    public SparkTraining(
            Cluster cluster, int count, Agreement agreement, Optional<RunCopy> copy, Consumer<String> remarks) {
        this.copy = copy;
        this.cluster = cluster;
        this.count = count;
        this.agreement = agreement;
        this.remarks = remarks;
        if (agreement.exchange() == Agreement.Exchange.RING
                && count > 1
                && context().getConf().getBoolean("spark.network.crypto.enabled", false)) {
            throw new UsageException(
                    "spark.network.crypto.enabled asks for encryption, which the connections of the ring do"
                            + " not have; use --exchange driver, with --average-every 8 or more");
        }
        int slots = cluster.slots();
        if (slots < count) {
            throw new ClusterException("to train on " + Numbers.count(count, "executor", "executors")
                    + ", all of them are needed at once, but the cluster has room for " + slots);
        }
    }

    @Override
    public int replicas() {
        return count;
    }

    @Override
    public int longestStretch() {
        return agreement.exchange() == Agreement.Exchange.DRIVER ? agreement.every() : Integer.MAX_VALUE;
    }

    @Override
    public String how() {
        return Numbers.count(count, "executor", "executors") + (count == 1 ? "" : agreement.words());
    }

    @Override
    public void begin(Assignment run) {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        SparkConf conf = context().getConf();
        int perExecutor = context().isLocal()
                ? count
                : Math.max(1, conf.getInt("spark.executor.cores", 1) / conf.getInt("spark.task.cpus", 1));
        job = context().broadcast(new Job(UUID.randomUUID().toString(), run, count, agreement, secret, perExecutor));
    }

    @Override
    public void saved(Path run) throws IOException {
        if (copy.isPresent()) {
            copy.get().update(run);
        }
    }

    private JavaSparkContext context() {
        return cluster.context();
    }

    @Override
    public Outcome take(State before, Stretch stretch, IntConsumer progress, BooleanSupplier stop) {
        Broadcast<State> state = context().broadcast(before);
        try {
            for (int failures = 1; ; failures++) {
                try (StepProgress shown = new StepProgress(context(), progress)) {
                    return outcome(done(new ReplicaTask(job, state, stretch, shown.counter()), stop));
                } catch (FailedException e) {
                    again(stretch, failures, e.getCause());
                    awaitSlots(stop);
                }
            }
        } finally {
            state.destroy();
        }
    }

    private void again(Stretch stretch, int failures, Throwable cause) {
        String reason = BarrierJob.reason(cause);
        if (failures > MOST_FAILURES) {
            throw new ClusterException("the same steps failed " + failures + " times, at last so: " + reason, cause);
        }
        remarks.accept("warning: steps " + (stretch.from() + 1) + " to " + (stretch.from() + stretch.steps())
                + " of epoch " + (stretch.epoch() + 1) + " are taken again: " + reason);
    }

    private List<Done> done(ReplicaTask task, BooleanSupplier stop) throws FailedException {
        String group = "resnet4j-" + UUID.randomUUID();
        CompletableFuture<List<Done>> running = CompletableFuture.supplyAsync(() -> {
            context().setJobGroup(group, "steps of epoch " + (task.stretch().epoch() + 1), true);
            return job.value().isRing()
                    ? BarrierJob.run(context(), count, task::run)
                    : context()
                            .parallelize(IntStream.range(0, count).boxed().toList(), count)
                            .map(task::run)
                            .collect();
        });
        while (true) {
            try {
                return running.get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (stop.getAsBoolean()) {
                    throw cancelled(group);
                }
            } catch (ExecutionException e) {
                if (stop.getAsBoolean()) {
                    throw new StoppedException(); // a JVM that is told to end ends its context meanwhile
                }
                if (e.getCause() instanceof BarrierJob.NotStartedException few) {
                    throw new ClusterException(few.getMessage() + RESUME, few);
                }
                throw new FailedException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw cancelled(group);
            }
        }
    }

    private StoppedException cancelled(String group) {
        context().cancelJobGroup(group);
        return new StoppedException();
    }

    private Outcome outcome(List<Done> done) throws FailedException {
        for (Done each : done) {
            if (each.failure() != null) {
                throw each.failure();
            }
        }
        if (done.stream().anyMatch(Done::lost)) {
            throw new FailedException(new IOException("an executor was lost"));
        }
        State after = done.get(0).state();
        if (!job.value().isRing() && count > 1) {
            done.subList(1, count).forEach(other -> after.add(other.state()));
            after.divide(count);
        } else if (done.stream().mapToLong(Done::checksum).distinct().count() > 1) {
            throw new IllegalStateException("the executors have come to different parameters: checksums "
                    + done.stream()
                            .map(each -> Long.toHexString(each.checksum()))
                            .toList());
        }
        return new Outcome(
                after,
                done.stream().map(Done::steps).toList(),
                done.stream().map(Done::times).toList());
    }

    private void awaitSlots(BooleanSupplier stop) {
        for (int waited = 0; cluster.slots() < count; waited++) {
            if (stop.getAsBoolean()) {
                throw new StoppedException();
            }
            if (waited == SECONDS_FOR_EXECUTORS) {
                throw new ClusterException(SECONDS_FOR_EXECUTORS + " s after an executor was lost, there is room for "
                        + cluster.slots() + " where " + count
                        + " are needed; the log of the worker says why none starts"
                        + " there, such as for a full disk; go on with --resume, with so many or once there are more");
            }
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoppedException();
            }
        }
    }
}
