package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigText;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * What a run starts with: images, and a network with its initial weights.
 *
 * @param task the resolved configuration
 * @param graph the network's weights, frozen as configured
 * @param origin where the initial weights come from, for people
 * @param fingerprint which they are, wherever they lie
 */
record PreparedRun(ResolvedRun task, ComputationGraph graph, String origin, String fingerprint) {

    /** Creates the network and loads its weights, which loads native code. */
    static PreparedRun of(ResolvedRun task, RunConfig config) {
        long seed = config.train().seed();
        ComputationGraph graph = NetworkGraph.create(
                task.network(), NetworkGraph.Options.seeded(seed).freeze(Phase.frozenForGood(config.model())));
        if (task.source().isEmpty()) {
            return new PreparedRun(task, graph, "random, seed " + seed, "random");
        }
        SourceModel source = task.source().get();
        boolean sameClasses =
                source.card().classes().equals(task.inputs().train().classes());
        SourceModel.Loaded loaded = source.load(NetworkGraph.Options.seeded(seed));
        String fingerprint;
        try {
            fingerprint = fingerprint(loaded.graph());
            ModelArchive.copyMatching(source.card().network(), loaded.graph(), graph, sameClasses);
        } catch (IllegalArgumentException e) {
            throw new UsageException(source.origin() + " does not fit the model: " + e.getMessage());
        } finally {
            NetworkGraph.close(loaded.graph());
        }
        String origin = source.origin()
                + loaded.report().map(report -> " (" + report.summary() + ")").orElse("")
                + (sameClasses
                        ? ""
                        : ", with a new classifier for "
                                + task.inputs().train().classes().size() + " classes");
        return new PreparedRun(task, graph, origin, fingerprint);
    }

    /** Tells weights apart. A checksum is enough, since forging weights to resume the wrong run gains nothing. */
    private static String fingerprint(ComputationGraph graph) {
        CRC32C crc = new CRC32C();
        crc.update(graph.params().dup('c').data().asNio());
        return String.format(Locale.ROOT, "crc32c %08x", crc.getValue());
    }

    RunData inputs() {
        return task.inputs();
    }

    Architecture architecture() {
        return task.architecture();
    }

    Network network() {
        return task.network();
    }

    /**
     * The card of the trained model.
     *
     * @param more of its provenance
     * @throws UsageException if a card cannot say how the images are prepared or what the classes are
     */
    ModelCard card(RunConfig config, Map<String, String> more) {
        Map<String, String> provenance = new TreeMap<>(more);
        provenance.put("run", config.name());
        provenance.put("initialWeights", origin);
        provenance.put("data", inputs().how());
        provenance.put("frozen", Phase.frozenForGood(config.model()).toString());
        if (!config.optimizer().groups().isEmpty()) {
            provenance.put("groups", ConfigText.of(config.optimizer().groups()));
        }
        provenance.put("dataFingerprint", inputs().train().fingerprint());
        // A model trained from licensed weights stays under their licence.
        task.source()
                .map(source -> source.card().provenance().get("licence"))
                .ifPresent(licence -> provenance.put("licence", licence));
        Preprocessing preprocessing = preprocessing(config);
        try {
            return ModelCard.of(
                    architecture(), network().input(), inputs().train().classes(), preprocessing, provenance);
        } catch (IllegalArgumentException e) {
            throw new UsageException("a model of this run could not be saved: " + e.getMessage());
        }
    }

    private static Preprocessing preprocessing(RunConfig config) {
        OptionalInt resize = OptionalInt.empty();
        OptionalInt crop = OptionalInt.empty();
        String interpolation = "bilinear";
        for (Transform step : config.data().eval().orElseThrow()) {
            if (step instanceof Resize r && resize.isEmpty() && crop.isEmpty()) {
                resize = OptionalInt.of(r.size());
                interpolation = r.interpolation().name().toLowerCase(Locale.ROOT);
            } else if (step instanceof CenterCrop c && crop.isEmpty()) {
                crop = OptionalInt.of(c.size());
            } else {
                throw new UsageException("data.eval must be one resize, one center-crop, or both in this order, because"
                        + " a model.zip can store only these; got "
                        + config.data().eval().orElseThrow());
            }
        }
        var normalize = config.data().normalize().orElseThrow().toNormalize();
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
