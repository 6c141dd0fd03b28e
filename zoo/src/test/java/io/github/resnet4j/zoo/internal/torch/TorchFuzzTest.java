package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.zoo.internal.torch.Saved.Legacy;
import io.github.resnet4j.zoo.internal.zip.ZipParts;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Fuzzer;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Generated checkpoints, of which hardly any is sound. */
@Tag("fuzz")
class TorchFuzzTest {
    private static final int SHORT = 20_000;

    private static List<byte[]> golden(String extension) throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (String name : List.of("types", "views", "training", "averaged", "model")) {
            seeds.add(Files.readAllBytes(Path.of("src/test/resources/golden/torch", name + extension)));
        }
        return seeds;
    }

    @Test
    void pickle() {
        Fuzzer.run(
                "pickle",
                SHORT,
                10_000_000,
                random -> new RandomPickle(random, false).bytes(),
                TorchFuzzTest::readPickle);
    }

    /** The machine alone: in a file that is the pickle and then the storages, without an archive around them. */
    private static void readPickle(byte[] pickle) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(pickle);
        Map<String, Integer> starts = new HashMap<>();
        for (int i = 0; i < RandomPickle.STORAGES.length; i++) {
            starts.put(Integer.toString(i), out.size());
            out.writeBytes(RandomPickle.STORAGES[i]);
        }
        FileBytes file = Saved.file(out.toByteArray());
        PickleBytes bytes = new PickleBytes(file, WeightFormat.TORCH_ZIP, Location.At::new, 0, pickle.length);
        PersistentIds ids = PersistentIds.ofZip(bytes, (storage, size) -> {
            if (!starts.containsKey(storage.key())
                    || size != RandomPickle.STORAGES[Integer.parseInt(storage.key())].length) {
                throw bytes.bad(Fault.STORAGE_SIZE, "has another storage");
            }
        });
        Value value = PickleMachine.run(bytes, ids);
        Checkpoint.stateDict(file, WeightFormat.TORCH_ZIP, WeightSet.TRAINED, value, starts::get)
                .tensors()
                .values()
                .forEach(Tensor::floats);
    }

    @Test
    void zip() throws IOException {
        List<byte[]> seeds = golden(".pth");
        seeds.add(Saved.good().bytes());
        Fuzzer.run(
                "pth-zip",
                SHORT,
                1_000_000,
                random -> {
                    if (random.nextBoolean()) {
                        return Fuzzer.mutated(seeds.get(random.nextInt(seeds.size())), random);
                    }
                    ZipParts zip = random.nextBoolean()
                            ? Saved.good()
                            : Saved.zip(new RandomPickle(random, false).bytes(), RandomPickle.STORAGES);
                    damage(zip, random);
                    return zip.bytes();
                },
                Saved::read);
    }

    /** Records that lie, which would take a mutator long to find, with sums that are right. */
    private static void damage(ZipParts zip, SplittableRandom random) {
        ZipParts.Part part = zip.parts.get(random.nextInt(zip.parts.size()));
        ZipParts.Part other = zip.parts.get(random.nextInt(zip.parts.size()));
        switch (random.nextInt(12)) {
            case 0 -> zip.parts.remove(part);
            case 1 -> {
                part.name = other.name;
                part.localName = other.name;
            }
            case 2 -> part.name = other.name;
            case 3 -> part.extraOffset = random.nextInt(-100, 100);
            case 4 -> part.data = other.data;
            case 5 -> {
                zip.parts.remove(part);
                zip.add(new String(part.name, StandardCharsets.UTF_8), Fuzzer.mutated(part.data, random));
            }
            case 6 -> zip.deflated("archive/data/7", new byte[random.nextInt(1000)]);
            case 7 -> part.flags ^= 1 << random.nextInt(16);
            case 8 -> part.descriptor = random.nextInt(5) == 0 ? 0 : 12 + 4 * random.nextInt(4);
            case 9 -> part.size += random.nextInt(-2, 3);
            case 10 ->
                zip.add(
                        "archive/"
                                + List.of("data/7", "byteorder", "constants.pkl", "x/data.pkl")
                                        .get(random.nextInt(4)),
                        new byte[random.nextInt(9)]);
            default -> zip.extraCount = random.nextInt(-1, 2);
        }
    }

    @Test
    void legacy() throws IOException {
        List<byte[]> seeds = golden(".th");
        seeds.add(Saved.goodLegacy().bytes());
        Fuzzer.run(
                "torch-legacy",
                SHORT,
                1_000_000,
                random -> {
                    if (random.nextInt(3) == 0) {
                        return Fuzzer.mutated(seeds.get(random.nextInt(seeds.size())), random);
                    }
                    Legacy legacy = Saved.goodLegacy();
                    RandomPickle object = new RandomPickle(random, true);
                    legacy.object = object.bytes();
                    legacy.keys = Pickle.of(List.copyOf(object.mentioned().keySet()));
                    legacy.storages.clear();
                    object.mentioned()
                            .forEach((key, count) ->
                                    legacy.storage(count, RandomPickle.STORAGES[Integer.parseInt(key)]));
                    switch (random.nextInt(12)) {
                        case 0 -> legacy.facts = new RandomPickle(random, true).bytes();
                        case 1 -> legacy.keys = new RandomPickle(random, true).bytes();
                        case 2 -> legacy.version = new RandomPickle(random, true).bytes();
                        case 3 -> legacy.storage(1, new byte[random.nextInt(5)]);
                        case 4 -> legacy.keys = Pickle.of(List.of("0", "1"));
                        case 5 -> legacy.suffix = new byte[random.nextInt(3)];
                        default -> {}
                    }
                    return legacy.bytes();
                },
                Saved::read);
    }
}
