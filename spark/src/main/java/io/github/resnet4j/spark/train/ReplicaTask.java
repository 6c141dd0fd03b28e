package io.github.resnet4j.spark.train;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.run.TrainingCluster.Assignment;
import io.github.resnet4j.finetune.run.TrainingCluster.State;
import io.github.resnet4j.finetune.run.TrainingCluster.Stretch;
import io.github.resnet4j.finetune.run.TrainingCluster.Times;
import io.github.resnet4j.finetune.run.TrainingReplica;
import io.github.resnet4j.finetune.train.TrainingSteps.Step;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.zip.CRC32C;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;

/**
 * What an executor does for a stretch.
 *
 * @param job what it knows of the run
 * @param before where the stretch begins
 * @param counter counts the steps of the first rank
 */
record ReplicaTask(Broadcast<Job> job, Broadcast<State> before, Stretch stretch, LongAccumulator counter)
        implements Serializable {

    /**
     * The work for a run.
     *
     * @param id tells it from others
     * @param count of replicas
     * @param secret that the ring's connections begin with
     * @param perExecutor replicas that an executor may hold at a time
     */
    record Job(String id, Assignment run, int count, Agreement agreement, byte[] secret, int perExecutor)
            implements Serializable {
        boolean isRing() {
            return count > 1 && agreement.exchange() == Agreement.Exchange.RING;
        }
    }

    /**
     * What came of it.
     *
     * @param state null of those that have the same as the first
     * @param checksum of the state
     * @param failure null if there was none; the other values are then missing
     * @param lost whether another executor could not be reached any more; likewise
     */
    record Done(State state, long checksum, List<Step> steps, Times times, RuntimeException failure, boolean lost)
            implements Serializable {
        static Done failed(RuntimeException failure) {
            return new Done(null, 0, List.of(), null, failure, false);
        }

        static Done lonely() {
            return new Done(null, 0, List.of(), null, null, true);
        }
    }

    /**
     * Takes the steps. What another attempt would run into as well is returned as a failure: whatever a task throws is tried
     * again.
     */
    Done run(int rank) {
        try {
            return Replicas.with(
                    job.value(), rank, replica -> job.value().isRing() ? ring(rank, replica) : alone(rank, replica));
        } catch (BadDataException | UsageException e) {
            return Done.failed(e);
        } catch (UncheckedIOException e) {
            return Done.lonely();
        }
    }

    private Done alone(int rank, TrainingReplica replica) {
        return done(rank, replica.run(before.value(), stretch, Optional.empty(), progress(rank)));
    }

    private Done ring(int rank, TrainingReplica replica) {
        BarrierTaskContext context = BarrierTaskContext.get();
        String host = context.getTaskInfos()[rank].address();
        try (Ring.Listener listener = Ring.listen(host.substring(0, host.lastIndexOf(':')))) {
            List<String> addresses = List.of(context.allGather(listener.address()));
            try (Ring ring = listener.join(rank, addresses, job.value().secret())) {
                return done(rank, replica.run(before.value(), stretch, Optional.of(ring), progress(rank)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Done done(int rank, TrainingReplica.Result result) {
        Times times = new Times(
                SparkEnv.get().blockManager().blockManagerId().host(),
                result.images(),
                result.seconds(),
                result.waited(),
                result.exchanged());
        boolean same = job.value().isRing() && rank > 0;
        return new Done(same ? null : result.state(), checksum(result.state()), result.steps(), times, null, false);
    }

    private IntConsumer progress(int rank) {
        return done -> {
            if (TaskContext.get().isInterrupted()) {
                throw new IllegalStateException("the task was cancelled");
            }
            if (rank == 0) {
                counter.add(1);
            }
        };
    }

    private static long checksum(State state) {
        CRC32C crc = new CRC32C();
        add(crc, state.parameters());
        state.memory().values().forEach(values -> add(crc, values));
        return crc.getValue();
    }

    private static void add(CRC32C crc, float[] values) {
        ByteBuffer block = ByteBuffer.allocate(1 << 16);
        for (int from = 0; from < values.length; from += block.capacity() / Float.BYTES) {
            int length = Math.min(block.capacity() / Float.BYTES, values.length - from);
            block.asFloatBuffer().put(values, from, length);
            crc.update(Arrays.copyOf(block.array(), length * Float.BYTES));
        }
    }
}
