package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.finetune.config.ModelConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.spec.ResNetSpec;
import io.github.resnet4j.zoo.weights.ModelArchive;
import io.github.resnet4j.zoo.weights.ModelCard;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * What a run begins with: pictures, and a network with its initial weights.
 *
 * @param inputs the pictures
 * @param architecture the zoo's row with the configuration's options
 * @param network for the pictures' size and classes
 * @param graph the network's weights, frozen as configured
 * @param card of the model that the run will leave, made before the training so that it cannot fail after it
 * @param origin where the initial weights come from, for people
 */
record Start(
        Inputs inputs,
        Architecture architecture,
        Network network,
        ComputationGraph graph,
        ModelCard card,
        String origin) {

    /** Puts data and network together. */
    static Start open(RunConfig config, DownloadOptions download) {
        ModelConfig model = config.model();
        Optional<Path> archive = model.weights().map(Path::of);
        Optional<ModelCard> card = archive.map(ModelArchive::readCard);
        card.ifPresent(known -> {
            if (!known.architecture().equals(model.name())) {
                throw new UsageException("model.weights (" + archive.get() + ") holds a " + known.architecture()
                        + ", but model.name is " + model.name());
            }
        });
        Architecture architecture = Zoo.find(model.name());
        ResNetSpec spec = architecture.spec();
        if (card.isPresent()) {
            spec = spec.withShortcut(card.get().shortcut())
                    .withStrideOn(card.get().strideOn())
                    .withZeroInitResidual(card.get().zeroInitResidual());
        }
        if (model.shortcut().isPresent()) {
            spec = spec.withShortcut(model.shortcut().get().type());
        }
        if (model.zeroInitResidual()) {
            spec = spec.withZeroInitResidual(true);
        }
        Shape published = card.map(ModelCard::input).orElse(architecture.input());
        int size = config.data().imageSize().orElse(published.height());
        Inputs inputs = Inputs.open(config.data(), size, size, config.train().seed(), download);
        int classes = inputs.train().classes().size();
        if (model.classes().isPresent() && model.classes().get() != classes) {
            throw new UsageException("model.classes is " + model.classes().get() + ", but the data has " + classes
                    + " classes; leave model.classes out to follow the data");
        }
        NetworkGraph.Options building =
                NetworkGraph.Options.seeded(config.train().seed()).frozenUpTo(model.freeze());
        Network network;
        ComputationGraph graph;
        try {
            architecture = architecture.with(spec);
            network = architecture.network(new Shape(3, size, size), classes);
            graph = NetworkGraph.create(network, building);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        boolean sameClasses = card.map(
                        known -> known.classes().equals(inputs.train().classes()))
                .orElse(false);
        String origin = archive.map(
                        file -> file + (sameClasses ? "" : ", with a new classifier for " + classes + " classes"))
                .orElse("random, seed " + config.train().seed());
        ModelCard result = card(config, inputs, architecture, network, origin);
        if (archive.isPresent()) {
            ModelArchive.Loaded source = ModelArchive.read(
                    archive.get(), NetworkGraph.Options.seeded(config.train().seed()));
            ModelArchive.copyMatching(source.network(), source.graph(), graph, sameClasses);
            source.graph().close();
        }
        return new Start(inputs, architecture, network, graph, result, origin);
    }

    /** The card of the trained model. */
    private static ModelCard card(
            RunConfig config, Inputs inputs, Architecture architecture, Network network, String origin) {
        Map<String, String> provenance = Map.of(
                "run", config.name(),
                "initialWeights", origin,
                "data", inputs.how(),
                "dataFingerprint", inputs.train().fingerprint());
        Preprocessing preprocessing = preprocessing(config);
        try {
            return ModelCard.of(architecture, network.input(), inputs.train().classes(), preprocessing, provenance);
        } catch (IllegalArgumentException e) {
            throw new UsageException("the model could not be saved: " + e.getMessage());
        }
    }

    private static Preprocessing preprocessing(RunConfig config) {
        OptionalInt resize = OptionalInt.empty();
        OptionalInt crop = OptionalInt.empty();
        String interpolation = "bilinear";
        for (Transform step : config.data().eval()) {
            if (step instanceof Resize r && resize.isEmpty() && crop.isEmpty()) {
                resize = OptionalInt.of(r.size());
                interpolation = r.interpolation().name().toLowerCase(Locale.ROOT);
            } else if (step instanceof CenterCrop c && crop.isEmpty()) {
                crop = OptionalInt.of(c.size());
            } else {
                throw new UsageException("data.eval can be one resize, one center-crop, or both in this order, which a"
                        + " model.zip keeps for its users; not " + config.data().eval());
            }
        }
        var normalize = config.data().normalize().toNormalize();
        return new Preprocessing(resize, crop, interpolation, list(normalize.mean()), list(normalize.std()));
    }

    private static List<Double> list(float[] values) {
        List<Double> list = new ArrayList<>();
        for (float value : values) {
            // Through the decimal text: 0.485f is to be written as 0.485.
            list.add(Double.valueOf(Float.toString(value)));
        }
        return list;
    }
}
