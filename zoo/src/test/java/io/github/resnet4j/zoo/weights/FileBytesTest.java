package io.github.resnet4j.zoo.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileBytesTest {
    @TempDir
    Path folder;

    @Test
    void readsAnyPartOfAFileAsOfMemory() throws IOException {
        byte[] content = new byte[300_007]; // several pieces and a bit
        new SplittableRandom(1).nextBytes(content);
        FileBytes file = FileBytes.open(Files.write(folder.resolve("f"), content));
        FileBytes memory = FileBytes.of(Path.of("memory"), content);
        assertThat(file.size()).isEqualTo(memory.size()).isEqualTo(content.length);
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 500; i++) {
            int from = random.nextInt(content.length + 1);
            int length = random.nextInt(content.length - from + 1);
            byte[] expected = Arrays.copyOfRange(content, from, from + length);
            assertThat(file.read(from, length)).isEqualTo(expected);
            assertThat(memory.read(from, length)).isEqualTo(expected);
        }
    }

    @Test
    void fillsTheRestOfABufferAndNoMore() {
        FileBytes file = FileBytes.of(Path.of("memory"), new byte[] {1, 2, 3, 4});
        ByteBuffer direct = ByteBuffer.allocateDirect(5).position(1).limit(4);
        file.copy(1, direct);
        assertThat(direct.position()).isEqualTo(4);
        assertThat(direct.limit(5).position(0)).isEqualTo(ByteBuffer.wrap(new byte[] {0, 2, 3, 4, 0}));
        assertThat(file.buffer(0, 4).getInt()).isEqualTo(0x04030201);
    }

    @Test
    void reachesBeyondFourGigabytes() throws IOException {
        long far = (1L << 32) - 3;
        Path path = folder.resolve("sparse");
        try (RandomAccessFile writer = new RandomAccessFile(path.toFile(), "rw")) {
            writer.seek(far);
            writer.write(new byte[] {1, 2, 3, 4, 5, 6});
        }
        FileBytes file = FileBytes.open(path);
        assertThat(file.size()).isEqualTo(far + 6);
        assertThat(file.read(far - 1, 7)).containsExactly(0, 1, 2, 3, 4, 5, 6);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1, 5, Long.MAX_VALUE, Long.MIN_VALUE})
    void refusesWhatIsNotInTheFileBeforeItTakesMemory(long offset) {
        FileBytes file = FileBytes.of(Path.of("memory"), new byte[4]);
        assertThatThrownBy(() -> file.read(offset, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> file.copy(offset, ByteBuffer.allocate(4)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> file.read(0, Integer.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> file.read(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void namesWhatCannotBeOpened() throws IOException {
        Path missing = folder.resolve("missing");
        assertThat(Hostile.rejected(Fault.UNREADABLE, 0, () -> FileBytes.open(missing)))
                .hasMessage(missing + ": there is no such file");
        assertThat(Hostile.rejected(Fault.UNREADABLE, 0, () -> FileBytes.open(folder)))
                .hasMessage(folder + ": is a folder; name a file in it");
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThat(Hostile.rejected(Fault.EMPTY, 0, () -> FileBytes.open(empty)))
                .hasMessage(empty + ": is empty; copy or download it again");
        Hostile.rejected(Fault.EMPTY, 0, () -> FileBytes.of(empty, new byte[0]));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void doesNotWaitForADevice() {
        assertThat(Hostile.rejected(Fault.UNREADABLE, 0, () -> FileBytes.open(Path.of("/dev/zero"))))
                .hasMessageEndingWith("is not a regular file");
    }

    @Test
    void saysWhenAFileMayNotBeRead() throws IOException {
        Path path = Files.write(folder.resolve("secret"), new byte[1]);
        path.toFile().setReadable(false);
        assumeThat(Files.isReadable(path)).as("this user may read everything").isFalse();
        assertThat(Hostile.rejected(Fault.UNREADABLE, 1, () -> FileBytes.open(path)))
                .hasMessageContaining("permissions");
    }

    @Test
    void saysThatItWasCutWhileItWasRead() throws IOException {
        Path path = Files.write(folder.resolve("f"), new byte[1 << 20]);
        for (int round = 0; round < 100; round++) { // compiled code too
            Files.write(path, new byte[1 << 20]);
            FileBytes file = FileBytes.open(path);
            cut(path, round * 10_000);
            BadWeightsException cut = Hostile.rejected(Fault.CHANGED, 1 << 20, () -> file.read(1, (1 << 20) - 1));
            assertThat(cut.place()).isEqualTo(new Location.At(Math.max(1, round * 10_000)));
            assertThat(cut).hasMessageContaining("was truncated while it was being read");
            Hostile.rejected(Fault.CHANGED, 1 << 20, () -> file.read((1 << 20) - 8, 8));
        }
    }

    @Test
    void noticesWhoeverWritesToItOrReplacesIt() throws IOException {
        Path path = folder.resolve("f");
        assertThat(changed(path, () -> Files.write(path, new byte[] {4, 3, 2, 1})))
                .isEqualTo("was changed");
        assertThat(changed(path, () -> Files.write(path, new byte[5]))).isEqualTo("was changed");
        assertThat(changed(path, () -> cut(path, 1))).isEqualTo("was changed");
        Path other = Files.write(folder.resolve("other"), new byte[] {1, 2, 3, 5});
        Files.setLastModifiedTime(other, FileTime.fromMillis(0));
        assertThat(changed(path, () -> Files.move(other, path, StandardCopyOption.REPLACE_EXISTING)))
                .isEqualTo("was changed");
        assertThat(changed(path, () -> Files.delete(path))).isEqualTo("was removed");
        FileBytes.of(path, new byte[1]).requireUnchanged();
    }

    private interface Meddling {
        void run() throws IOException;
    }

    private static String changed(Path path, Meddling meddling) throws IOException {
        Files.deleteIfExists(path);
        Files.write(path, new byte[] {1, 2, 3, 4});
        Files.setLastModifiedTime(path, FileTime.fromMillis(0)); // else a clock tick could hide the change
        FileBytes file = FileBytes.open(path);
        file.read(0, 4);
        file.requireUnchanged();
        meddling.run();
        BadWeightsException refusal = Hostile.rejected(Fault.CHANGED, 4, () -> {
            file.requireUnchanged();
            return "unchanged";
        });
        assertThat(refusal).hasMessageContaining(" while it was being read; ");
        return refusal.getMessage().replaceAll(".*: (was \\w+) while.*", "$1");
    }

    private static void cut(Path path, long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(length);
        }
    }

    @Test
    void anInterruptedReaderGetsOurExceptionToo() throws Exception {
        FileBytes file = FileBytes.open(Files.write(folder.resolve("f"), new byte[4]));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            Thread.currentThread().interrupt();
            file.read(0, 4);
        });
        reader.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
        reader.start();
        reader.join();
        assertThat(thrown.get()).isInstanceOfSatisfying(BadWeightsException.class, e -> assertThat(e.fault())
                .isEqualTo(Fault.UNREADABLE));
        Hostile.rejected(Fault.UNREADABLE, 4, () -> file.read(0, 4));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void closesFilesThatNothingRefersTo() throws Exception {
        Path path = Files.write(folder.resolve("f"), new byte[4]);
        for (int i = 0; i < 100; i++) {
            FileBytes.open(path).read(0, 1);
        }
        for (int i = 0; i < 200 && openFiles(path) > 0; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(openFiles(path)).isZero();
    }

    private static long openFiles(Path path) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(link -> {
                        try {
                            return Files.readSymbolicLink(link).equals(path.toRealPath());
                        } catch (IOException e) { // closed meanwhile
                            return false;
                        }
                    })
                    .count();
        }
    }
}
