package io.github.resnet4j.zoo.internal.zip;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fuzzer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StrictZipFuzzTest {
    private static final byte[] SEED = seed();

    /** 2 to 4 KiB, with everything in it. */
    private static byte[] seed() {
        ZipParts zip = ZipParts.torch("model/data.pkl", "model/data/0", "model/data/1", "model/byteorder");
        byte[] text = "resnet".repeat(300).getBytes(StandardCharsets.UTF_8);
        zip.deflated("model/notes", text);
        zip.add("model/data/2", text);
        zip.add("model/été", new byte[5]).plain().flags = 0x0800;
        zip.parts.get(6).localFlags = 0x0800;
        return zip.bytes();
    }

    @Test
    @Tag("fuzz")
    void survivesAnything() {
        Fuzzer.run("zip", 20_000, 1_000_000, StrictZipFuzzTest::input, StrictZipTest::contents);
    }

    /** One in four is damaged bytes; the others are sound records with zero to four lies among them. */
    private static byte[] input(SplittableRandom random) {
        if (random.nextInt(4) == 0) {
            return Fuzzer.mutated(SEED, random);
        }
        ZipParts zip = new ZipParts();
        int entries = random.nextInt(6);
        for (int i = 0; i < entries; i++) {
            byte[] contents = new byte[random.nextInt(random.nextInt(300) + 1)];
            if (random.nextBoolean()) {
                random.nextBytes(contents);
            }
            String name = random.nextInt(20) == 0 ? "twin" : "archive/data/" + i;
            ZipParts.Part part = random.nextBoolean() ? zip.add(name, contents) : zip.deflated(name, contents);
            switch (random.nextInt(3)) {
                case 0 -> part.plain();
                case 1 -> part.descriptor = 12 + 4 * random.nextInt(4);
                default -> part.localExtra = ZipParts.field(0x4246, new byte[random.nextInt(64)]);
            }
        }
        zip.zip64 = random.nextBoolean();
        for (int lies = random.nextInt(5); lies > 0; lies--) {
            if (zip.parts.isEmpty() || random.nextInt(4) == 0) {
                lie(zip, random);
            } else {
                lie(zip.parts.get(random.nextInt(zip.parts.size())), random);
            }
        }
        byte[] bytes = zip.bytes();
        return bytes.length > 0 && random.nextInt(8) == 0 ? Fuzzer.mutated(bytes, random) : bytes;
    }

    private static void lie(ZipParts zip, SplittableRandom random) {
        switch (random.nextInt(9)) {
            case 0 -> zip.prefix = noise(random);
            case 1 -> zip.suffix = noise(random);
            case 2 -> zip.comment = noise(random);
            case 3 -> zip.beforeDirectory = noise(random);
            case 4 -> zip.behindDirectory = noise(random);
            case 5 -> zip.extraCount = number(random);
            case 6 -> zip.extraOffset = number(random);
            case 7 -> zip.extraSize = number(random);
            default -> zip.extraLocator = number(random);
        }
    }

    private static void lie(ZipParts.Part part, SplittableRandom random) {
        switch (random.nextInt(18)) {
            case 0 -> part.name = noise(random);
            case 1 -> part.localName = noise(random);
            case 2 -> part.size = number(random);
            case 3 -> part.compressedSize = number(random);
            case 4 -> part.crc = number(random);
            case 5 -> part.method = random.nextInt(10);
            case 6 -> part.localMethod = random.nextInt(10);
            case 7 -> part.flags ^= 1 << random.nextInt(16);
            case 8 -> part.localFlags ^= 1 << random.nextInt(16);
            case 9 -> part.extra = extra(random);
            case 10 -> part.localExtra = extra(random);
            case 11 -> part.localSize = number(random);
            case 12 -> part.localCompressedSize = number(random);
            case 13 -> part.localCrc = number(random);
            case 14 -> part.gap = noise(random);
            case 15 -> part.extraOffset = number(random);
            case 16 -> part.written = false;
            default -> part.data = part.data.length == 0 ? part.data : Fuzzer.mutated(part.data, random);
        }
    }

    private static byte[] noise(SplittableRandom random) {
        String[] hostile = {
            "../evil", "/etc/passwd", "a\\b", "a\0b", "twin", "PK\3\4", "PK\5\6", "PK\7\b", "archive/data/0"
        };
        if (random.nextBoolean()) {
            return hostile[random.nextInt(hostile.length)].getBytes(StandardCharsets.UTF_8);
        }
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] extra(SplittableRandom random) {
        byte[] field = ZipParts.field(random.nextBoolean() ? 1 : random.nextInt(1 << 16), noise(random));
        return random.nextInt(4) == 0 ? Arrays.copyOf(field, random.nextInt(field.length + 4)) : field;
    }

    private static long number(SplittableRandom random) {
        long[] interesting = {-1, 0, 1, 2, 0xFFFF, 0x1_0000, Integer.MAX_VALUE, 0xFFFF_FFFFL, 1L << 32, Long.MIN_VALUE};
        return random.nextBoolean()
                ? interesting[random.nextInt(interesting.length)]
                : random.nextLong() >> random.nextInt(64);
    }

    @Test
    void everyFlippedBitAndEveryTruncationIsRefusedOrDoesNothing() {
        Map<String, byte[]> expected = StrictZipTest.contents(SEED);
        assertThat(SEED.length).isBetween(2 << 10, 4 << 10);
        for (int bit = 0; bit < 8 * SEED.length; bit++) {
            byte[] flipped = SEED.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            requireRefusedOrEqual(flipped, expected, "bit " + bit);
        }
        for (int length = 1; length < SEED.length; length++) {
            byte[] cut = Arrays.copyOf(SEED, length);
            assertThat(refused(cut)).as("cut at %d", length).isTrue();
        }
    }

    private static boolean refused(byte[] archive) {
        try {
            StrictZipTest.contents(archive);
            return false;
        } catch (BadWeightsException e) {
            return true;
        }
    }

    private static void requireRefusedOrEqual(byte[] archive, Map<String, byte[]> expected, String what) {
        try {
            assertEqual(StrictZipTest.contents(archive), expected, what);
        } catch (BadWeightsException e) {
            // as it should be
        }
    }

    private static void assertEqual(Map<String, byte[]> contents, Map<String, byte[]> expected, String what) {
        assertThat(contents.keySet()).as(what).isEqualTo(expected.keySet());
        contents.forEach((name, bytes) -> assertThat(bytes).as(what).isEqualTo(expected.get(name)));
    }

    @Test
    void readsBackWhatJavaWrites() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 1000; i++) {
            Map<String, byte[]> contents = new LinkedHashMap<>();
            ByteArrayOutputStream archive = new ByteArrayOutputStream();
            try (ZipOutputStream out = new ZipOutputStream(archive)) {
                out.setLevel(random.nextInt(10));
                for (int e = random.nextInt(8); e >= 0; e--) {
                    byte[] bytes = new byte[random.nextInt(2000)];
                    if (random.nextBoolean()) {
                        random.nextBytes(bytes);
                    }
                    contents.put("folder/" + e + (random.nextBoolean() ? "é" : ""), bytes);
                }
                for (Map.Entry<String, byte[]> entry : contents.entrySet()) {
                    out.putNextEntry(new ZipEntry(entry.getKey()));
                    out.write(entry.getValue());
                }
            }
            assertEqual(StrictZipTest.contents(archive.toByteArray()), contents, "archive " + i);
        }
    }

    /** What passes means the same to another reader. */
    @Test
    void agreesWithJavasReader(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("x.zip");
        int accepted = 0;
        for (int i = 0; i < 10_000; i++) {
            byte[] archive = input(new SplittableRandom(i));
            if (archive.length == 0 || refused(archive)) {
                continue;
            }
            accepted++;
            Map<String, byte[]> contents = new LinkedHashMap<>();
            try (ZipFile zip = new ZipFile(Files.write(file, archive).toFile())) {
                for (ZipEntry entry : zip.stream().toList()) {
                    contents.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
                }
            }
            assertEqual(contents, StrictZipTest.contents(archive), "input " + i);
        }
        assertThat(accepted).isGreaterThan(1000);
    }
}
