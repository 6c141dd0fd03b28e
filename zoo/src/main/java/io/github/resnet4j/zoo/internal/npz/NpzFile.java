package io.github.resnet4j.zoo.internal.npz;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.internal.zip.StrictZip;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightReader;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads NumPy's {@code .npz} archives. An array's name is that of its file without {@code .npy}. */
public final class NpzFile {
    /** Arrays that are compressed or lie column by column are held in memory one at a time. */
    static final int MOST_PACKED = 1 << 30;

    /** What deflate can reach, with zeros: untrained layers are zeros. */
    static final int MOST_RATIO = 1032;

    private static final String SUFFIX = ".npy";

    /** The format. */
    public static final WeightReader READER = new WeightReader() {
        @Override
        public List<String> extensions() {
            return List.of("npz");
        }

        @Override
        public boolean matches(FileBytes file) {
            return StrictZip.matches(file)
                    && StrictZip.open(file, WeightFormat.NPZ).entries().stream()
                            .anyMatch(entry -> entry.name().endsWith(SUFFIX));
        }

        @Override
        public StateDict open(FileBytes file, WeightSet set) {
            return new NpzFile(file).read();
        }
    };

    private final FileBytes file;
    private final StrictZip zip;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final List<String> others = new ArrayList<>();

    private NpzFile(FileBytes file) {
        this.file = file;
        this.zip = StrictZip.open(file, WeightFormat.NPZ);
    }

    private StateDict read() {
        for (StrictZip.Entry entry : zip.entries()) {
            if (!entry.name().endsWith(SUFFIX)) {
                throw bad(
                        entry, Fault.AMBIGUOUS, "is no .npy file; name the file in the archive that holds the weights");
            }
            add(entry, entry.name().substring(0, entry.name().length() - SUFFIX.length()));
        }
        if (!tensors.isEmpty() && tensors.keySet().stream().allMatch(name -> name.matches("arr_[0-9]+"))) {
            throw new BadWeightsException(
                    file.path(),
                    WeightFormat.NPZ,
                    Fault.NOT_STATE_DICT,
                    Location.WHOLE,
                    "has arrays without names (arr_0 and so on), so nobody can say which layer they belong to; save them"
                            + " with names: numpy.savez(FILE, **{name: array})");
        }
        List<String> notes = others.isEmpty()
                ? List.of()
                : List.of("left out " + others.size() + (others.size() == 1 ? " entry that is" : " entries that are")
                        + " not an array of numbers: " + Printable.brief(String.join(", ", others)));
        return new StateDict(file.path(), WeightFormat.NPZ, tensors, Map.of(), notes);
    }

    private void add(StrictZip.Entry entry, String name) {
        try {
            NpyHeader header = NpyHeader.read(beginning(entry));
            Optional<DType> type = header.type();
            if (type.isEmpty()) {
                others.add(name + " (" + header.descr() + ")");
                return;
            }
            int width = type.get().bytes();
            long bytes = header.bytes() + header.count(width) * width;
            if (bytes != entry.size()) {
                throw bad(
                        entry,
                        Fault.SIZE,
                        "has " + entry.size() + " bytes where its header declares " + bytes
                                + "; copy or download it again");
            }
            if (!entry.stored()
                    && entry.size() > NpyHeader.LONGEST
                    && entry.size() / MOST_RATIO >= entry.compressedSize()) {
                throw bad(entry, Fault.ZIP_RATIO, "claims to unpack to more than deflate can; do not trust it");
            }
            boolean held = !entry.stored() || header.fortran();
            if (held && entry.size() > MOST_PACKED) {
                throw bad(
                        entry,
                        Fault.LIMIT,
                        "has " + entry.size()
                                + " bytes, too many to be held in memory; save it with numpy.savez in C order");
            }
            if (entry.stored()) {
                zip.verify(entry);
            }
            tensors.put(name, Tensor.of(type.get(), header.shape(), new NpyElements(file, zip, entry, header, width)));
        } catch (IllegalArgumentException e) {
            throw bad(entry, Fault.FIELD, e.getMessage() + "; save the arrays again with numpy.savez");
        }
    }

    /** The first bytes of an entry, enough for its header. */
    private byte[] beginning(StrictZip.Entry entry) {
        int size = (int) Math.min(entry.size(), NpyHeader.LONGEST);
        if (entry.stored()) {
            return file.read(entry.offset(), size);
        }
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(
                    file.read(entry.offset(), (int) Math.min(entry.compressedSize(), 2L * NpyHeader.LONGEST)));
            byte[] start = new byte[size];
            int length = 0;
            for (int more = 1; more > 0 && length < size; length += more) {
                more = inflater.inflate(start, length, size - length);
            }
            return Arrays.copyOf(start, length);
        } catch (DataFormatException e) {
            throw bad(entry, Fault.ZIP_CORRUPT, "cannot be unpacked; copy or download it again");
        } finally {
            inflater.end();
        }
    }

    private BadWeightsException bad(StrictZip.Entry entry, Fault fault, String problem) {
        return new BadWeightsException(
                file.path(),
                WeightFormat.NPZ,
                fault,
                new Location.Entry(entry.name(), 0),
                "has an entry " + Printable.brief(entry.name()) + " that " + problem);
    }
}
