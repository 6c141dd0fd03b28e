package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.zoo.internal.zip.StrictZip;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightReader;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checkpoints of PyTorch: {@code .pth}, {@code .pt}, {@code .th}, {@code .bin}, {@code .tar}. */
public final class TorchFile {
    private static final int PROTO = 0x80;
    private static final int MAX_PROTOCOL = 5;

    private static final int TAR_MAGIC_AT = 257;
    private static final byte[] TAR_MAGIC = "ustar".getBytes(StandardCharsets.US_ASCII);

    /** No safetensors header is larger. */
    private static final long SAFETENSORS_HEADER = 100_000_000;

    /** How compressed files begin that people rename or forget to unpack. */
    private static final Map<String, String> PACKED = Map.of(
            "1f8b", "gzip",
            "425a68", "bzip2",
            "fd377a585a00", "xz",
            "28b52ffd", "zstd",
            "377abcaf271c", "7z",
            "526172211a07", "RAR");

    /** The format. */
    public static final WeightReader READER = new WeightReader() {
        @Override
        public List<String> extensions() {
            return List.of("pth", "pt", "th", "ckpt", "bin", "tar");
        }

        @Override
        public boolean matches(FileBytes file) {
            return TorchFile.matches(file);
        }

        @Override
        public StateDict open(FileBytes file, WeightSet set) {
            return TorchFile.open(file, set);
        }
    };

    private TorchFile() {}

    /** Whether the file begins as those that {@code torch.save} wrote before 1.6 do, and as any pickle does. */
    public static boolean matchesLegacy(FileBytes file) {
        byte[] start = file.read(0, (int) Math.min(Long.BYTES, file.size()));
        boolean pickle = start.length >= 2 && (start[0] & 0xFF) == PROTO && start[1] >= 2 && start[1] <= MAX_PROTOCOL;
        // A safetensors header of 640 bytes begins with the same two.
        long header = start.length < Long.BYTES
                ? -1
                : ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return pickle && (header < 0 || header > SAFETENSORS_HEADER);
    }

    /** Whether the file is a tar archive, as those of PyTorch before 0.1.10 were. */
    public static boolean matchesTar(FileBytes file) {
        return file.size() >= TAR_MAGIC_AT + TAR_MAGIC.length
                && Arrays.equals(file.read(TAR_MAGIC_AT, TAR_MAGIC.length), TAR_MAGIC);
    }

    /**
     * Whether {@link #open} should be asked: it is a pickle, a tar archive, or a zip archive. Other formats are zip
     * archives too; try those first.
     */
    public static boolean matches(FileBytes file) {
        return StrictZip.matches(file) || matchesLegacy(file) || matchesTar(file);
    }

    /**
     * Reads a checkpoint: finds the state dict in it, and checks everything but the numbers. Entries such as {@code
     * state_dict} or {@code model} that wrap it and {@code module.} in front of all names are taken off, the optimizer's
     * and other entries are left out; the notes say so. Numbers and short texts among the latter, such as {@code epoch},
     * are the metadata.
     *
     * @param set which weights to take where the file has an average of them too
     * @throws BadWeightsException if it is anything but a sound checkpoint with a state dict
     */
    public static StateDict open(FileBytes file, WeightSet set) {
        if (matchesLegacy(file)) {
            return LegacyCheckpoint.open(file, set);
        }
        if (matchesTar(file)) {
            throw bad(
                    file,
                    Fault.LEGACY_TAR,
                    "is a tar archive, as PyTorch before 0.1.10 wrote; if you trust it, load and save it with torch in"
                            + " Python, or unpack it if it is an archive of other files");
        }
        Optional<String> packed = packed(file);
        if (packed.isPresent()) {
            throw bad(
                    file,
                    Fault.BAD_MAGIC,
                    "is a " + packed.get() + " archive, not a checkpoint; unpack it and use the file in it");
        }
        return ZipCheckpoint.open(file, StrictZip.open(file, WeightFormat.TORCH_ZIP), set);
    }

    private static Optional<String> packed(FileBytes file) {
        String start = HexFormat.of().formatHex(file.read(0, (int) Math.min(8, file.size())));
        return PACKED.entrySet().stream()
                .filter(entry -> start.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static BadWeightsException bad(FileBytes file, Fault fault, String problem) {
        return new BadWeightsException(file.path(), WeightFormat.UNKNOWN, fault, Location.WHOLE, problem);
    }
}
