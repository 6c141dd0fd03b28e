package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import io.github.resnet4j.zoo.weights.keras.KerasFile;
import io.github.resnet4j.zoo.weights.safetensors.Safetensors;
import io.github.resnet4j.zoo.weights.torch.TorchFile;
import io.github.resnet4j.zoo.weights.zip.StrictZip;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.deeplearning4j.nn.graph.ComputationGraph;

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
        if (Safetensors.matches(file)) { // first: it begins with a number, and any number is the mark of something
            return Safetensors.open(file);
        }
        requireNone(ForeignFile.byStart(file));
        if (StrictZip.matches(file)) {
            return archive(file);
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

    /**
     * Whether a file is an archive of resnet4j or, as far as it goes, of DL4J, and
     * {@link ModelArchive} the one to say more.
     *
     * @throws BadWeightsException if it cannot be opened, or is a damaged zip archive
     */
    public static boolean isArchive(Path path) {
        FileBytes file = FileBytes.open(path);
        return StrictZip.matches(file) && isArchive(names(StrictZip.open(file, WeightFormat.UNKNOWN)));
    }

    private static boolean isArchive(List<String> entries) {
        return entries.contains("model.json") || entries.contains("coefficients.bin");
    }

    private static List<String> names(StrictZip zip) {
        return zip.entries().stream().map(StrictZip.Entry::name).toList();
    }

    private static StateDict archive(FileBytes file) {
        StrictZip zip = StrictZip.open(file, WeightFormat.TORCH_ZIP);
        List<String> entries = names(zip);
        requireNone(ForeignFile.byEntries(file, entries));
        return isArchive(entries) ? own(file.path()) : TorchFile.open(file, zip);
    }

    /** Where in such a file the numbers of a tensor are, only DL4J knows: it is loaded when one is asked for. */
    private static StateDict own(Path file) {
        ModelCard card = ModelArchive.readCard(file);
        Supplier<ComputationGraph> graph = new Supplier<>() {
            private ComputationGraph loaded;

            @Override
            public synchronized ComputationGraph get() {
                if (loaded == null) {
                    loaded = ModelArchive.read(file, NetworkGraph.Options.seeded(0))
                            .graph();
                }
                return loaded;
            }
        };
        return new StateDict(
                file, WeightFormat.ARCHIVE, GraphWeights.tensors(card.network(), graph), card.provenance(), List.of());
    }

    private static void requireNone(Optional<BadWeightsException> refusal) {
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }
}
