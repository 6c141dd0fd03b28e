package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.internal.zip.StrictZip;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code torch.save} writes since 1.6: a zip archive with one folder of any name, in it {@code data.pkl}, the object,
 * {@code data/0} and so on, the storages, and {@code byteorder} and {@code version}; nothing is compressed.
 */
final class ZipCheckpoint {
    private static final String PICKLE = "/data.pkl";
    private static final int MAX_BYTEORDER = 16;

    private final FileBytes file;
    private final StrictZip zip;
    private final WeightSet set;
    /** Where storages are, by key. */
    private final Map<String, StrictZip.Entry> storages = new HashMap<>();

    private ZipCheckpoint(FileBytes file, StrictZip zip, WeightSet set) {
        this.file = file;
        this.zip = zip;
        this.set = set;
    }

    static StateDict open(FileBytes file, StrictZip zip, WeightSet set) {
        return new ZipCheckpoint(file, zip, set).read();
    }

    private StateDict read() {
        StrictZip.Entry pickle = pickle();
        String folder = pickle.name().substring(0, pickle.name().length() - PICKLE.length() + 1);
        requireFolder(folder);
        requireLittleEndian(folder);
        zip.verify(pickle);
        PickleBytes bytes = new PickleBytes(
                file,
                WeightFormat.TORCH_ZIP,
                at -> new Location.Entry(pickle.name(), at - pickle.offset()),
                pickle.offset(),
                pickle.offset() + pickle.size());
        PersistentIds ids = PersistentIds.ofZip(bytes, (storage, size) -> {
            StrictZip.Entry entry = zip.find(folder + "data/" + storage.key())
                    .orElseThrow(() -> bytes.bad(
                            Fault.NO_STORAGE,
                            "has no entry data/" + storage.key()
                                    + ", which a tensor needs; copy or download it again"));
            if (entry.size() != size) {
                throw bytes.bad(
                        Fault.STORAGE_SIZE,
                        "has " + entry.size() + " bytes in data/" + storage.key() + ", but declares " + size
                                + "; copy or download it again");
            }
            storages.put(storage.key(), entry);
        });
        Value object = PickleMachine.run(bytes, ids);
        if (!bytes.atEnd()) {
            throw bytes.bad(Fault.PKL_END, "has data after its object; do not trust it");
        }
        return Checkpoint.stateDict(file, WeightFormat.TORCH_ZIP, set, object, this::start);
    }

    /** The checksum is compared here, so that nothing is found wrong when numbers are read. */
    private long start(String key) {
        StrictZip.Entry entry = storages.get(key);
        zip.verify(entry);
        return entry.offset();
    }

    private StrictZip.Entry pickle() {
        List<StrictZip.Entry> pickles = zip.entries().stream()
                .filter(entry -> isInFolder(entry.name(), PICKLE))
                .toList();
        if (zip.entries().stream()
                .anyMatch(entry -> isInFolder(entry.name(), "/constants.pkl")
                        || entry.name().contains("/code/"))) {
            throw bad(
                    Fault.TORCHSCRIPT,
                    "is a TorchScript program, not a state dict: in Python,"
                            + " torch.save(torch.jit.load(FILE).state_dict(), OTHER)");
        }
        if (pickles.isEmpty()) {
            throw bad(Fault.NO_PICKLE, "is a zip archive, but not one written by torch.save: it has no data.pkl");
        }
        if (pickles.size() > 1) {
            throw bad(Fault.AMBIGUOUS, "has " + pickles.size() + " entries named data.pkl; do not trust it");
        }
        return pickles.get(0);
    }

    private static boolean isInFolder(String name, String file) {
        return name.endsWith(file) && name.indexOf('/') == name.length() - file.length();
    }

    private void requireFolder(String folder) {
        for (StrictZip.Entry entry : zip.entries()) {
            if (!entry.name().startsWith(folder)) {
                throw bad(
                        Fault.AMBIGUOUS,
                        "has the entry " + Printable.brief(entry.name()) + " outside " + Printable.brief(folder)
                                + "; unpack it if it is an archive of other files");
            }
            if (!entry.stored()) {
                throw bad(
                        Fault.ZIP_METHOD,
                        "has a compressed entry " + Printable.brief(entry.name())
                                + ", which torch.save never writes; save it again with torch.save");
            }
        }
    }

    private void requireLittleEndian(String folder) {
        zip.find(folder + "byteorder").ifPresent(entry -> {
            String order = entry.size() > MAX_BYTEORDER
                    ? ""
                    : new String(zip.read(entry, MAX_BYTEORDER, 1), StandardCharsets.US_ASCII);
            if (!order.equals("little")) {
                throw bad(
                        Fault.BYTEORDER,
                        order.equals("big")
                                ? "was written on a big-endian machine; save it again on a little-endian one"
                                : "does not state its byte order; copy or download it again");
            }
        });
    }

    private BadWeightsException bad(Fault fault, String problem) {
        return new BadWeightsException(file.path(), WeightFormat.TORCH_ZIP, fault, Location.WHOLE, problem);
    }
}
