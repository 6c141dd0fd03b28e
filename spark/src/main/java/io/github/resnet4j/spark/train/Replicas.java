package io.github.resnet4j.spark.train;

import io.github.resnet4j.finetune.run.TrainingReplica;
import io.github.resnet4j.spark.train.ReplicaTask.Job;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Function;

/**
 * The replicas of this process. To build one takes seconds, so that it is kept for the next stretch; those of another run go.
 */
final class Replicas {
    private static final Map<Integer, TrainingReplica> IDLE = new HashMap<>();
    private static String run = "";
    private static int busy;

    private Replicas() {}

    /** Does something with the replica of a rank; one that fails is not used again. */
    static <T> T with(Job job, int rank, Function<TrainingReplica, T> work) {
        TrainingReplica replica = take(job, rank);
        boolean done = false;
        try {
            T result = work.apply(replica);
            done = true;
            return result;
        } finally {
            giveBack(job, rank, replica, done);
        }
    }

    private static TrainingReplica take(Job job, int rank) {
        synchronized (IDLE) {
            if (!run.equals(job.id())) {
                IDLE.values().forEach(TrainingReplica::close);
                IDLE.clear();
                run = job.id();
            }
            busy++;
            TrainingReplica kept = IDLE.remove(rank);
            if (kept != null) {
                return kept;
            }
            Iterator<TrainingReplica> others = IDLE.values().iterator();
            while (others.hasNext() && busy + IDLE.size() > job.perExecutor()) {
                others.next().close();
                others.remove();
            }
        }
        try {
            return TrainingReplica.open(
                    job.run(), rank, job.count(), job.isRing() ? job.agreement().every() : 0);
        } catch (RuntimeException | Error e) {
            synchronized (IDLE) {
                busy--;
            }
            throw e;
        }
    }

    private static void giveBack(Job job, int rank, TrainingReplica replica, boolean usable) {
        synchronized (IDLE) {
            busy--;
            if (usable && run.equals(job.id()) && !IDLE.containsKey(rank)) {
                IDLE.put(rank, replica);
                return;
            }
        }
        replica.close();
    }
}
