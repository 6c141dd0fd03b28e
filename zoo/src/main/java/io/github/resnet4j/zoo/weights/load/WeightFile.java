package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.keras.KerasFile;
import io.github.resnet4j.zoo.weights.safetensors.Safetensors;
import io.github.resnet4j.zoo.weights.torch.TorchFile;
import io.github.resnet4j.zoo.weights.zip.StrictZip;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Opens weight files of every format that can be read. The content decides, whatever the file is called; the name is
 * asked only where the content says nothing, so that a damaged file is called what it was meant to be.
 */
public final class WeightFile {
    private WeightFile() {}

    /**
     * The tensors of a file.
     *
     * @throws BadWeightsException if it is damaged, made to do harm, or of a kind that is not read; says which and what to
     *     do
     */
    public static StateDict open(Path file) {
        return open(FileBytes.open(file));
    }

    /** The same of bytes that are open already. */
    static StateDict open(FileBytes file) {
        requireNone(ForeignFile.byStart(file));
        if (StrictZip.matches(file)) {
            return archive(file);
        }
        if (Safetensors.matches(file)) {
            return Safetensors.open(file);
        }
        if (TorchFile.matches(file)) {
            return TorchFile.open(file);
        }
        if (KerasFile.matches(file)) {
            return KerasFile.open(file);
        }
        requireNone(ForeignFile.text(file));
        String name = String.valueOf(file.path().getFileName()).toLowerCase(Locale.ROOT);
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "safetensors" -> Safetensors.open(file);
            case "pth", "pt", "th", "ckpt", "bin" -> TorchFile.open(file);
            case "h5", "hdf5" -> KerasFile.open(file);
            default -> throw ForeignFile.unknown(file);
        };
    }

    private static StateDict archive(FileBytes file) {
        List<String> entries = StrictZip.open(file, WeightFormat.UNKNOWN).entries().stream()
                .map(StrictZip.Entry::name)
                .toList();
        requireNone(ForeignFile.byEntries(file, entries));
        return entries.contains("model.json") || entries.contains("coefficients.bin")
                ? own(file)
                : TorchFile.open(file);
    }

    private static StateDict own(FileBytes file) {
        ModelArchive.Loaded model = ModelArchive.read(file.path(), NetworkGraph.Options.seeded(0));
        StateDict weights = GraphWeights.stateDict(model.graph(), model.network());
        return new StateDict(
                file.path(),
                WeightFormat.ARCHIVE,
                weights.tensors(),
                model.card().provenance(),
                List.of());
    }

    private static void requireNone(Optional<BadWeightsException> refusal) {
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }
}
