package io.github.resnet4j.datasets.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Generated archives: each is refused or extracted, and nothing is ever written beside its folder. Input {@code i}
 * depends on the seed and {@code i} only: {@code -Dfuzz.seed=1 -Dfuzz.first=4711 -Dfuzz.inputs=1} makes one again;
 * {@code -Dfuzz.long=true} runs a million.
 */
class TarGzFuzzTest {
    private static final TarGz.Limits LIMITS = new TarGz.Limits(5_000, 10);
    private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

    /** Links, devices, folders, sparse files, and what is unknown. */
    private static final String KINDS = "1234567SVxX\0";

    private static final List<String> NAMES = List.of(
            "a",
            "A",
            "set/a",
            "set/",
            "set",
            "./set//b",
            ".",
            "..",
            "../evil",
            "set/../../evil",
            "/evil",
            "a\\b",
            "C:a",
            "nul",
            "a.",
            "\u00e9",
            "e\u0301",
            "a\u0001",
            "n".repeat(120),
            "d/".repeat(200) + "e",
            "");

    private static final List<String> RECORDS = List.of(
            "path=../evil",
            "path=b",
            "size=3",
            "size=-1",
            "size=9999999999999999999",
            "linkpath=/etc",
            "mtime=1.5",
            "GNU.sparse.map=0,1",
            "GNU.sparse.major=1",
            "SCHILY.devmajor=x",
            "uid=-1",
            "=",
            "\0=\0");

    /** In memory where the system offers that: the disk is most of the work. */
    static final class RamDisk implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
            Path ram = Path.of("/dev/shm");
            return Files.isWritable(ram) ? Files.createTempDirectory(ram, "fuzz") : Files.createTempDirectory("fuzz");
        }
    }

    @Test
    @Tag("fuzz")
    void survivesAnything(@TempDir(factory = RamDisk.class) Path outside) throws IOException {
        Path folder = Files.createDirectories(outside.resolve("deep/down"));
        Path archive = folder.resolve("a.tar.gz");
        Path into = folder.resolve("into");
        long seed = Long.getLong("fuzz.seed", 1);
        long first = Long.getLong("fuzz.first", 0);
        long count = Long.getLong("fuzz.inputs", Boolean.getBoolean("fuzz.long") ? 1_000_000 : 20_000);
        long accepted = 0;
        long slowest = 0;
        long began = System.nanoTime();
        for (long i = first; i < first + count; i++) {
            Files.write(archive, input(new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + i)));
            long before = THREAD.getCurrentThreadCpuTime();
            try {
                TarGz.extract(archive, into, LIMITS);
                accepted++;
            } catch (IntegrityException e) {
                if (!e.getMessage().startsWith(archive.toString())
                        || e.getMessage().indexOf('\n') >= 0) {
                    throw new AssertionError("input " + i + " with seed " + seed, e);
                }
            } catch (RuntimeException | Error e) {
                throw new AssertionError("input " + i + " with seed " + seed, e);
            }
            slowest = Math.max(slowest, THREAD.getCurrentThreadCpuTime() - before);
            if (i % 64 == 0) {
                requireNothingBeside(outside, folder, "input " + i);
            }
        }
        requireNothingBeside(outside, folder, "the last input");
        System.out.printf(
                Locale.ROOT,
                "fuzz tar.gz: %,d inputs from %d with seed %d in %d s: %,d accepted; slowest %d ms%n",
                count,
                first,
                seed,
                (System.nanoTime() - began) / 1_000_000_000,
                accepted,
                slowest / 1_000_000);
    }

    private static void requireNothingBeside(Path outside, Path folder, String input) throws IOException {
        try (Stream<Path> around = Files.walk(outside).filter(path -> !path.startsWith(folder.resolve("into")))) {
            assertThat(around.map(path -> outside.relativize(path).toString()))
                    .as("up to %s", input)
                    .containsExactlyInAnyOrder("", "deep", "deep/down", "deep/down/a.tar.gz");
        }
    }

    /** Up to five entries of any kind, some with PAX headers; then damage to the tar, to the gzip, or to neither. */
    private static byte[] input(SplittableRandom random) throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        for (int entries = random.nextInt(6); entries > 0; entries--) {
            if (random.nextInt(4) == 0) {
                byte[] records = records(random);
                entry(tar, random, random.nextInt(5) == 0 ? 'g' : 'x', "pax", records);
            }
            if (random.nextInt(8) == 0) {
                byte[] name = (name(random) + "\0").getBytes(StandardCharsets.UTF_8);
                entry(tar, random, random.nextInt(4) == 0 ? 'K' : 'L', "././@LongLink", name);
            }
            boolean odd = random.nextInt(6) == 0;
            entry(
                    tar,
                    random,
                    odd ? KINDS.charAt(random.nextInt(KINDS.length())) : '0',
                    name(random),
                    new byte[random.nextInt(1200)]);
        }
        tar.writeBytes(new byte[1024]);
        byte[] bytes = random.nextInt(3) == 0 ? damaged(tar.toByteArray(), random) : tar.toByteArray();
        byte[] gzip = TestArchives.gzip(bytes);
        return random.nextInt(4) == 0 ? damaged(gzip, random) : gzip;
    }

    private static String name(SplittableRandom random) {
        return random.nextInt(3) > 0 ? "f" + random.nextInt(50) : NAMES.get(random.nextInt(NAMES.size()));
    }

    private static byte[] records(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            String record = RECORDS.get(random.nextInt(RECORDS.size()));
            int length = record.length() + 3 + (record.length() < 7 ? 0 : 1);
            text.append(random.nextInt(8) == 0 ? random.nextInt() : length)
                    .append(' ')
                    .append(record)
                    .append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void entry(
            ByteArrayOutputStream tar, SplittableRandom random, char kind, String name, byte[] contents) {
        byte[] header = new byte[512];
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, 0, Math.min(bytes.length, 100));
        put(header, 100, "0000644\0");
        put(header, 124, "%011o\0".formatted(contents.length));
        put(header, 136, "00000000000\0");
        header[156] = (byte) kind;
        put(header, 157, random.nextInt(10) == 0 ? "/etc/passwd" : "");
        put(header, 257, random.nextBoolean() ? "ustar\00000" : "ustar  \0");
        for (int lies = random.nextInt(10) - 7; lies > 0; lies--) {
            header[random.nextInt(512)] = (byte) random.nextInt();
        }
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, "%06o\0 ".formatted(sum));
        tar.writeBytes(header);
        tar.writeBytes(contents);
        tar.writeBytes(new byte[-contents.length & 511]);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static byte[] damaged(byte[] bytes, SplittableRandom random) {
        byte[] damaged =
                random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 20)) : bytes.clone();
        for (int i = random.nextInt(4); i > 0 && damaged.length > 0; i--) {
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return damaged;
    }
}
