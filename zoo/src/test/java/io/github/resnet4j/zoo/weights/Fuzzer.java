package io.github.resnet4j.zoo.weights;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Feeds a reader with generated files. Input {@code i} depends on the seed and {@code i} only, so that any one can be made
 * again: {@code -Dfuzz.seed=1 -Dfuzz.first=4711 -Dfuzz.inputs=1}. Without properties every build runs the short number
 * of inputs; {@code -Dfuzz.long=true} (the profile {@code fuzz}) runs the long one.
 */
public final class Fuzzer {
    /** An input that takes more CPU time is worth a look: it is kept and named, and the test goes on. */
    private static final Duration SLOW = Duration.ofSeconds(1);

    /** More allocated for one input than this is memory that the file has asked for, or work without end. */
    private static final long MEMORY = 256L << 20;

    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Makes inputs: valid ones, damaged ones, and ones put together from the format's parts. */
    @FunctionalInterface
    public interface Inputs {
        byte[] next(SplittableRandom random);
    }

    /** Reads an input to the end; throws {@link BadWeightsException} and nothing else if it cannot be used. */
    @FunctionalInterface
    public interface Reader {
        void read(byte[] input);
    }

    private Fuzzer() {}

    /**
     * Runs, prints one line of figures, and fails at the first input that ends in another exception or allocates more than
     * 256 MiB; the input is then in {@code target/fuzz}, and so are those that took long.
     *
     * @param target what is read, for the line
     * @param shortRun inputs in every build
     * @param longRun inputs on demand
     */
    public static void run(String target, long shortRun, long longRun, Inputs inputs, Reader reader) {
        long seed = Long.getLong("fuzz.seed", 1);
        long first = Long.getLong("fuzz.first", 0);
        long count = Long.getLong("fuzz.inputs", Boolean.getBoolean("fuzz.long") ? longRun : shortRun);
        Map<Fault, Long> refused = new TreeMap<>();
        long accepted = 0;
        long slowest = 0;
        long largest = 0;
        long thread = Thread.currentThread().getId();
        long began = System.nanoTime();
        for (long i = first; i < first + count; i++) {
            byte[] input = inputs.next(new SplittableRandom(seed * 0x9E37_79B9_7F4A_7C15L + i));
            long memoryBefore = THREAD.getThreadAllocatedBytes(thread);
            long before = THREAD.getCurrentThreadCpuTime();
            try {
                reader.read(input);
                accepted++;
            } catch (BadWeightsException e) {
                refused.merge(e.fault(), 1L, Long::sum);
            } catch (RuntimeException | Error e) {
                throw new AssertionError(kept(target, seed, i, input) + ": " + e, e);
            }
            long time = THREAD.getCurrentThreadCpuTime() - before;
            slowest = Math.max(slowest, time);
            if (time > SLOW.toNanos()) {
                System.out.println("slow: " + kept(target, seed, i, input) + ": took " + time / 1_000_000 + " ms");
            }
            long memory = THREAD.getThreadAllocatedBytes(thread) - memoryBefore;
            largest = Math.max(largest, memory);
            if (memory > MEMORY) {
                throw new AssertionError(kept(target, seed, i, input) + ": allocated " + (memory >> 20) + " MiB");
            }
        }
        System.out.printf(
                Locale.ROOT,
                "fuzz %s: %,d inputs from %d with seed %d in %d s: %,d accepted, refused %s; slowest %d ms, largest %d MiB%n",
                target,
                count,
                first,
                seed,
                (System.nanoTime() - began) / 1_000_000_000,
                accepted,
                refused,
                slowest / 1_000_000,
                largest >> 20);
    }

    /** Damages {@code seed} in one to eight places: flips, overwrites, cuts, doublings, interesting integers. */
    public static byte[] mutated(byte[] seed, SplittableRandom random) {
        byte[] bytes = seed.clone();
        int damages = 1 + random.nextInt(random.nextInt(8) + 1);
        for (int d = 0; d < damages && bytes.length > 0; d++) {
            int at = random.nextInt(bytes.length);
            int length = Math.min(bytes.length - at, 1 << random.nextInt(6));
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> bytes = spliced(bytes, at, length, new byte[0]);
                case 3 -> bytes = spliced(bytes, at, 0, slice(bytes, at, length));
                case 4 -> putInteger(bytes, at, random);
                default -> bytes = random.nextInt(8) == 0 ? slice(bytes, 0, at) : bytes;
            }
        }
        return bytes;
    }

    /** {@code bytes} with {@code length} bytes at {@code at} replaced. */
    public static byte[] spliced(byte[] bytes, int at, int length, byte[] replacement) {
        byte[] result = new byte[bytes.length - length + replacement.length];
        System.arraycopy(bytes, 0, result, 0, at);
        System.arraycopy(replacement, 0, result, at, replacement.length);
        System.arraycopy(bytes, at + length, result, at + replacement.length, bytes.length - at - length);
        return result;
    }

    private static byte[] slice(byte[] bytes, int at, int length) {
        byte[] part = new byte[length];
        System.arraycopy(bytes, at, part, 0, length);
        return part;
    }

    private static void putInteger(byte[] bytes, int at, SplittableRandom random) {
        long[] interesting = {
            0,
            1,
            -1,
            0x7F,
            0xFF,
            0x7FFF,
            0xFFFF,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            1L << 32,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            1L << 40,
            bytes.length,
            bytes.length - at
        };
        long value = interesting[random.nextInt(interesting.length)];
        int width = 1 << random.nextInt(4);
        for (int b = 0; b < width && at + b < bytes.length; b++) {
            bytes[at + b] = (byte) (value >> 8 * b);
        }
    }

    private static String kept(String target, long seed, long index, byte[] input) {
        Path file = Path.of("target", "fuzz", target + "-" + seed + "-" + index);
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target + ", input " + index + " with seed " + seed + ", in " + file;
    }
}
