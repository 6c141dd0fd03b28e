package io.github.resnet4j.finetune.model;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.superresolution.Colours;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.pretrained.ChannelOrder;
import io.github.resnet4j.zoo.pretrained.ClassNames;
import io.github.resnet4j.zoo.pretrained.ModelName;
import io.github.resnet4j.zoo.pretrained.Pretrained;
import io.github.resnet4j.zoo.pretrained.PretrainedWeights;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import io.github.resnet4j.zoo.weights.load.Fit;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.load.LoadReport;
import io.github.resnet4j.zoo.weights.load.Matching;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A trained model from any source: a resnet4j archive, or foreign weights with the published or assumed metadata.
 * Opening one reads names and sizes and loads no native code; {@link #load} reads the values.
 */
public final class SourceModel {
    /** As many as a person will read. */
    private static final int MOST_PROBLEMS = 10;

    private final ModelCard card;
    private final boolean classesNamed;
    private final Optional<String> assumed;
    private final String origin;
    private final Weights weights;

    /** Where the values come from. */
    private interface Weights {
        Loaded load(NetworkGraph.Options options);
    }

    /**
     * A model in memory.
     *
     * @param graph complete
     * @param report what happened to every tensor; absent for resnet4j archives, which hold the network's parameters
     *     directly
     */
    public record Loaded(ComputationGraph graph, Optional<LoadReport> report) {}

    private SourceModel(
            ModelCard card, boolean classesNamed, Optional<String> assumed, String origin, Weights weights) {
        this.card = card;
        this.classesNamed = classesNamed;
        this.assumed = assumed;
        this.origin = origin;
        this.weights = weights;
    }

    /**
     * Finds a model; downloads published weights that are not in the cache.
     *
     * @param remarks receives, line by line, what was done or assumed to interpret the files; and if a file does not
     *     fit its network, every tensor that does not
     * @throws UsageException if the request is ambiguous or contradicts the file
     * @throws UnknownModelException if the zoo or the registry has no such name
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if the file cannot be used, or does not fit its network
     */
    public static SourceModel open(ModelRequest request, DownloadOptions download, Consumer<String> remarks) {
        if (request.weights().isEmpty()) {
            String model = request.model()
                    .orElseThrow(() -> new UsageException(
                            "no model given; use --model with a file or a published name, or --weights FILE"));
            if (!ModelRequest.isFile(model)) {
                PretrainedWeights row = published(model);
                Path file = PretrainedFetch.fetch(row, CacheFolder.standard(), download);
                return foreign(file, request, Optional.of(row.row()), Optional.of(row), remarks);
            }
            return ofFile(Path.of(model), request, Optional.empty(), Optional.empty(), remarks);
        }
        Path file = request.weights().get();
        if (request.model().isEmpty()) {
            return ofFile(file, request, Optional.empty(), Optional.empty(), remarks);
        }
        ModelName name = ModelName.parse(request.model().get());
        Architecture architecture = Zoo.find(name.architecture());
        Optional<PretrainedWeights> row = name.tag().map(tag -> Pretrained.find(name.toString()));
        return ofFile(file, request, Optional.of(architecture), row, remarks);
    }

    /** The same without the temperature that its card may have: probabilities are the network's own. */
    public SourceModel uncalibrated() {
        return new SourceModel(card.withTemperature(OptionalDouble.empty()), classesNamed, assumed, origin, weights);
    }

    /** The registry's row of a name with a tag; a name without one would leave the choice of weights to chance. */
    private static PretrainedWeights published(String model) {
        if (ModelName.parse(model).tag().isPresent()) {
            return Pretrained.find(model);
        }
        Architecture architecture = Zoo.find(model);
        List<String> tags = Pretrained.list(architecture.name()).stream()
                .map(PretrainedWeights::name)
                .toList();
        throw new UsageException(model + " names an architecture, not weights; "
                + (tags.isEmpty() ? "" : "choose published ones (" + String.join(", ", tags) + ") or ")
                + "give a file with --weights FILE");
    }

    private static SourceModel ofFile(
            Path file,
            ModelRequest request,
            Optional<Architecture> named,
            Optional<PretrainedWeights> row,
            Consumer<String> remarks) {
        return WeightFile.isArchive(file) ? archive(file, request, named) : foreign(file, request, named, row, remarks);
    }

    private static SourceModel archive(Path file, ModelRequest request, Optional<Architecture> named) {
        ModelCard card = ModelArchive.readCard(file);
        boolean other =
                named.filter(row -> !row.name().equals(card.architecture())).isPresent();
        boolean body = other && request.head() instanceof ModelRequest.Head.Body;
        named.filter(row -> other && !body).ifPresent(row -> {
            throw new UsageException(file + " holds a " + card.architecture() + ", not a " + row.name()
                    + "; name the architecture that it holds");
        });
        if (request.map().isPresent()) {
            throw new UsageException(file + " is a resnet4j archive and needs no rules for names; leave out --map");
        }
        if (body) {
            requireBody(file, card.network(), named.get(), request.options());
        } else {
            requireSame(file, Zoo.find(card.architecture()).with(card.options()), request.options());
        }
        if (request.set() == WeightSet.AVERAGED) {
            throw new UsageException(file + " is a resnet4j archive and has one set of weights; leave out --ema");
        }
        OptionalInt newClasses = newClasses(request);
        int count = newClasses.orElse(card.classes().size());
        List<String> classes = request.labels()
                .map(labels -> Labels.read(labels, count))
                .orElse(newClasses.isPresent() ? numbered(count) : card.classes());
        ModelCard used = possible(() -> new ModelCard(
                card.architecture(),
                card.options(),
                input(card, request.preparation()),
                classes,
                request.preparation().over(card.preprocessing()),
                card.provenance(),
                newClasses.isEmpty() ? card.temperature() : OptionalDouble.empty()));
        boolean reversed = request.preparation().channelOrder().equals(Optional.of(ChannelOrder.BGR));
        return new SourceModel(
                used,
                request.labels().isPresent() || newClasses.isEmpty(),
                Optional.empty(),
                file.toString(),
                options -> {
                    ComputationGraph graph = newClasses.isPresent()
                            ? withNewHead(file, used.network(), options)
                            : ModelArchive.read(file, options).graph();
                    if (reversed) {
                        reverseInputChannels(used.network(), graph);
                    }
                    return new Loaded(graph, Optional.empty());
                });
    }

    /** A crop is what the network then takes. */
    private static Shape input(ModelCard card, ModelRequest.Preparation preparation) {
        return preparation.crop().isPresent()
                ? new Shape(
                        card.input().channels(),
                        preparation.crop().getAsInt(),
                        preparation.crop().getAsInt())
                : card.input();
    }

    private static OptionalInt newClasses(ModelRequest request) {
        return request.head() instanceof ModelRequest.Head.New head
                ? OptionalInt.of(head.classes())
                : OptionalInt.empty();
    }

    /** An archive defines its own options; given ones must agree with it. */
    private static void requireSame(Path file, Architecture archived, Map<String, String> given) {
        Architecture wanted = possible(() -> archived.with(given));
        List<String> differences = differences(archived, wanted);
        if (!differences.isEmpty()) {
            throw new UsageException(file + " holds a network with " + String.join(" and ", differences)
                    + "; leave out the option, because the archive defines it");
        }
    }

    /** Options that the first has otherwise than the second: {@code shortcut=a, not a-end}. */
    private static List<String> differences(Architecture own, Architecture wanted) {
        Map<String, String> asked = wanted.spec().options();
        return own.spec().options().entrySet().stream()
                .filter(option -> !option.getValue().equals(asked.get(option.getKey())))
                .map(option -> option.getKey() + "=" + option.getValue() + ", not " + asked.get(option.getKey()))
                .toList();
    }

    private static ComputationGraph withNewHead(Path file, Network network, NetworkGraph.Options options) {
        ComputationGraph graph = NetworkGraph.create(network, options);
        ModelArchive.Loaded loaded = ModelArchive.read(file, options);
        ModelArchive.copyMatching(loaded.network(), loaded.graph(), graph, false);
        NetworkGraph.close(loaded.graph());
        return graph;
    }

    private static SourceModel foreign(
            Path file,
            ModelRequest request,
            Optional<Architecture> named,
            Optional<PretrainedWeights> given,
            Consumer<String> remarks) {
        StateDict tensors = WeightFile.open(file, request.set());
        NameMapping names = request.map().map(NameMapping::read).orElse(NameMapping.NONE);
        Optional<PretrainedWeights> recognised = given.or(() -> Pretrained.recognise(FileBytes.open(file)));
        Optional<PretrainedWeights> row =
                recognised.filter(found -> named.isEmpty() || named.get().name().equals(found.architecture()));
        tensors.notes().forEach(remarks);
        if (row.isPresent() && given.isEmpty()) {
            remarks.accept("recognised as " + row.get().name() + " by its hash");
        }
        boolean anyHead = !(request.head() instanceof ModelRequest.Head.Own);
        Optional<Architecture> told =
                named.isPresent() || row.isPresent() ? Optional.empty() : FileMetadata.architecture(tensors.metadata());
        told.ifPresent(architecture -> remarks.accept("the file says that it is a " + architecture.name()));
        Optional<Architecture> asked =
                named.or(() -> row.map(PretrainedWeights::row)).or(() -> told);
        Map<String, String> options =
                new LinkedHashMap<>(row.map(PretrainedWeights::options).orElse(Map.of()));
        options.putAll(request.options());
        Fit fit = fit(tensors, names, asked, options, anyHead, remarks);
        if (request.head() instanceof ModelRequest.Head.Body
                && named.isPresent()
                && !fit.complete()
                && !fit.isBackbone()) {
            return ofBody(file, request, named.get(), remarks);
        }
        Architecture architecture = fit.architecture();
        // Not refused: an option such as zero-init-residual changes nothing that weights do not replace.
        row.ifPresent(published -> differences(published.row(), architecture).stream()
                .map(difference -> "warning: " + published.name() + " was published for " + difference
                        + "; unless you leave the option out, its results may be wrong")
                .forEach(remarks));
        boolean headless = fit.isBackbone() && anyHead && !(request.head() instanceof ModelRequest.Head.New);
        int classes = newClasses(request).orElse(fit.classes());
        LoadOptions how = new LoadOptions(names, headless || newClasses(request).isPresent());
        Matching matching = Matching.of(tensors, architecture.network(architecture.input(), classes), how);
        requireFit(matching, remarks);
        if (recognised.isPresent() && row.isEmpty()) {
            requireSameFunction(file, recognised.get(), architecture, classes);
        } else if (recognised.isEmpty() && named.isPresent()) {
            warnOfRivals(tensors, fit, request.options(), remarks);
        }
        matching.report().notes().stream()
                .filter(note -> !tensors.notes().contains(note))
                .forEach(remarks);
        if (headless) {
            remarks.accept("the weights are those of a backbone, without a classifier");
        }
        Optional<List<String>> known = Upscaler.factor(architecture.network()).isPresent()
                ? Optional.of(Colours.of(architecture.input().channels()).channels())
                : headless ? Optional.empty() : classNames(request, row, tensors.metadata(), classes, remarks);
        InputConvention convention = InputConvention.of(request.preparation(), row, tensors.metadata(), architecture);
        int side = convention.preprocessing().crop().orElse(architecture.input().height());
        ModelCard card = possible(() -> ModelCard.of(
                        architecture,
                        new Shape(architecture.input().channels(), side, side),
                        known.orElseGet(() -> numbered(classes)),
                        convention.preprocessing(),
                        provenance(file, row)))
                .withTemperature(
                        request.head() instanceof ModelRequest.Head.Own
                                ? FileMetadata.temperature(tensors.metadata())
                                : OptionalDouble.empty());
        Matching.of(tensors, card.network(), how).orThrow();
        boolean reversed = convention.channelOrder() == ChannelOrder.BGR;
        if (reversed) {
            remarks.accept("reversed the input channels of the first convolution, from BGR to RGB");
        }
        return new SourceModel(
                card,
                known.isPresent(),
                convention.assumed(),
                row.map(PretrainedWeights::name).orElse(file.toString()),
                settings -> {
                    GraphWeights.Loaded loaded = GraphWeights.load(tensors, card.network(), settings, how);
                    if (reversed) {
                        reverseInputChannels(card.network(), loaded.graph());
                    }
                    return new Loaded(loaded.graph(), Optional.of(loaded.report()));
                });
    }

    /** Weights of whatever network they are of, whose body is that of the named one. */
    private static SourceModel ofBody(Path file, ModelRequest request, Architecture named, Consumer<String> remarks) {
        SourceModel source = foreign(
                file,
                request.withHead(new ModelRequest.Head.Any()).withOptions(Map.of()),
                Optional.empty(),
                Optional.empty(),
                remarks);
        requireBody(file, source.card().network(), named, request.options());
        return source;
    }

    /** All but the heads of two networks must be the same: what a body lacks would be left random without a sign of it. */
    private static void requireBody(Path file, Network source, Architecture wanted, Map<String, String> options) {
        Map<String, List<Long>> own = body(source);
        Map<String, List<Long>> needed =
                body(possible(() -> wanted.with(options).network()));
        Set<String> names = new LinkedHashSet<>(needed.keySet());
        names.addAll(own.keySet());
        names.stream()
                .filter(name -> !Objects.equals(own.get(name), needed.get(name)))
                .findFirst()
                .ifPresent(name -> {
                    throw new UsageException(file + " holds a " + source.name() + ", whose body is not that of "
                            + wanted.name() + ": " + name + " is " + shape(own.get(name)) + " there and "
                            + shape(needed.get(name)) + " here");
                });
    }

    /** The shapes of the tensors before the head, by name. */
    private static Map<String, List<Long>> body(Network network) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        network.nodes().stream()
                .filter(node -> !node.stage().equals(Network.HEAD))
                .flatMap(node -> node.slots().stream())
                .forEach(slot -> shapes.put(slot.name(), slot.shape()));
        return shapes;
    }

    private static String shape(List<Long> shape) {
        return shape == null ? "missing" : shape.toString();
    }

    private static Fit fit(
            StateDict tensors,
            NameMapping names,
            Optional<Architecture> named,
            Map<String, String> options,
            boolean anyHead,
            Consumer<String> remarks) {
        if (named.isPresent()) {
            return possible(() -> Fit.of(tensors, names, named.get(), options));
        }
        Fit.Inferred inferred = Fit.infer(tensors, names, anyHead, options);
        remarks.accept("inferred the network: " + inferred.fit().title());
        inferred.notes().forEach(remarks);
        return inferred.fit();
    }

    private static Optional<List<String>> classNames(
            ModelRequest request,
            Optional<PretrainedWeights> row,
            Map<String, String> metadata,
            int classes,
            Consumer<String> remarks) {
        boolean replaced = !(request.head() instanceof ModelRequest.Head.Own);
        Optional<List<String>> known = request.labels()
                .map(labels -> Labels.read(labels, classes))
                .or(() -> row.map(found -> found.classNames().names()))
                .or(() -> replaced ? Optional.empty() : FileMetadata.classes(metadata))
                .filter(list -> list.size() == classes);
        if (known.isPresent() || replaced || classes != ClassNames.IMAGENET.count()) {
            return known;
        }
        remarks.accept("assuming ImageNet's class names");
        return Optional.of(ClassNames.IMAGENET.names());
    }

    private static Map<String, String> provenance(Path file, Optional<PretrainedWeights> row) {
        Map<String, String> provenance = new TreeMap<>();
        provenance.put("weights", row.map(PretrainedWeights::name).orElse(String.valueOf(file.getFileName())));
        row.ifPresent(found -> {
            provenance.put("source", found.source());
            provenance.put("address", found.url().toString());
            provenance.put("licence", found.licence());
        });
        return provenance;
    }

    /** What classes without names are called. */
    static List<String> numbered(int classes) {
        return IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
    }

    /** Turns values that are not a valid mean, size or class name into usage errors. */
    private static <T> T possible(Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** Checked first: otherwise it would show only when the values are read. */
    private static void requireFit(Matching matching, Consumer<String> remarks) {
        List<LoadReport.Entry> problems = matching.report().problems();
        problems.stream()
                .limit(MOST_PROBLEMS)
                .forEach(entry -> remarks.accept(entry.status().title() + ": " + entry.text()));
        if (problems.size() > MOST_PROBLEMS) {
            remarks.accept("and " + (problems.size() - MOST_PROBLEMS) + " more; `resnet4j info "
                    + matching.report().file() + " --arch " + matching.report().network() + " --json` lists them all");
        }
        matching.orThrow();
    }

    /** Published weights that fit another row, too, would give wrong results there without a sign of it. */
    private static void requireSameFunction(Path file, PretrainedWeights published, Architecture named, int classes) {
        Network wanted = named.network(named.input(), classes);
        Network own = possible(() -> published.row().network(named.input(), classes));
        if (!own.computesAs(wanted)) {
            throw new UsageException(file + " is " + published.name() + " by its hash, not " + named.name()
                    + ": the tensors fit both, but the networks compute different things with them; name "
                    + published.architecture());
        }
    }

    /** The same of weights that nobody knows: only the user can. */
    private static void warnOfRivals(
            StateDict tensors, Fit fit, Map<String, String> options, Consumer<String> remarks) {
        Optional<String> said = Optional.ofNullable(tensors.metadata().get("architecture")); // as `convert` writes it
        String name = fit.architecture().name();
        if (!said.equals(Optional.of(name))) {
            fit.rivals(options)
                    .ifPresent(rivals -> remarks.accept("warning: the tensors also fit " + rivals + "; "
                            + said.map(other -> "the file says that it holds " + other)
                                    .orElse("nothing in the file says which")
                            + ", and if they were not trained as " + name + ", its results are wrong"));
        }
    }

    /** Adapts a network that expects one channel order to the other. */
    static void reverseInputChannels(Network network, ComputationGraph graph) {
        String first = network.nodes().stream()
                .filter(node -> node.op() instanceof Op.Convolution)
                .map(Node::name)
                .findFirst()
                .orElseThrow();
        INDArray kernels = graph.getLayer(first).getParam("W");
        INDArray before = kernels.dup();
        long channels = kernels.size(1);
        for (long c = 0; c < channels; c++) {
            INDArray target = kernels.get(all(), point(c), all(), all());
            target.assign(before.get(all(), point(channels - 1 - c), all(), all()));
        }
    }

    /** The model's metadata. */
    public ModelCard card() {
        return card;
    }

    /** Whether the card's class names are the model's own; otherwise they are numbers. */
    public boolean classesNamed() {
        return classesNamed;
    }

    /**
     * What was assumed about the preprocessing because neither the user nor the file nor its publisher says it; empty
     * if everything is known.
     */
    public Optional<String> assumed() {
        return assumed;
    }

    /** Where it comes from: a published name or a file. */
    public String origin() {
        return origin;
    }

    /**
     * Reads the values; this loads native code.
     *
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if a value is NaN or infinite, or the file changed
     */
    public Loaded load(NetworkGraph.Options options) {
        return weights.load(options);
    }
}
