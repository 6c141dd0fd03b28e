package io.github.resnet4j.zoo.internal.torch;

import static io.github.resnet4j.zoo.internal.torch.Pickle.call;
import static io.github.resnet4j.zoo.internal.torch.Pickle.dict;
import static io.github.resnet4j.zoo.internal.torch.Pickle.tuple;

import io.github.resnet4j.zoo.internal.torch.Pickle.Call;
import io.github.resnet4j.zoo.internal.torch.Pickle.Name;
import io.github.resnet4j.zoo.internal.torch.Pickle.None;
import io.github.resnet4j.zoo.internal.torch.Pickle.Persistent;
import io.github.resnet4j.zoo.internal.zip.ZipParts;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Files as {@code torch.save} writes them, of which each part can be changed. */
final class Saved {
    static final byte[] MAGIC = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e");

    private Saved() {}

    /** The storage of a key in a zip archive. */
    static Persistent storage(Name type, Object key, Object count) {
        return new Persistent(tuple("storage", type, key, "cpu", count));
    }

    /** The same in a legacy file. */
    static Persistent legacyStorage(Name type, Object key, Object count, Object view) {
        return new Persistent(tuple("storage", type, key, "cpu", count, view));
    }

    /** A tensor of a storage. */
    static Call tensor(Object storage, Object offset, Object sizes, Object strides) {
        return call(Pickle.REBUILD, storage, offset, sizes, strides, false, Pickle.ordered());
    }

    /** The tensor of all {@code count} floats of storage {@code key} of a zip archive. */
    static Call floats(String key, long count) {
        return tensor(storage(Pickle.FLOAT_STORAGE, key, count), 0, tuple(count), tuple(1));
    }

    /** {@code count} floats: 0, 1, 2 and so on. */
    static byte[] counting(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i);
        }
        return bytes.array();
    }

    /** A zip archive around a pickle, with these storages under the keys 0, 1 and so on. */
    static ZipParts zip(byte[] pickle, byte[]... storages) {
        Map<String, byte[]> entries = new TreeMap<>();
        for (int i = 0; i < storages.length; i++) {
            entries.put("data/" + i, storages[i]);
        }
        ZipParts zip = new ZipParts();
        int at = add(zip, "data.pkl", pickle, 0);
        at = add(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII), at);
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            at = add(zip, entry.getKey(), entry.getValue(), at);
        }
        add(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII), at);
        return zip;
    }

    private static int add(ZipParts zip, String name, byte[] contents, int at) {
        ZipParts.Part part = zip.add("archive/" + name, contents);
        int header = 30 + part.name.length + 4;
        int padding = (64 - (at + header) % 64) % 64;
        part.localExtra = ZipParts.field(0x4246, new byte[padding]);
        return at + header + padding + contents.length + part.descriptor;
    }

    /** The entry of this name. */
    static ZipParts.Part part(ZipParts zip, String name) {
        return zip.parts.stream()
                .filter(part -> new String(part.name, StandardCharsets.UTF_8).equals("archive/" + name))
                .findFirst()
                .orElseThrow();
    }

    /** A good small archive: two tensors of two storages. */
    static ZipParts good() {
        return zip(
                Pickle.of(Pickle.ordered("conv1.weight", floats("0", 6), "fc.bias", floats("1", 4))),
                counting(6),
                counting(4));
    }

    /** The parts of a legacy file. */
    static final class Legacy {
        byte[] magic = MAGIC;
        byte[] version = Pickle.of(1001);
        byte[] facts = Pickle.of(dict(
                "protocol_version", 1001, "little_endian", true, "type_sizes", dict("short", 2, "int", 4, "long", 4)));
        byte[] object;
        byte[] keys;
        final List<byte[]> storages = new ArrayList<>();
        byte[] suffix = {};

        /** A storage: how many elements it says it has, and their bytes. */
        Legacy storage(long count, byte[] bytes) {
            ByteBuffer storage = ByteBuffer.allocate(8 + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
            storages.add(storage.putLong(count).put(bytes).array());
            return this;
        }

        byte[] bytes() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(magic);
            out.writeBytes(version);
            out.writeBytes(facts);
            out.writeBytes(object);
            out.writeBytes(keys);
            storages.forEach(out::writeBytes);
            out.writeBytes(suffix);
            return out.toByteArray();
        }
    }

    /** The tensor of all {@code count} floats of storage {@code key} of a legacy file. */
    static Call legacyFloats(String key, long count) {
        return tensor(legacyStorage(Pickle.FLOAT_STORAGE, key, count, None.NONE), 0, tuple(count), tuple(1));
    }

    /** A good small legacy file: two tensors of two storages, the second of which comes first. */
    static Legacy goodLegacy() {
        Legacy legacy = new Legacy();
        legacy.object = Pickle.of(Pickle.ordered(
                "conv1.weight", legacyFloats("94020255495056", 6), "fc.bias", legacyFloats("9402024", 4)));
        legacy.keys = Pickle.of(List.of("9402024", "94020255495056"));
        return legacy.storage(4, counting(4)).storage(6, counting(6));
    }

    static FileBytes file(byte[] bytes) {
        return FileBytes.of(Path.of("x.pth"), bytes);
    }

    /** Opens a file and reads all of its tensors. */
    static StateDict read(byte[] bytes) {
        StateDict dict = TorchFile.open(file(bytes), WeightSet.TRAINED);
        for (Tensor tensor : dict.tensors().values()) {
            tensor.floats();
        }
        return dict;
    }
}
