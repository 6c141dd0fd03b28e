package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.task.RunImages;
import io.github.resnet4j.finetune.recipe.Evidence;
import io.github.resnet4j.finetune.recipe.LinearProbe;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Gathers the {@link Evidence} for a recipe: looks at images, tries the weights and times the machine. */
final class Survey {
    /** Headers read to know the usual size. */
    private static final int SIZES = 100;

    /** Multiply-adds that a probe may take: some seconds. */
    private static final double PROBE_MACS = 1e12;

    private static final int FEWEST_PROBED = 200;
    private static final int MOST_PROBED = 1000;
    /** Of a class; with fewer, nothing would be learnt from a probe. */
    private static final int PROBED_PER_CLASS = 4;

    /** Multiply-adds of a training step that is timed. */
    private static final double STEP_MACS = 1e11;

    private static final int TIMED_STEPS = 3;
    private static final int TIMED_BATCHES = 4;
    private static final double LONGEST_TIMING = 5;
    private static final int BATCH = 32;

    private final ProgressView view;
    private final BooleanSupplier stop;

    /** @param stop polled between batches and steps */
    Survey(ProgressView view, BooleanSupplier stop) {
        this.view = view;
        this.stop = stop;
    }

    static Evidence.Images images(RunImages inputs) {
        ImageDataset train = inputs.train();
        long[] counts = train.classCounts();
        List<Shape> sizes = new ArrayList<>();
        ImageDataset sample = train.limit(SIZES);
        for (int i = 0; i < sample.size(); i++) {
            try {
                LazyImage image = sample.open(i);
                sizes.add(new Shape(3, image.height(), image.width()));
            } catch (BadDataException e) {
                continue; // the run lists all that cannot be read
            }
        }
        return new Evidence.Images(
                train.size(),
                inputs.val().size(),
                train.classes().size(),
                Arrays.stream(counts).min().orElse(0),
                Arrays.stream(counts).max().orElse(0),
                median(sizes.stream().mapToDouble(Shape::width).toArray()),
                median(sizes.stream().mapToDouble(Shape::height).toArray()),
                sizes.stream().distinct().count() == 1);
    }

    private static int median(double[] values) {
        return values.length == 0 ? 1 : (int) middle(values);
    }

    private static double middle(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    static Evidence.Model model(ResolvedRun task, int size, String interpolation) {
        Network network = task.network();
        String head = network.nodes().get(network.nodes().size() - 1).stage();
        Map<String, Long> macs = new TreeMap<>();
        Map<String, Long> parameters = new TreeMap<>();
        for (Node node : network.nodes()) {
            macs.merge(node.stage(), node.macs(), Long::sum);
            parameters.merge(node.stage(), node.parameters(), Long::sum);
        }
        List<Evidence.Stage> body = network.stages().stream()
                .filter(stage -> !stage.equals(head) && parameters.get(stage) > 0)
                .map(stage -> new Evidence.Stage(stage, (double) macs.get(stage) / network.macs()))
                .toList();
        return new Evidence.Model(
                size,
                interpolation,
                task.source().isPresent(),
                network.nodes().stream().anyMatch(node -> node.op() instanceof Op.BatchNorm),
                body);
    }

    /** What a linear classifier makes of the weights' features; absent where that would take long or tell nothing. */
    Optional<Evidence.Probe> probe(PreparedRun start, RunConfig config) {
        Network network = start.network();
        RunImages images = start.resolved().images("a survey of the weights");
        ImageDataset train = images.train();
        int classes = train.classes().size();
        Set<String> body = network.nodes().stream()
                .filter(node -> !network.isHead(node))
                .map(Node::name)
                .collect(Collectors.toSet());
        Optional<Node> features = network.lastFixed(body);
        int most = (int) Math.max(FEWEST_PROBED, Math.min(MOST_PROBED, PROBE_MACS / network.macs()));
        ImageDataset sample = train.limit(most);
        if (features.isEmpty() || start.resolved().source().isEmpty() || sample.size() < PROBED_PER_CLASS * classes) {
            return Optional.empty();
        }
        Shape in = network.input();
        List<double[]> rows = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        view.begin("looking at what the weights know, at " + in.height() + "×" + in.width(), sample.size());
        try (Inference inference = Inference.of(start.graph(), in, BATCH, config.engine());
                BatchLoader loader = loader(sample, images.evalPipeline(), in, config, BATCH);
                Batches batches = loader.epoch(0, 0)) {
            while (batches.hasNext()) {
                Batch batch = batches.next();
                requireGoingOn();
                if (batch.size() > 0) {
                    add(features(inference, batch, in, features.get()), batch, rows, labels);
                }
                view.step(rows.size(), Double.NaN, Double.NaN, Double.NaN, Double.NaN);
            }
        } finally {
            view.end();
        }
        boolean finite = rows.stream().flatMapToDouble(Arrays::stream).allMatch(Double::isFinite);
        if (!finite || rows.size() < PROBED_PER_CLASS * classes) {
            return Optional.empty();
        }
        int[] known = labels.stream().mapToInt(Integer::intValue).toArray();
        int[] counts = new int[classes];
        for (int label : known) {
            counts[label]++;
        }
        return Optional.of(new Evidence.Probe(
                in.height(),
                known.length,
                LinearProbe.accuracy(rows.toArray(double[][]::new), known, classes),
                (double) Arrays.stream(counts).max().orElse(0) / known.length));
    }

    private static void add(float[] values, Batch batch, List<double[]> rows, List<Integer> labels) {
        int length = values.length / batch.size();
        for (int i = 0; i < batch.size(); i++) {
            double[] row = new double[length];
            for (int j = 0; j < length; j++) {
                row[j] = values[i * length + j];
            }
            rows.add(row);
            labels.add(batch.labels()[i]);
        }
    }

    private static float[] features(Inference inference, Batch batch, Shape in, Node node) {
        try (INDArray images = array(batch.features(), batch.size(), in)) {
            return inference
                    .featureMaps(images, List.of(node.name()))
                    .get(node.name())
                    .dup('c')
                    .data()
                    .asFloat();
        }
    }

    private static INDArray array(float[] values, int count, Shape in) {
        return Nd4j.createFromArray(values).reshape('c', count, in.channels(), in.height(), in.width());
    }

    /**
     * Times loading, inference and training steps, whose outcome is thrown away: so are the weights of {@code start}.
     *
     * @param config of everything that is to be trained
     */
    Evidence.Speed speed(PreparedRun start, RunConfig config) {
        Network network = start.network();
        Shape in = network.input();
        int size = (int) Math.max(4, Math.min(config.train().batchSize(), STEP_MACS / (3.0 * network.macs())));
        view.begin("timing this machine", 2 + 2L * TIMED_STEPS);
        try {
            float[] images = new float[Math.toIntExact(size * in.elements())];
            double loading = loading(start, config, images, size);
            view.step(1, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
            Phase phase = new Phase(0, config.train().epochs(), Set.of());
            try (INDArray features = array(images, size, in);
                    INDArray labels = labels(size, network.classes());
                    Engines engines =
                            Engines.of(start.graph(), in, Rules.of(config, network, phase, 1), size, config.engine())) {
                double inference = timed(() -> engines.inference().output(features)) / size;
                double training = timed(() -> engines.training().step(features, labels, 1e-6)) / size;
                return new Evidence.Speed(in.height(), loading, inference, training);
            }
        } finally {
            view.end();
        }
    }

    private static INDArray labels(int size, int classes) {
        INDArray labels = Nd4j.zeros(size, classes);
        for (int i = 0; i < size; i++) {
            labels.putScalar(i, i % classes, 1);
        }
        return labels;
    }

    /** @param into receives images */
    private double loading(PreparedRun start, RunConfig config, float[] into, int size) {
        Shape in = start.network().input();
        int read = 0;
        RunImages data = start.resolved().images("a survey of the weights");
        try (BatchLoader loader = loader(data.train(), data.trainPipeline(), in, config, size);
                Batches batches = loader.epoch(0, 0)) {
            long began = System.nanoTime();
            int done = 0;
            while (batches.hasNext() && done < TIMED_BATCHES && seconds(began) < LONGEST_TIMING) {
                Batch batch = batches.next();
                requireGoingOn();
                System.arraycopy(batch.features(), 0, into, 0, batch.features().length);
                read += batch.size();
                done++;
            }
            return read == 0 ? 0 : seconds(began) / read;
        }
    }

    private static BatchLoader loader(
            ImageDataset images, Pipeline pipeline, Shape in, RunConfig config, int batchSize) {
        int workers = Loading.evaluating(config).workers();
        LoaderOptions options =
                new LoaderOptions(batchSize, config.train().seed(), workers, 2 * workers, false, BadImages.COLLECT);
        return new BatchLoader(images, pipeline::write, in.channels(), in.height(), in.width(), options);
    }

    /** Seconds of a computation, the first of which does not count. */
    private double timed(Runnable computation) {
        computation.run();
        double[] seconds = new double[TIMED_STEPS];
        for (int i = 0; i < TIMED_STEPS; i++) {
            requireGoingOn();
            long began = System.nanoTime();
            computation.run();
            seconds[i] = seconds(began);
        }
        return middle(seconds);
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private void requireGoingOn() {
        if (stop.getAsBoolean()) {
            throw new StoppedException();
        }
    }
}
