package io.github.resnet4j.spark.train;

import io.github.resnet4j.engine.AllReduce;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.run.TrainingCluster;
import io.github.resnet4j.finetune.run.TrainingReplica;
import io.github.resnet4j.finetune.train.StoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * All replicas in this process, a thread each: what a cluster of so many executors computes, to the bit, without one. It shows
 * what another number of replicas or another interval does to accuracy.
 */
public final class SimulatedCluster implements TrainingCluster, AutoCloseable {
    private final int count;
    private final Agreement agreement;
    private final CyclicBarrier barrier;
    private final float[][] values;
    private final double[][] totals;
    private final ExecutorService threads;
    private final List<TrainingReplica> replicas = new ArrayList<>();

    /**
     * @param count of replicas, at least 1
     */
    public SimulatedCluster(int count, Agreement agreement) {
        this.count = count;
        this.agreement = agreement;
        this.barrier = new CyclicBarrier(count);
        this.values = new float[count][];
        this.totals = new double[count][];
        this.threads = Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, "replica");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public int replicas() {
        return count;
    }

    @Override
    public int longestStretch() {
        return isAveragedHere() ? agreement.every() : Integer.MAX_VALUE;
    }

    private boolean isAveragedHere() {
        return agreement.exchange() == Agreement.Exchange.DRIVER;
    }

    @Override
    public String how() {
        return Numbers.count(count, "replica", "replicas") + " in this process" + (count == 1 ? "" : agreement.words());
    }

    @Override
    public void begin(Assignment run) {
        closeReplicas();
        for (int rank = 0; rank < count; rank++) {
            replicas.add(TrainingReplica.open(run, rank, count, isAveragedHere() ? 0 : agreement.every()));
        }
    }

    @Override
    public Outcome take(State before, Stretch stretch, IntConsumer progress, BooleanSupplier stop) {
        barrier.reset();
        List<Future<TrainingReplica.Result>> results = new ArrayList<>();
        for (int rank = 0; rank < count; rank++) {
            int own = rank;
            results.add(threads.submit(() -> {
                try {
                    return replicas.get(own).run(before, stretch, sums(own), done -> {
                        if (stop.getAsBoolean()) {
                            throw new StoppedException();
                        }
                        if (own == 0) {
                            progress.accept(done);
                        }
                    });
                } catch (RuntimeException | Error e) {
                    barrier.reset(); // the others must not wait for this one
                    throw e;
                }
            }));
        }
        List<TrainingReplica.Result> all = new ArrayList<>();
        Throwable failure = null;
        for (Future<TrainingReplica.Result> result : results) {
            try {
                all.add(result.get());
            } catch (ExecutionException e) {
                if (failure == null || failure instanceof LostException) {
                    failure = e.getCause();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoppedException();
            }
        }
        if (failure instanceof RuntimeException known) {
            throw known;
        } else if (failure != null) {
            throw new IllegalStateException(failure);
        }
        State after = all.get(0).state();
        if (isAveragedHere() && count > 1) {
            all.subList(1, count).forEach(other -> after.add(other.state()));
            after.divide(count);
        }
        return new Outcome(
                after,
                all.stream().map(TrainingReplica.Result::steps).toList(),
                all.stream()
                        .map(result -> new Times(
                                "here", result.images(), result.seconds(), result.waited(), result.exchanged()))
                        .toList());
    }

    /** Another replica failed. */
    private static final class LostException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LostException(Exception cause) {
            super(cause);
        }
    }

    private Optional<AllReduce> sums(int rank) {
        if (count == 1 || isAveragedHere()) {
            return Optional.empty();
        }
        return Optional.of((own, total) -> {
            values[rank] = own.clone();
            totals[rank] = total.clone();
            await();
            for (int i = 0; i < own.length; i++) {
                float sum = values[0][i];
                for (int other = 1; other < count; other++) {
                    sum += values[other][i];
                }
                own[i] = sum;
            }
            for (int i = 0; i < total.length; i++) {
                total[i] = 0;
                for (int other = 0; other < count; other++) {
                    total[i] += totals[other][i];
                }
            }
            await();
        });
    }

    private void await() {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new LostException(e);
        }
    }

    private void closeReplicas() {
        replicas.forEach(TrainingReplica::close);
        replicas.clear();
    }

    /** Ends the threads and frees the networks. */
    @Override
    public void close() {
        threads.shutdownNow();
        closeReplicas();
    }
}
