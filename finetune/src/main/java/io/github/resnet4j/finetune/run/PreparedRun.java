package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigText;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.Tasks;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * What a run starts with: images, and a network with its initial weights.
 *
 * @param resolved the resolved configuration
 * @param graph the network's weights, frozen as configured
 * @param origin where the initial weights come from, for people
 * @param fingerprint which they are, wherever they lie
 */
record PreparedRun(ResolvedRun resolved, ComputationGraph graph, String origin, String fingerprint) {

    /** Creates the network and loads its weights, which loads native code. */
    static PreparedRun of(ResolvedRun resolved, RunConfig config) {
        long seed = config.train().seed();
        ComputationGraph graph = NetworkGraph.create(
                resolved.network(), NetworkGraph.Options.seeded(seed).freeze(Phase.frozenForGood(config.model())));
        if (resolved.source().isEmpty()) {
            return new PreparedRun(resolved, graph, "random, seed " + seed, "random");
        }
        SourceModel source = resolved.source().get();
        boolean sameClasses = source.card().classes().equals(resolved.inputs().classes())
                && source.card().architecture().equals(resolved.architecture().name());
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
                                + resolved.inputs().classes().size() + " classes");
        return new PreparedRun(resolved, graph, origin, fingerprint);
    }

    /** Tells weights apart. A checksum is enough, since forging weights to resume the wrong run gains nothing. */
    private static String fingerprint(ComputationGraph graph) {
        CRC32C crc = new CRC32C();
        crc.update(graph.params().dup('c').data().asNio());
        return String.format(Locale.ROOT, "crc32c %08x", crc.getValue());
    }

    OpenTask<?> inputs() {
        return resolved.inputs();
    }

    Architecture architecture() {
        return resolved.architecture();
    }

    Network network() {
        return resolved.network();
    }

    /**
     * The card of the trained model.
     *
     * @param more of its provenance
     * @throws UsageException if a card cannot say how the images are prepared or what the classes are
     */
    ModelCard card(RunConfig config, Map<String, String> more) {
        Map<String, String> provenance = new TreeMap<>(more);
        provenance.putAll(inputs().provenance());
        Tasks.writtenDown(inputs().task()).ifPresent(name -> provenance.put(Tasks.KEY, name));
        provenance.put("run", config.name());
        provenance.put("initialWeights", origin);
        provenance.put("data", inputs().how());
        provenance.put("frozen", Phase.frozenForGood(config.model()).toString());
        if (!config.optimizer().groups().isEmpty()) {
            provenance.put("groups", ConfigText.of(config.optimizer().groups()));
        }
        provenance.put("dataFingerprint", inputs().train().fingerprint());
        // A model trained from licensed weights stays under their licence.
        resolved.source()
                .map(source -> source.card().provenance().get("licence"))
                .ifPresent(licence -> provenance.put("licence", licence));
        Preprocessing preprocessing = inputs().preprocessing(config);
        try {
            return ModelCard.of(architecture(), network().input(), inputs().classes(), preprocessing, provenance);
        } catch (IllegalArgumentException e) {
            throw new UsageException("a model of this run could not be saved: " + e.getMessage());
        }
    }
}
