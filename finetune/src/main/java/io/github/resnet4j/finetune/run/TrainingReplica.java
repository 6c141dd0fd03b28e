package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.datasets.loader.Share;
import io.github.resnet4j.engine.AllReduce;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.Replica;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.finetune.train.TrainingSteps;
import io.github.resnet4j.finetune.train.TrainingSteps.Step;
import io.github.resnet4j.finetune.train.WeightAverage;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * One of the copies of a run's network that train together: it has every {@code count}-th image of every batch. Either the
 * gradients of every step are summed over all replicas, or each takes steps of its own and everything is averaged now and then
 * (local SGD; Stich 2019, arXiv:1805.09767).
 *
 * <p>For one thread at a time.
 */
public final class TrainingReplica implements AutoCloseable {
    private final ResolvedRun task;
    private final RunConfig config;
    private final int rank;
    private final int count;
    private final int every;
    private final Clock sums;
    private final BatchLoader data;
    private final Objective<?> objective;
    private Phase phase;
    private ComputationGraph graph;
    private TrainingStep training;
    private Optional<WeightAverage> average = Optional.empty();
    private TrainingSteps steps;

    /** Measures how long the replicas take to agree. */
    private static final class Clock implements AllReduce {
        private AllReduce others;
        private long nanos;

        @Override
        public void sum(float[] values, double[] totals) {
            long start = System.nanoTime();
            others.sum(values, totals);
            nanos += System.nanoTime() - start;
        }
    }

    /**
     * What a stretch left behind.
     *
     * @param state of this replica
     * @param steps its part of them
     * @param seconds from the first to the last
     * @param waited seconds of these spent waiting for images
     * @param exchanged seconds of these spent exchanging with the others
     */
    public record Result(
            TrainingCluster.State state, List<Step> steps, double seconds, double waited, double exchanged) {
        /** Images of all steps. */
        public long images() {
            return steps.stream().mapToLong(Step::images).sum();
        }
    }

    private TrainingReplica(ResolvedRun task, int rank, int count, int every) {
        this.task = task;
        this.config = task.config();
        this.rank = rank;
        this.count = count;
        this.every = every;
        this.sums = new Clock();
        LoaderOptions loading = Loading.training(config, task).sharing(new Share(rank, count));
        this.objective = task.inputs().objective(config);
        this.data = task.inputs().trainLoader(loading);
    }

    /**
     * Opens the images and builds the network of a run.
     *
     * @param rank of this replica, from 0
     * @param count of all replicas
     * @param every so many steps the replicas average all they hold; 1: they sum the gradients of every step instead; 0: they
     *     do neither, and what they hold after a stretch is averaged elsewhere
     * @throws UsageException if the images here are not those of the run
     */
    public static TrainingReplica open(TrainingCluster.Assignment run, int rank, int count, int every) {
        OneDnn.enable();
        RunConfig wanted = ConfigLoader.parse(run.yaml(), "the run's configuration", List.of())
                .config();
        ResolvedRun task = ResolvedRun.open(
                wanted, DownloadOptions.standard().withOffline(run.offline()), KeyNames.NONE, remark -> {});
        if (!task.network().name().equals(run.network()) || task.network().parameters() != run.parameters()) {
            throw new UsageException("this process builds " + task.network().name() + " of "
                    + task.network().parameters() + " parameters where the run has " + run.network() + " of "
                    + run.parameters() + "; the versions of resnet4j differ, or the classes of the data");
        }
        if (!task.inputs().train().fingerprint().equals(run.data())) {
            throw new UsageException(
                    task.inputs().how() + ": these are not the training images of the run; every machine"
                            + " must have the same files under the same path");
        }
        return new TrainingReplica(task, rank, count, every);
    }

    /**
     * Takes the steps of a stretch.
     *
     * @param before where all replicas begin
     * @param others sums over all replicas; not used by the only one, nor in a stretch after which others average
     * @param progress receives the number of steps done, after each
     * @throws io.github.resnet4j.datasets.BadDataException if an image cannot be read
     * @throws java.io.UncheckedIOException if another replica cannot be reached any more
     */
    public Result run(
            TrainingCluster.State before,
            TrainingCluster.Stretch stretch,
            Optional<AllReduce> others,
            IntConsumer progress) {
        enter(stretch.epoch());
        restore(before);
        sums.others = others.orElse(null);
        sums.nanos = 0;
        long start = System.nanoTime();
        List<Step> taken = new ArrayList<>();
        try (Batches batches = steps.epoch(stretch.epoch(), stretch.from())) {
            for (double lr : stretch.rates()) {
                taken.add(steps.take(batches, stretch.epoch(), stretch.from() + taken.size(), lr));
                boolean last = taken.size() == stretch.steps();
                if (every > 1 && others.isPresent() && (last || (before.iteration() + taken.size()) % every == 0)) {
                    average();
                }
                progress.accept(taken.size());
            }
        }
        return new Result(
                state(before.iteration() + taken.size()),
                taken,
                (System.nanoTime() - start) / 1e9,
                taken.stream().mapToDouble(Step::waited).sum(),
                sums.nanos / 1e9);
    }

    /** Replaces all that this replica holds by the mean over all replicas. */
    private void average() {
        TrainingCluster.State state = state(0);
        state.arrays().forEach(values -> sums.sum(values, new double[0]));
        state.divide(count);
        restore(state, graph.getConfiguration().getIterationCount());
    }

    private void restore(TrainingCluster.State state) {
        restore(state, state.iteration());
    }

    private void restore(TrainingCluster.State state, long iteration) {
        state.putInto(parameters(), memory());
        steps.startAt(iteration);
    }

    private TrainingCluster.State state(long iteration) {
        return TrainingCluster.State.of(iteration, parameters(), memory());
    }

    private FloatBuffer parameters() {
        return graph.params().data().asNioFloat();
    }

    /** Live views. */
    private Map<String, FloatBuffer> memory() {
        Map<String, FloatBuffer> memory = new TreeMap<>(training.state());
        average.ifPresent(weights -> memory.put(Trainee.AVERAGE, weights.values()));
        return memory;
    }

    /** Builds what the phase of an epoch trains. */
    private void enter(int epoch) {
        if (phase != null && phase.from() <= epoch && epoch < phase.until()) {
            return;
        }
        closeGraph();
        phase = Phase.of(config).stream()
                .filter(each -> each.from() <= epoch && epoch < each.until())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the run has no epoch " + epoch));
        graph = NetworkGraph.create(
                task.network(),
                NetworkGraph.Options.seeded(config.train().seed()).freeze(phase.plan(config)));
        int perEpoch = config.train().step().steps(data.batchesPerEpoch());
        boolean everyStep = every == 1 && count > 1;
        training = TrainingStep.of(
                graph,
                task.network().input(),
                Math.max(1, new Share(rank, count).size(config.train().batchSize())),
                Rules.of(config, task.network(), phase, perEpoch),
                config.engine(),
                new Replica(rank, count, everyStep ? Optional.of(sums) : Optional.empty()));
        average = config.train().step().emaDecay().map(decay -> new WeightAverage(decay, parameters()));
        steps = new TrainingSteps(training, data, config.train(), objective, average);
    }

    private void closeGraph() {
        if (training != null) {
            training.close();
            NetworkGraph.close(graph);
        }
    }

    /** Stops loading and frees the network. */
    @Override
    public void close() {
        data.close();
        closeGraph();
    }
}
