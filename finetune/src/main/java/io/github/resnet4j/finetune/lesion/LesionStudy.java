package io.github.resnet4j.finetune.lesion;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.Batches;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.lesion.Lesions.Lesion;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.EngineUse;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.report.Spread;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.network.Chain;
import io.github.resnet4j.zoo.network.Network;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A lesion study of a trained network (Veit et al. 2016, arXiv:1605.06431): its error without each block, without several,
 * with blocks swapped; the gradients that reach its images along paths of each length; the responses of its layers.
 *
 * <p>Everything is measured at test time: nothing is trained, and batch normalisation uses the trained statistics. Every
 * number is a function of the model, the data, the options and the seed.
 */
public final class LesionStudy {
    private final Options options;
    private final Subject subject;
    private final List<SourceModel> beside;
    private final ImageDataset images;
    private final ProgressView view;
    private final BooleanSupplier stop;
    private final Lesions lesions;
    private final LesionResult.Builder found;
    private final Set<String> skipped = new LinkedHashSet<>();
    private final Set<LesionPart> left = EnumSet.noneOf(LesionPart.class);
    private long done;

    /**
     * What is measured, and how.
     *
     * @param parts empty for all that the network allows
     * @param draws random sets and orders of each size, at least 1
     * @param seed of these
     * @param spareDownSampling random sets leave out blocks that change the shape of their map
     * @param batchSize images that run together, at least 1
     * @param drawImages most images for each random set and order, spread evenly over the data, at least 1
     * @param pathImages images whose gradients are measured by path, in one batch, at least 1
     * @param engine what runs the network
     * @param badImages what happens to images that cannot be read
     */
    public record Options(
            Set<LesionPart> parts,
            int draws,
            long seed,
            boolean spareDownSampling,
            int batchSize,
            int drawImages,
            int pathImages,
            Engine engine,
            BadImages badImages) {
        public Options {
            parts = Set.copyOf(parts);
            if (draws < 1 || batchSize < 1 || drawImages < 1 || pathImages < 1) {
                throw new IllegalArgumentException("a study needs at least 1 draw and 1 image, got " + draws
                        + " draws, batches of " + batchSize + ", " + drawImages + " images for draws and " + pathImages
                        + " for paths");
            }
        }
    }

    /** A part of a study, which knows how much work it is. */
    private record Work(LesionPart part, long cost, Runnable body) {}

    private LesionStudy(
            Subject subject,
            Lesions lesions,
            List<SourceModel> beside,
            ImageDataset images,
            String what,
            Options options,
            ProgressView view,
            BooleanSupplier stop) {
        this.options = options;
        this.subject = subject;
        this.beside = beside;
        this.images = images;
        this.view = view;
        this.stop = stop;
        this.lesions = lesions;
        this.found = new LesionResult.Builder(subject.origin(), subject.chain(), what, options.seed(), lesions);
    }

    /**
     * Measures, and says what it found, part by part. What is finished is in the folder, also if the study is stopped or
     * fails; if nothing is, no folder is left.
     *
     * @param model what is studied
     * @param beside models whose layers' responses are shown beside
     * @param images labelled with the model's classes
     * @param what the images are, in words
     * @param folder takes the results
     * @param overwrite whether an earlier study there is replaced
     * @param stop polled often
     * @throws UsageException if a model has neither residual blocks nor a chain of layers, or not what a part needs, or the
     *     folder holds an earlier study that is not to be replaced
     * @throws io.github.resnet4j.finetune.RunLockedException if another study is at the folder
     * @throws io.github.resnet4j.finetune.CheckpointException if the folder cannot be created or written to
     * @throws StoppedException if {@code stop} says so
     * @throws NonFiniteOutputException if the output of the whole network for any image is not finite
     */
    public static LesionResult run(
            SourceModel model,
            List<SourceModel> beside,
            ImageDataset images,
            String what,
            Options options,
            LesionFolder folder,
            boolean overwrite,
            ProgressView view,
            BooleanSupplier stop)
            throws IOException {
        Chain chain = Subject.chain(model);
        beside.forEach(Subject::chain);
        Lesions lesions = new Lesions(chain, options.draws(), options.seed(), options.spareDownSampling());
        Set<LesionPart> parts = parts(chain, lesions, options);
        try (LesionFolder.Claim claim = folder.claim(overwrite);
                Subject subject = Subject.open(model, options.batchSize(), options.engine())) {
            claim.clear();
            return new LesionStudy(subject, lesions, beside, images, what, options, view, stop).run(parts, folder);
        } finally {
            view.end();
        }
    }

    /** What was asked for, or all that the network allows. */
    private static Set<LesionPart> parts(Chain chain, Lesions lesions, Options options) {
        Set<LesionPart> asked = options.parts();
        Set<LesionPart> possible = EnumSet.of(LesionPart.SINGLE, LesionPart.RANDOM, LesionPart.RESPONSES);
        if (chain.residual() && lesions.canSwap()) {
            possible.add(LesionPart.PERMUTED);
        }
        if (chain.residual() && options.engine() != Engine.DL4J) {
            possible.add(LesionPart.PATHS);
        }
        Set<LesionPart> wanted = asked.isEmpty() ? possible : EnumSet.copyOf(asked);
        Set<LesionPart> impossible = EnumSet.copyOf(wanted);
        impossible.removeAll(possible);
        if (!impossible.isEmpty()) {
            String why = !chain.residual()
                    ? " has no residual blocks"
                    : impossible.contains(LesionPart.PATHS)
                            ? " is to be run by DL4J, which has no gradients for fixed statistics of batch normalisation"
                            : " has no two blocks of equal dimensions";
            throw new UsageException(chain.network().name() + why + ", so that " + words(impossible)
                    + " cannot be measured; choose from " + words(possible));
        }
        return wanted;
    }

    private static String words(Collection<LesionPart> parts) {
        return parts.stream().map(LesionPart::toString).collect(Collectors.joining(", "));
    }

    private LesionResult run(Set<LesionPart> parts, LesionFolder folder) throws IOException {
        List<Work> works = new ArrayList<>(List.of(single(parts.contains(LesionPart.SINGLE))));
        for (LesionPart part : parts) {
            switch (part) {
                case SINGLE -> {} // first of all
                case RANDOM -> works.add(several(part, lesions.random(), found::random));
                case PERMUTED -> works.add(several(part, lesions.permuted(), found::permuted));
                case PATHS -> works.add(paths());
                case RESPONSES -> works.add(new Work(part, responseCost(), () -> found.responses(responses())));
            }
        }
        long start = System.nanoTime();
        LesionResult result = null;
        view.begin(
                "lesion " + subject.network().name(),
                works.stream().mapToLong(Work::cost).sum());
        for (Work work : works) {
            work.body.run();
            EngineUse engine = new EngineUse(
                    subject.compiled().engine(), subject.compiled().fallback());
            List<String> missing = works.subList(works.indexOf(work) + 1, works.size()).stream()
                    .map(other -> other.part.toString())
                    .toList();
            result = found.result(engine.words(), List.copyOf(skipped), missing, (System.nanoTime() - start) / 1e9);
            if (parts.contains(work.part) && !left.contains(work.part)) {
                view.line(result.line(work.part));
            }
            folder.write(result);
        }
        return result;
    }

    /** The whole network is always measured, with each block removed or by itself. */
    private Work single(boolean each) {
        return lesions(LesionPart.SINGLE, images, each ? lesions.single() : List.of(), (single, whole) -> {
            found.baseline(whole.error(), whole.images());
            found.single(single);
        });
    }

    /** Random sets and orders differ more among each other than their errors among images. */
    private <R> Work several(LesionPart part, List<Lesion<R>> several, BiConsumer<List<R>, Whole> measured) {
        return lesions(part, images.limit(options.drawImages()), several, measured);
    }

    /** Lesions, and the whole network on the same images. */
    private <R> Work lesions(
            LesionPart part, ImageDataset on, List<Lesion<R>> several, BiConsumer<List<R>, Whole> measured) {
        List<List<Step>> ways = new ArrayList<>(List.of(lesions.whole()));
        several.forEach(lesion -> ways.add(lesion.route()));
        Routes routes = new Routes(ways);
        return new Work(part, routes.cost(this::cost) * on.size(), () -> {
            Wrong wrong = wrong(routes, ways.size(), on);
            List<R> records = new ArrayList<>();
            for (int i = 0; i < several.size(); i++) {
                records.add(several.get(i).measured().apply(wrong.share(i + 1)));
            }
            measured.accept(records, new Whole(wrong.share(0), wrong.images));
        });
    }

    /** The error of the whole network. */
    record Whole(double error, long images) {}

    /** How many images each route gets wrong. */
    private record Wrong(AtomicLongArray counts, long images) {
        double share(int route) {
            return (double) counts.get(route) / images;
        }
    }

    /** Multiply-adds, and something for reading and writing maps. */
    private long cost(Step step) {
        Network network = subject.compiled().network(step);
        return network.nodes().isEmpty()
                ? 0
                : network.macs() + 8 * network.input().elements();
    }

    private void requireGoingOn() {
        if (stop.getAsBoolean()) {
            throw new StoppedException();
        }
    }

    private synchronized void advance(long cost) {
        done += cost;
        view.step(done, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    /** Takes images all ways, of which the first is the whole network. */
    private Wrong wrong(Routes routes, int count, ImageDataset on) {
        AtomicLongArray wrong = new AtomicLongArray(count);
        AtomicLong broken = new AtomicLong();
        long total = 0;
        try (BatchLoader loader = subject.loader(on, options.batchSize(), options.badImages())) {
            loader.check(stop);
            try (Batches batches = loader.epoch(0, 0)) {
                while (batches.hasNext()) {
                    Batch batch = batches.next();
                    if (batch.size() > 0) {
                        walk(routes, batch, wrong, broken);
                        total += batch.size();
                    }
                }
            }
            skipped.addAll(loader.skipped());
        }
        if (broken.get() > 0) {
            throw new NonFiniteOutputException(subject.origin(), broken.get(), total);
        }
        return new Wrong(wrong, total);
    }

    /**
     * Adds the mistakes of a batch; an output that is not finite is one. Each core takes its part of the images all ways by
     * itself, without meeting the others after every unit.
     *
     * @param broken counts images for which the output of the whole network is not finite
     */
    private void walk(Routes routes, Batch batch, AtomicLongArray wrong, AtomicLong broken) {
        int parts = Math.min(Runtime.getRuntime().availableProcessors(), batch.size());
        IntStream.range(0, parts).parallel().forEach(part -> {
            int from = batch.size() * part / parts;
            int to = batch.size() * (part + 1) / parts;
            INDArray features = features(batch, from, to);
            routes.walk(
                    features,
                    (stretch, maps) -> {
                        requireGoingOn();
                        INDArray behind = subject.compiled().run(stretch, maps);
                        long cost = stretch.stream().mapToLong(this::cost).sum();
                        advance(cost * (to - from));
                        return behind;
                    },
                    (route, output) -> {
                        int[] predicted = predicted(output);
                        for (int i = 0; i < predicted.length; i++) {
                            if (predicted[i] != batch.labels()[from + i]) {
                                wrong.incrementAndGet(route);
                            }
                            if (route == 0 && predicted[i] < 0) {
                                broken.incrementAndGet();
                            }
                        }
                    });
            CompiledChain.release(features);
        });
    }

    static INDArray features(Batch batch) {
        return features(batch, 0, batch.size());
    }

    private static INDArray features(Batch batch, int from, int to) {
        long[] shape = Arrays.stream(batch.shape()).asLongStream().toArray();
        int values = batch.features().length / batch.size();
        shape[0] = to - from;
        return Nd4j.create(Arrays.copyOfRange(batch.features(), from * values, to * values), shape, 'c');
    }

    /** The most probable class of each image, the lowest of equals; -1 where a probability is not finite. */
    static int[] predicted(INDArray output) {
        int images = Math.toIntExact(output.size(0));
        int classes = Math.toIntExact(output.length() / images);
        float[] values = CompiledChain.floats(output);
        int[] predicted = new int[images];
        for (int i = 0; i < images; i++) {
            int best = 0;
            boolean finite = true;
            for (int c = 0; c < classes; c++) {
                float value = values[i * classes + c];
                finite &= Float.isFinite(value);
                best = value > values[i * classes + best] ? c : best;
            }
            predicted[i] = finite ? best : -1;
        }
        return predicted;
    }

    private Work paths() {
        int[] blocks = lesions.units();
        ImageDataset some = images.limit(options.pathImages());
        long cost = 0;
        for (int length : PathLengths.lengths(blocks.length)) {
            cost += PathLengths.draws(length, blocks.length, options.draws())
                    * pathCost(length, blocks.length)
                    * some.size();
        }
        return new Work(LesionPart.PATHS, cost, () -> measurePaths(some, blocks.length));
    }

    /** About: blocks are much alike, and the way back takes twice as long. */
    private long pathCost(int length, int blocks) {
        return subject.network().macs() * 2 * (length + 1) / (blocks + 1);
    }

    private void measurePaths(ImageDataset some, int blocks) {
        try (PathGradients gradients = new PathGradients(subject.chain(), subject.graph(), some.size());
                BatchLoader loader = subject.loader(some, some.size(), options.badImages());
                Batches batches = loader.epoch(0, 0)) {
            Batch batch = batches.next();
            if (!gradients.forward(features(batch), batch.labels())) {
                throw new NonFiniteOutputException(subject.origin(), batch.size(), batch.size());
            }
            List<LesionResult.PathLength> paths = new ArrayList<>();
            for (int length : PathLengths.lengths(blocks)) {
                double[] norms = new double[PathLengths.draws(length, blocks, options.draws())];
                for (int draw = 0; draw < norms.length; draw++) {
                    requireGoingOn();
                    boolean[] path = new boolean[blocks];
                    for (int block : new Draw(options.seed(), LesionPart.PATHS, length, draw + 1).set(length, blocks)) {
                        path[block] = true;
                    }
                    INDArray gradient = gradients.along(path);
                    norms[draw] = PathGradients.norm(gradient);
                    CompiledChain.release(gradient);
                    advance(pathCost(length, blocks) * some.size());
                }
                paths.add(pathLength(length, blocks, norms));
            }
            found.paths(paths, batch.size());
        } catch (UnsupportedGraphException | EngineUnavailableException e) {
            if (options.parts().contains(LesionPart.PATHS)) {
                throw e;
            }
            left.add(LesionPart.PATHS);
            view.line("paths are left out: " + e.getMessage());
        }
    }

    private static LesionResult.PathLength pathLength(int length, int blocks, double[] norms) {
        Spread gradient = Spread.of(norms);
        double share = PathLengths.share(length, blocks);
        double deviation = gradient.count() > 1 ? gradient.deviation() : 0;
        return new LesionResult.PathLength(length, share, gradient.mean(), deviation, share * gradient.mean());
    }

    /** Looking at all values takes about as long as computing them. */
    private static long responseCost(Network network) {
        return 2 * network.macs();
    }

    private long responseCost() {
        long others = beside.stream()
                .mapToLong(model -> responseCost(model.card().network()))
                .sum();
        return (responseCost(subject.network()) + others) * images.size();
    }

    private List<LesionResult.Response> responses() {
        List<LesionResult.Response> responses = new ArrayList<>(responses(subject));
        for (SourceModel other : beside) {
            try (Subject opened = Subject.open(other, options.batchSize(), options.engine())) {
                responses.addAll(responses(opened));
            }
        }
        return responses;
    }

    private List<LesionResult.Response> responses(Subject of) {
        Responses responses = new Responses(of);
        try (BatchLoader loader = of.loader(images, options.batchSize(), options.badImages());
                Batches batches = loader.epoch(0, 0)) {
            while (batches.hasNext()) {
                requireGoingOn();
                Batch batch = batches.next();
                if (batch.size() > 0) {
                    responses.add(features(batch));
                }
                advance(responseCost(of.network()) * batch.size());
            }
        }
        return responses.deviations();
    }
}
