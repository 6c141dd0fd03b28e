package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.internal.zip.StrictZip;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightReader;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Our own {@code model.zip}. Only DL4J knows where in it the numbers of a tensor are, so DL4J is loaded when they are
 * first needed.
 */
final class OwnArchive implements WeightReader {
    @Override
    public List<String> extensions() {
        return List.of("zip");
    }

    @Override
    public boolean matches(FileBytes file) {
        return isArchive(file, WeightFormat.TORCH_ZIP);
    }

    /** @param meant what a damaged zip archive is called */
    static boolean isArchive(FileBytes file, WeightFormat meant) {
        if (!StrictZip.matches(file)) {
            return false;
        }
        Set<String> entries = StrictZip.open(file, meant).entries().stream()
                .map(StrictZip.Entry::name)
                .collect(Collectors.toSet());
        return entries.contains("model.json") || entries.contains("coefficients.bin");
    }

    @Override
    public StateDict open(FileBytes bytes, WeightSet set) {
        ModelCard card = ModelArchive.readCard(bytes.path());
        Supplier<ComputationGraph> graph = new Supplier<>() {
            private ComputationGraph loaded;

            @Override
            public synchronized ComputationGraph get() {
                if (loaded == null) {
                    loaded = ModelArchive.read(bytes.path(), NetworkGraph.Options.seeded(0))
                            .graph();
                }
                return loaded;
            }
        };
        return new StateDict(
                bytes.path(),
                WeightFormat.ARCHIVE,
                GraphWeights.tensors(card.network(), graph),
                card.provenance(),
                List.of());
    }
}
