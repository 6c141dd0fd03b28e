package io.github.resnet4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static void assertUnwritable(ThrowingCallable write, Path place, String reason) {
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(write)
                .withMessage("%s: cannot be written: %s", place, reason);
    }

    @Test
    void replacesAFile() throws IOException {
        Path file = folder.resolve("a.txt");
        AtomicFile.write(file, "before, and longer");
        AtomicFile.write(file, "Größe");
        assertThat(file).content(StandardCharsets.UTF_8).isEqualTo("Größe");
        byte[] bytes = new byte[(1 << 16) + 3];
        bytes[1 << 16] = 1;
        AtomicFile.write(file, bytes);
        assertThat(file).hasBinaryContent(bytes);
        assertThat(names(folder)).containsExactly("a.txt");
    }

    /** As the writers of zip files and JSON do. */
    @Test
    void contentMayCloseItsStream() throws IOException {
        Path file = folder.resolve("a.txt");
        AtomicFile.write(file, out -> {
            try (out) {
                out.write('x');
            }
        });
        assertThat(file).content().isEqualTo("x");
    }

    @Test
    void aFailureLeavesWhatWasThere() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "before");
        assertUnwritable(
                () -> AtomicFile.write(file, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("No space left on device");
                }),
                file,
                "the disk is full; free some space");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    throw new IllegalArgumentException("no such tensor");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(file).content().isEqualTo("before");
        assertThat(names(folder)).containsExactly("a.txt");
    }

    @Test
    void saysWhichFolderIsMissing() throws IOException {
        Path file = folder.resolve("none/a.txt");
        String missing = "the folder " + folder.resolve("none") + " does not exist; create it first";
        assertUnwritable(() -> AtomicFile.write(file, "x"), file, missing);
        assertUnwritable(() -> AtomicFile.writeFolder(file, part -> {}), file, missing);
        assertThat(names(folder)).isEmpty();
    }

    @Test
    void saysThatAFileIsNoFolder() throws IOException {
        Path plain = Files.writeString(folder.resolve("plain"), "");
        Path file = plain.resolve("a.txt");
        assertUnwritable(() -> AtomicFile.write(file, "x"), file, plain + " is not a folder");
        assertUnwritable(() -> AtomicFile.writeFolder(file, part -> {}), file, plain + " is not a folder");
    }

    @Test
    void neverReplacesAFolderByAFile() throws IOException {
        Path place = Files.createDirectory(folder.resolve("a.zip"));
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> AtomicFile.write(place, "x"))
                .withMessage("%s: is a folder; name a file in it", place);
        assertThat(names(folder)).containsExactly("a.zip");
    }

    @Test
    void saysThatAFolderMayNotBeWritten() throws IOException {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeFalse(Files.isWritable(closed), "the superuser may write everywhere");
        Path file = closed.resolve("a.txt");
        assertUnwritable(
                () -> AtomicFile.write(file, "x"), file, "permission denied; choose a folder you can write to");
    }

    /** The kernel's own, where nobody may write, the superuser neither. */
    @Test
    void namesTheFileWhateverTheSystemSays() {
        Path file = Path.of("/proc/resnet4j.txt");
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no /proc here");
        assertThatExceptionOfType(FileSystemException.class)
                .isThrownBy(() -> AtomicFile.write(file, "x"))
                .withMessageStartingWith("/proc/resnet4j.txt: cannot be written: ")
                .withMessageNotContaining(".part");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void saysThatADiskIsFullOrReadOnly() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()), "only root may mount");
        try {
            Path file = disk.resolve("a.bin");
            AtomicFile.write(file, new byte[8 << 10]);
            assertUnwritable(
                    () -> AtomicFile.write(file, new byte[1 << 20]), file, "the disk is full; free some space");
            Path made = disk.resolve("made");
            assertUnwritable(
                    () -> AtomicFile.writeFolder(made, part -> Files.write(part.resolve("a"), new byte[1 << 20])),
                    made,
                    "the disk is full; free some space");
            assertThat(file).hasSize(8 << 10);
            assertThat(names(disk)).containsExactly("a.bin");
            assertThat(run("mount", "-o", "remount,ro", disk.toString())).isTrue();
            assertUnwritable(() -> AtomicFile.write(file, "x"), file, "read-only file system");
            assertUnwritable(() -> AtomicFile.writeFolder(made, part -> {}), made, "read-only file system");
        } finally {
            run("umount", disk.toString());
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }

    @Test
    void makesAFolder() throws IOException {
        Path made = folder.resolve("made");
        AtomicFile.writeFolder(made, part -> {
            Files.writeString(part.resolve("a"), "x");
            Files.createDirectory(part.resolve("b"));
        });
        assertThat(names(made)).containsExactly("a", "b");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        AtomicFile.writeFolder(empty, part -> Files.writeString(part.resolve("c"), "x"));
        assertThat(names(empty)).containsExactly("c");
        assertUnwritable(() -> AtomicFile.writeFolder(empty, part -> {}), empty, "the folder is not empty");
        assertThat(names(empty)).containsExactly("c");
        assertThat(names(folder)).containsExactly("empty", "made");
    }

    @Test
    void aFolderIsThereWithAllItsFilesOrNotAtAll() throws IOException {
        Path made = folder.resolve("made");
        assertUnwritable(
                () -> AtomicFile.writeFolder(made, part -> {
                    Files.writeString(part.resolve("a"), "x");
                    throw new IOException("No space left on device");
                }),
                made,
                "the disk is full; free some space");
        assertThat(names(folder)).isEmpty();
    }

    @Test
    void deletesTreesButNotWhatLinksLeadTo() throws IOException {
        Path kept = Files.createDirectories(folder.resolve("kept"));
        Files.writeString(kept.resolve("a"), "x");
        Path tree = Files.createDirectories(folder.resolve("tree/below"));
        Files.createSymbolicLink(tree.resolve("link"), kept);
        AtomicFile.deleteTree(folder.resolve("tree"));
        AtomicFile.deleteTree(folder.resolve("absent"));
        assertThat(names(folder)).containsExactly("kept");
        assertThat(names(kept)).containsExactly("a");
    }
}
