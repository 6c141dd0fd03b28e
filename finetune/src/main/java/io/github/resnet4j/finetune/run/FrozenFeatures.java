package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.datasets.loader.SampleSource;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.InferencePlan;
import io.github.resnet4j.engine.ParameterLayout;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.files.Digest;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.config.ConfigText;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.MixConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.features.FeatureCache;
import io.github.resnet4j.finetune.internal.features.FeatureStore;
import io.github.resnet4j.finetune.internal.task.RunImages;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the frozen part of a network makes of a run's images. It is the same in every epoch unless the images are augmented
 * anew, and is then computed once, by oneDNN in inference mode, and kept in a cache on disk.
 */
final class FrozenFeatures {
    /** The form of the files and of what is computed: another number, and nothing older is used. */
    private static final int FORMAT = 1;

    /** Images that go through the network together. */
    private static final int BATCH = 32;

    private static final double GIB = 1L << 30;
    /** Part of the multiply-adds above which it is worth a word that they are done again and again. */
    private static final double WORTH_SAVING = 0.2;

    private final PreparedRun start;
    private final RunConfig config;
    private final LoaderOptions training;
    private final LoaderOptions evaluating;
    private final FeatureCache cache;
    private final KeyNames names;
    private final ProgressView view;
    private final BooleanSupplier stop;
    private boolean explained;

    /**
     * @param training how training images are loaded
     * @param evaluating how validation images are loaded
     * @param names what the user writes to set a key
     * @param stop polled between batches
     */
    FrozenFeatures(
            PreparedRun start,
            RunConfig config,
            LoaderOptions training,
            LoaderOptions evaluating,
            FeatureCache cache,
            KeyNames names,
            ProgressView view,
            BooleanSupplier stop) {
        this.start = start;
        this.config = config;
        this.training = training;
        this.evaluating = evaluating;
        this.cache = cache;
        this.names = names;
        this.view = view;
        this.stop = stop;
    }

    /** The cache of a configuration. */
    static FeatureCache cache(DataConfig data, Path root) {
        return new FeatureCache(root, (long) (data.featureCache() * GIB));
    }

    /** The node whose values can be kept while these nodes are frozen, if there is one and they can. */
    Optional<Node> last(Set<String> frozen) {
        Optional<Node> last = start.network().lastFixed(frozen);
        if (last.isEmpty()
                || start.inputs().images().isEmpty()
                || cache.mostBytes() == 0
                || config.engine() == Engine.DL4J) {
            return Optional.empty();
        }
        Optional<String> obstacle = obstacle();
        obstacle.ifPresent(reason -> explain(last.get(), reason));
        return obstacle.isEmpty() ? last : Optional.empty();
    }

    private RunImages images() {
        return start.inputs().images().orElseThrow();
    }

    private Optional<String> obstacle() {
        if (!config.train().loss().mix().equals(MixConfig.NONE)) {
            return Optional.of("train.mix makes a new image of every two");
        }
        return images().trainPipeline().isRandom() && config.data().views().isEmpty()
                ? Optional.of("the images are augmented anew in every epoch (" + names.setting("data.views", "4")
                        + " takes turns with 4 views of each, which are kept)")
                : Optional.empty();
    }

    private void explain(Node last, String reason) {
        List<Node> nodes = start.network().nodes();
        long fixed = nodes.subList(0, nodes.indexOf(last) + 1).stream()
                .mapToLong(Node::macs)
                .sum();
        double share = (double) fixed / start.network().macs();
        if (!explained && share > WORTH_SAVING) {
            explained = true;
            view.line("the part up to " + last.name() + " is frozen, " + Numbers.percent(share)
                    + " of the multiply-adds, but computed in every step, because " + reason);
        }
    }

    /**
     * The features of all images; computes those that are not in the cache.
     *
     * @param graph with the frozen part's weights
     * @return empty, with a word to the user, if they cannot be computed or kept
     * @throws StoppedException if asked to stop
     */
    Optional<PhaseData> of(ComputationGraph graph, Node last) {
        RunImages inputs = images();
        String prefix = prefix(graph, last);
        List<Runnable> open = new ArrayList<>();
        try (Backbone backbone = new Backbone(graph, last)) {
            int views =
                    inputs.trainPipeline().isRandom() ? config.data().views().orElseThrow() : 1;
            FeatureStore train = stored(prefix, inputs.train().whole(), inputs.trainPipeline(), views, last, backbone);
            open.add(train::close);
            FeatureStore val = stored(prefix, inputs.val().whole(), inputs.evalPipeline(), 1, last, backbone);
            open.add(val::close);
            Shape shape = last.out();
            return Optional.of(new PhaseData(
                    new BatchLoader(
                            inputs.train(),
                            part(inputs.train(), train),
                            shape.channels(),
                            shape.height(),
                            shape.width(),
                            training.viewing(views)),
                    new BatchLoader(
                            inputs.val(),
                            part(inputs.val(), val),
                            shape.channels(),
                            shape.height(),
                            shape.width(),
                            evaluating),
                    Optional.of(last.name()),
                    open));
        } catch (IOException | UnsupportedGraphException | EngineUnavailableException e) {
            open.forEach(Runnable::run);
            view.line("the values of the frozen part, up to " + last.name() + ", are not kept: "
                    + (e instanceof IOException io ? FileProblem.describe(io) : e.getMessage())
                    + "; they are computed in every step");
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            open.forEach(Runnable::run);
            throw e;
        } finally {
            view.end();
        }
    }

    /** The images of a fold, of those of all folds. */
    private static SampleSource part(ImageDataset images, FeatureStore whole) {
        return index -> whole.read(images.indexInWhole(index));
    }

    private FeatureStore stored(
            String prefix, ImageDataset images, Pipeline pipeline, int views, Node last, Backbone backbone)
            throws IOException {
        int values = Math.toIntExact(last.out().elements());
        FeatureStore.Layout layout = new FeatureStore.Layout(images.size(), views, values, BATCH);
        Path folder = cache.folder(key(prefix, images, pipeline, views), layout.bytes())
                .orElseThrow(
                        () -> new IOException(Numbers.bytes(layout.bytes()) + " more do not fit into " + cache.root()
                                + ", which may take up " + Numbers.bytes(cache.mostBytes()) + " ("
                                + names.of("data.feature-cache") + ")"));
        FeatureStore store = new FeatureStore(folder, images, layout);
        try {
            store.complete((number, first) -> backbone.features(images, pipeline, layout, number, first));
            return store;
        } catch (IOException | RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    /** All that decides about the features of images. */
    private String key(String prefix, ImageDataset images, Pipeline pipeline, int views) {
        Digest digest = Digest.sha256().add(prefix, FORMAT).add(images.fingerprint(), images.size());
        for (int i = 0; i < images.size(); i++) {
            digest.add("written", images.lastModified(i));
        }
        digest.add(ConfigText.of(pipeline.transforms()), views);
        digest.add("seed", pipeline.isRandom() ? config.train().seed() : 0);
        digest.add(
                ConfigText.of(config.data().normalize().orElseThrow()),
                config.data().maxPixels());
        digest.add(config.data().onBadImage().name(), BATCH);
        return digest.hex();
    }

    /** The frozen part and its weights. */
    private String prefix(ComputationGraph graph, Node last) {
        Network network = start.network();
        List<Node> nodes = network.nodes().subList(0, network.nodes().indexOf(last) + 1);
        Digest digest = Digest.sha256().add(network.input() + " " + nodes, nodes.size());
        Set<String> vertices = nodes.stream().map(Node::name).collect(Collectors.toSet());
        FloatBuffer parameters = graph.params().data().asNioFloat();
        for (ParameterLayout.Segment segment : ParameterLayout.of(graph).segments()) {
            if (vertices.contains(segment.vertex())) {
                ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(segment.length(), Float.BYTES));
                bytes.asFloatBuffer().put(parameters.slice(segment.offset(), segment.length()));
                digest.add(bytes.array());
            }
        }
        return digest.hex();
    }

    /** Runs the frozen part; compiled when it is needed. */
    private final class Backbone implements AutoCloseable {
        private final ComputationGraph graph;
        private final Node last;
        private final List<Runnable> open = new ArrayList<>();
        private InferencePlan plan;

        Backbone(ComputationGraph graph, Node last) {
            this.graph = graph;
            this.last = last;
        }

        FeatureStore.Features features(
                ImageDataset images, Pipeline pipeline, FeatureStore.Layout layout, int number, int first) {
            Shape input = start.network().input();
            if (plan == null) {
                plan = InferencePlan.compile(graph, input, BATCH);
            }
            LoaderOptions options = new LoaderOptions(
                    BATCH, training.seed(), evaluating.workers(), evaluating.prefetch(), false, evaluating.badImages());
            BatchLoader loader =
                    new BatchLoader(images, pipeline::write, input.channels(), input.height(), input.width(), options);
            open.add(loader::close);
            Batches batches = loader.epoch(number, first / BATCH);
            open.add(batches::close);
            long all = (long) layout.images() * layout.views();
            view.begin("values of the frozen part, up to " + last.name(), all);
            long[] done = {(long) number * layout.images() + first};
            long from = done[0];
            long began = System.nanoTime();
            return features -> {
                if (stop.getAsBoolean()) {
                    throw new StoppedException();
                }
                Batch batch = batches.next();
                if (batch.size() > 0) {
                    INDArray array = Nd4j.createFromArray(batch.features())
                            .reshape('c', batch.size(), input.channels(), input.height(), input.width());
                    INDArray values =
                            plan.featureMaps(array, List.of(last.name())).get(last.name());
                    values.dup('c').data().asNioFloat().get(features, 0, Math.toIntExact(values.length()));
                }
                done[0] += batch.size();
                double seconds = (System.nanoTime() - began) / 1e9;
                view.step(done[0], Double.NaN, Double.NaN, (done[0] - from) / seconds, Double.NaN);
                return batch;
            };
        }

        @Override
        public void close() {
            open.forEach(Runnable::run);
            if (plan != null) {
                plan.close();
            }
        }
    }
}
