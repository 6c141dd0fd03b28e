package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.internal.zip.StrictZip;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightReader;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Files often mistaken for weight files: what they are, and what to do about them. As a format it is one whose files
 * are never read.
 */
final class ForeignFile implements WeightReader {
    private static final int START = 512;
    private static final String DOWNLOAD = "; download it again";
    private static final String UNPACK = "; unpack it and name the weight file in it";
    private static final String KNOWN =
            "; name a safetensors, PyTorch (.pth), Keras (.h5), NumPy (.npz), ONNX or resnet4j (model.zip) file";
    private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF";

    private record Kind(Fault fault, String is, Predicate<String> begins) {}

    /** By how they begin, the bytes taken for characters. */
    private static final List<Kind> KINDS = List.of(
            new Kind(Fault.HTML, "is a web page, probably an error or login page" + DOWNLOAD, ForeignFile::isHtml),
            new Kind(
                    Fault.LFS_POINTER,
                    "is a git-lfs pointer, not the file itself; run `git lfs pull` in its repository",
                    start -> start.startsWith("version https://git-lfs")),
            packed("gzip", "\u001F\u008B"),
            packed("bzip2", "BZh"),
            packed("xz", "\u00FD7zXZ\0"),
            packed("zstd", "\u0028\u00B5\u002F\u00FD"),
            packed("7z", "7z\u00BC\u00AF\u0027\u001C"),
            packed("RAR", "Rar!\u001A\u0007"),
            new Kind(
                    Fault.FORMAT,
                    "is a TensorFlow Lite model; use the Keras weights (.h5) that it was converted from",
                    start -> start.startsWith("TFL3", 4)),
            format(
                    "\u0008\u0001\u0012",
                    "is the graph of a TensorFlow SavedModel; its weights are in other files; in Keras,"
                            + " load_model and save_weights(\"model.weights.h5\")"),
            format("GGUF", "is a GGUF language model, not a network for images"),
            format(
                    "\u0093NUMPY",
                    "is a single NumPy array; save all arrays together with numpy.savez(FILE, **{name: array})"),
            format(
                    "\u0012\1\0\0\0\0\0\0",
                    "is an MXNet parameter file (GluonCV); in Python, load it with mx.nd.load and save the arrays with"
                            + " safetensors.numpy.save_file"));

    /** Zip archives, by their entries. */
    private static final List<Kind> ARCHIVES = List.of(
            new Kind(
                    Fault.FORMAT,
                    "is a Keras model; unzip it and name the model.weights.h5 in it",
                    entry -> entry.equals("model.weights.h5")),
            new Kind(
                    Fault.FORMAT,
                    "is a TensorFlow SavedModel; in Keras, load_model and save_weights(\"model.weights.h5\")",
                    entry -> entry.endsWith("saved_model.pb")));

    @Override
    public List<String> extensions() {
        return List.of("keras", "tflite", "pb");
    }

    @Override
    public boolean matches(FileBytes file) {
        return kind(file).isPresent();
    }

    @Override
    public StateDict open(FileBytes file, WeightSet set) {
        throw kind(file).map(kind -> bad(file, kind)).orElseGet(() -> unknown(file));
    }

    /** What the file is by its first bytes, or an archive by its entries, if it is of a kind that is known and not read. */
    private static Optional<Kind> kind(FileBytes file) {
        String start = start(file);
        Optional<Kind> known =
                KINDS.stream().filter(kind -> kind.begins().test(start)).findFirst();
        if (known.isPresent() || !StrictZip.matches(file)) {
            return known;
        }
        List<StrictZip.Entry> entries =
                StrictZip.open(file, WeightFormat.TORCH_ZIP).entries();
        return ARCHIVES.stream()
                .filter(kind -> entries.stream().map(StrictZip.Entry::name).anyMatch(kind.begins()))
                .findFirst();
    }

    /** @throws BadWeightsException if the file begins as text, which no weights do */
    static void requireNoText(FileBytes file) {
        String start = start(file);
        if (!start.matches("[\\t\\n\\r -~\\x80-\\xFF]*")) {
            return;
        }
        boolean json =
                start.stripLeading().startsWith("{") || start.stripLeading().startsWith("[");
        String is = json ? "is JSON: a description of a model, not its weights" : "is text, not weights";
        throw bad(file, new Kind(Fault.FORMAT, is + KNOWN, any -> true));
    }

    /** What to report about a file of an unknown kind. */
    static BadWeightsException unknown(FileBytes file) {
        return bad(file, new Kind(Fault.BAD_MAGIC, "is not a weight file in a known format" + KNOWN, any -> true));
    }

    private static String start(FileBytes file) {
        return new String(file.read(0, (int) Math.min(START, file.size())), StandardCharsets.ISO_8859_1);
    }

    private static boolean isHtml(String start) {
        String text = start.startsWith(BYTE_ORDER_MARK) ? start.substring(BYTE_ORDER_MARK.length()) : start;
        String begin = text.stripLeading().toLowerCase(Locale.ROOT);
        return List.of("<!doctype", "<html", "<head", "<body", "<?xml", "<!--").stream()
                .anyMatch(begin::startsWith);
    }

    private static Kind packed(String what, String magic) {
        return new Kind(Fault.BAD_MAGIC, "is a " + what + " archive" + UNPACK, start -> start.startsWith(magic));
    }

    private static Kind format(String magic, String is) {
        return new Kind(Fault.FORMAT, is, start -> start.startsWith(magic));
    }

    private static BadWeightsException bad(FileBytes file, Kind kind) {
        return new BadWeightsException(file.path(), WeightFormat.UNKNOWN, kind.fault(), Location.WHOLE, kind.is());
    }
}
