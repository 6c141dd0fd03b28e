package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.internal.keras.KerasFile;
import io.github.resnet4j.zoo.internal.npy.NpyFolder;
import io.github.resnet4j.zoo.internal.npz.NpzFile;
import io.github.resnet4j.zoo.internal.onnx.OnnxFile;
import io.github.resnet4j.zoo.internal.safetensors.Safetensors;
import io.github.resnet4j.zoo.internal.torch.TorchFile;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightReader;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.WeightWriter;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Opens weight files of every supported format. The content decides which it is, whatever the file is called; the name
 * counts only if the content is inconclusive, so that a damaged file is reported as what it was meant to be.
 */
public final class WeightFile {
    /**
     * All formats. The first match wins; safetensors files begin with a number, which can be the mark of any other
     * format.
     */
    private static final List<WeightReader> FORMATS = List.of(
            new ShardedFile(),
            Safetensors.READER,
            new ForeignFile(),
            new OwnArchive(),
            NpzFile.READER,
            OnnxFile.READER,
            TorchFile.READER,
            KerasFile.READER);

    /** All formats that can be written, besides folders and our own archives, which are more than tensors. */
    private static final List<WeightWriter> WRITERS = List.of(Safetensors.WRITER);

    private WeightFile() {}

    /**
     * The tensors of a file.
     *
     * @throws BadWeightsException if it is damaged, malicious, or of an unsupported kind; the message says which, and
     *     what to do
     */
    public static StateDict open(Path file) {
        return open(file, WeightSet.TRAINED);
    }

    /**
     * The tensors of a file that may have several sets of weights.
     *
     * @throws BadWeightsException also if you ask for an average and the file has none
     */
    public static StateDict open(Path file, WeightSet set) {
        return open(FileBytes.open(file), set);
    }

    /**
     * Writes tensors as one {@code .npy} file each, with an index.
     *
     * @param folder new or empty
     */
    public static void writeNpyFolder(Path folder, StateDict tensors) throws IOException {
        NpyFolder.write(folder, tensors);
    }

    /** The same for bytes that are already open. */
    static StateDict open(FileBytes file, WeightSet set) {
        WeightReader reader = FORMATS.stream()
                .filter(format -> format.matches(file))
                .findFirst()
                .or(() -> byName(file))
                .orElseThrow(() -> ForeignFile.unknown(file));
        StateDict dict = reader.open(file, set);
        if (set == WeightSet.AVERAGED && reader != TorchFile.READER) {
            throw new BadWeightsException(
                    file.path(),
                    dict.format(),
                    Fault.NOT_STATE_DICT,
                    Location.WHOLE,
                    "has only one set of weights (only PyTorch checkpoints can hold several); leave out --ema");
        }
        return dict;
    }

    private static Optional<WeightReader> byName(FileBytes file) {
        ForeignFile.requireNoText(file);
        String name = String.valueOf(file.path().getFileName());
        return FORMATS.stream().filter(format -> isNamed(format, name)).findFirst();
    }

    private static boolean isNamed(WeightReader format, String name) {
        return format.extensions().stream()
                .anyMatch(end -> name.toLowerCase(Locale.ROOT).endsWith("." + end));
    }

    /** Whether a name ends like that of a weight file, of a supported format or one that is known but unsupported. */
    public static boolean isNamedLikeWeights(String name) {
        return FORMATS.stream().anyMatch(format -> isNamed(format, name));
    }

    /** The format in which to write a file of this name, if its extension determines one. */
    public static Optional<WeightWriter> writer(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return WRITERS.stream()
                .filter(writer -> name.endsWith("." + writer.extension()))
                .findFirst();
    }

    /**
     * Whether a file is an archive of resnet4j or, as far as it goes, of DL4J, and
     * {@link ModelArchive} the one to say more.
     *
     * @throws BadWeightsException if it cannot be opened, or is a damaged zip archive
     */
    public static boolean isArchive(Path path) {
        return OwnArchive.isArchive(FileBytes.open(path), WeightFormat.UNKNOWN);
    }
}
