package io.github.resnet4j.finetune.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.finetune.CheckpointException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can happen to a machine while it saves. */
class CheckpointFaultsTest {
    private static final int SIZE = 64;

    /** At the length that the bars of reliability ask for: with {@code -Dfaults.full=true}. */
    private static final boolean FULL = Boolean.getBoolean("faults.full");

    @TempDir
    private Path folder;

    private static Optional<Snapshot> newest(Path folder, Disk disk) {
        return new Checkpoints(folder, 2, disk).newestValid(warning -> {});
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** The real disk, until an operation is one too many or there are too many bytes. */
    private static final class FailingDisk implements Disk {
        private long operations = Long.MAX_VALUE;
        private long bytes = Long.MAX_VALUE;
        private boolean deletes = true;
        private String damages = "";
        private long used;

        private void operation() throws IOException {
            if (--operations < 0) {
                throw new IOException("Input/output error");
            }
        }

        @Override
        public void createFolder(Path path) throws IOException {
            operation();
            REAL.createFolder(path);
        }

        @Override
        public void append(Path file, ByteBuffer content) throws IOException {
            operation();
            if (file.getFileName().toString().equals(damages)) {
                byte[] damaged = new byte[content.remaining()];
                content.get(damaged);
                damaged[damaged.length / 2] ^= 4;
                REAL.append(file, ByteBuffer.wrap(damaged));
                return;
            }
            long room = bytes - used;
            used += content.remaining();
            if (content.remaining() > room) {
                REAL.append(file, content.slice(content.position(), (int) Math.max(0, room)));
                throw new IOException("No space left on device");
            }
            REAL.append(file, content);
        }

        @Override
        public void force(Path path) throws IOException {
            operation();
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            operation();
            REAL.move(from, to);
        }

        @Override
        public void delete(Path path) throws IOException {
            if (!deletes) {
                throw new IOException("Input/output error");
            }
            REAL.delete(path);
        }
    }

    @Test
    void staysWholeWhenTheDiskFillsUpAnywhere() throws IOException {
        FailingDisk disk = new FailingDisk();
        Checkpoints checkpoints = new Checkpoints(folder, 2, disk);
        checkpoints.save(CheckpointsTest.snapshot(1, SIZE));
        long size = disk.used;
        assertThat(size).isGreaterThan(8 * SIZE);
        for (int tenth = 0; tenth < 10; tenth++) {
            disk.used = 0;
            disk.bytes = size * tenth / 10;

            assertThatThrownBy(() -> checkpoints.save(CheckpointsTest.snapshot(2, SIZE)))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("the disk is full; free some space")
                    .hasMessageContaining("earlier checkpoints are intact")
                    .hasCauseInstanceOf(IOException.class);

            assertThat(names(folder)).containsExactly("ckpt-000000001");
            assertThat(newest(folder, disk)).contains(CheckpointsTest.snapshot(1, SIZE));
        }
        disk.bytes = Long.MAX_VALUE;
        checkpoints.save(CheckpointsTest.snapshot(2, SIZE));
        assertThat(newest(folder, disk)).contains(CheckpointsTest.snapshot(2, SIZE));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void staysWholeWhenAnyOperationFails(boolean deletes) throws IOException {
        FailingDisk counting = new FailingDisk();
        counting.operations = 1000;
        Checkpoints whole = new Checkpoints(folder.resolve("whole"), 1, counting);
        whole.save(CheckpointsTest.snapshot(1, SIZE));
        long before = counting.operations;
        whole.save(CheckpointsTest.snapshot(2, SIZE));
        long operations = before - counting.operations;
        assertThat(operations).isGreaterThan(8);

        for (int fail = 0; fail < operations; fail++) {
            Path here = folder.resolve("fail" + fail);
            FailingDisk disk = new FailingDisk();
            Checkpoints checkpoints = new Checkpoints(here, 1, disk);
            checkpoints.save(CheckpointsTest.snapshot(1, SIZE));
            disk.operations = fail;
            disk.deletes = deletes;
            try {
                checkpoints.save(CheckpointsTest.snapshot(2, SIZE));
                // Only the removal of the old one failed.
                assertThat(newest(here, Disk.REAL)).contains(CheckpointsTest.snapshot(2, SIZE));
            } catch (CheckpointException e) {
                assertThat(newest(here, Disk.REAL).orElseThrow().position().iteration())
                        .isBetween(1L, 2L);
            }
            assertThat(names(here)).allMatch(name -> name.startsWith("ckpt-"));

            new Checkpoints(here, 1, Disk.REAL).save(CheckpointsTest.snapshot(3, SIZE));
            assertThat(names(here)).containsExactly("ckpt-000000003");
        }
    }

    /** It is read back before an older one goes. */
    @ParameterizedTest
    @ValueSource(strings = {"parameters.f32", "velocity.f32", "manifest.json"})
    void staysWholeWhenTheDiskStoresOtherBytes(String file) throws IOException {
        FailingDisk disk = new FailingDisk();
        Checkpoints checkpoints = new Checkpoints(folder, 1, disk);
        checkpoints.save(CheckpointsTest.snapshot(1, SIZE));
        disk.damages = file;

        assertThatThrownBy(() -> checkpoints.save(CheckpointsTest.snapshot(2, SIZE)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("iteration 2 was not saved, earlier checkpoints are intact")
                .hasStackTraceContaining("(checksum)");
        assertThat(names(folder)).containsExactly("ckpt-000000001");
    }

    @Test
    void savesOverTheRemainsOfASaveThatFailed() throws IOException {
        FailingDisk disk = new FailingDisk();
        Checkpoints checkpoints = new Checkpoints(folder, 1, disk);
        disk.bytes = SIZE;
        disk.deletes = false;
        assertThatThrownBy(() -> checkpoints.save(CheckpointsTest.snapshot(1, SIZE)))
                .isInstanceOf(CheckpointException.class);
        assertThat(names(folder)).containsExactly("tmp-ckpt-000000001");
        disk.bytes = Long.MAX_VALUE;
        disk.deletes = true;

        checkpoints.save(CheckpointsTest.snapshot(1, SIZE));
        assertThat(names(folder)).containsExactly("ckpt-000000001");
        assertThat(newest(folder, disk)).contains(CheckpointsTest.snapshot(1, SIZE));
    }

    /** Contents are forced before the name that makes them count, and that name before an older one goes. */
    @Test
    void forcesContentsThenNames() {
        List<String> operations = new ArrayList<>();
        RecordingDisk disk = new RecordingDisk() {
            private void note(String operation, Path path) {
                operations.add(operation + " " + folder.relativize(path));
            }

            @Override
            public void createFolder(Path path) throws IOException {
                note("create", path);
                super.createFolder(path);
            }

            @Override
            public void append(Path file, ByteBuffer bytes) throws IOException {
                note("append", file);
                super.append(file, bytes);
            }

            @Override
            public void force(Path path) {
                note("force", path);
                super.force(path);
            }

            @Override
            public void move(Path from, Path to) throws IOException {
                note("move", from);
                super.move(from, to);
            }

            @Override
            public void delete(Path path) throws IOException {
                note("delete", path);
                super.delete(path);
            }
        };
        Checkpoints checkpoints = new Checkpoints(folder, 1, disk);
        checkpoints.save(CheckpointsTest.snapshot(1, SIZE));
        operations.clear();
        checkpoints.save(CheckpointsTest.snapshot(2, SIZE));

        String written = "tmp-ckpt-000000002";
        assertThat(operations)
                .startsWith(
                        "create " + written,
                        "append " + written + "/parameters.f32",
                        "force " + written + "/parameters.f32",
                        "append " + written + "/velocity.f32",
                        "force " + written + "/velocity.f32",
                        "append " + written + "/manifest.json",
                        "force " + written + "/manifest.json",
                        "force " + written,
                        "move " + written,
                        "force ",
                        "move ckpt-000000001")
                .endsWith("delete tmp-ckpt-000000001")
                .hasSize(15);
    }

    /** A folder whose name is lost takes its checkpoints with it. */
    @Test
    void forcesTheNamesOfTheFoldersThatItCreates() {
        List<Path> forced = new ArrayList<>();
        RecordingDisk disk = new RecordingDisk() {
            @Override
            public void force(Path path) {
                forced.add(path);
            }
        };
        Path run = folder.resolve("runs").resolve("new");
        Path checkpoints = run.resolve("checkpoints");

        new Checkpoints(checkpoints, 2, disk);
        assertThat(checkpoints).isDirectory();
        assertThat(forced).contains(folder, run.getParent(), run);

        forced.clear();
        new Checkpoints(checkpoints, 2, disk); // the process that created it may have ended before it forced the name
        assertThat(forced).containsExactly(run);
    }

    @Test
    void reportsAFolderThatVanished() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder.resolve("checkpoints"), 2);
        Files.delete(folder.resolve("checkpoints"));

        assertThatThrownBy(() -> checkpoints.save(CheckpointsTest.snapshot(1, SIZE)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith("checkpoints: no such file or folder");
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> new Checkpoints(file, 2)).isInstanceOf(CheckpointException.class);
    }

    @Test
    void survivesARealFullAndAReadOnlyDisk() throws Exception {
        Path mount = Files.createDirectory(folder.resolve("small"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount.toString()),
                "mounting needs root on Linux");
        try {
            Checkpoints checkpoints = new Checkpoints(mount, 2);
            checkpoints.save(CheckpointsTest.snapshot(1, 50_000));
            assertThatThrownBy(() -> checkpoints.save(CheckpointsTest.snapshot(2, 100_000)))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("the disk is full; free some space");
            assertThat(names(mount)).containsExactly("ckpt-000000001");
            checkpoints.save(CheckpointsTest.snapshot(2, 50_000));

            assertThat(run("mount", "-o", "remount,ro", mount.toString())).isTrue();
            assertThatThrownBy(() -> checkpoints.save(CheckpointsTest.snapshot(3, SIZE)))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("read-only file system");
            assertThat(checkpoints.newestValid(warning -> {})).contains(CheckpointsTest.snapshot(2, 50_000));
        } finally {
            run("umount", mount.toString());
        }
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    @Tag("slow")
    void survivesBeingKilledAtAnyMoment() throws Exception {
        long reported = 0;
        Random random = new Random(11);
        for (int kill = 0; kill < 10; kill++) {
            Process process = ChildProcess.start(Saver.class, folder);
            try (BufferedReader output = process.inputReader()) {
                for (int line = 0; line < 2; line++) {
                    reported = Long.parseLong(output.readLine());
                }
                Thread.sleep(random.nextInt(40));
                process.toHandle().destroyForcibly(); // unlike Process's, this leaves the output open
                process.waitFor();
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    reported = Math.max(reported, line.isEmpty() ? 0 : Long.parseLong(line));
                }
            }
            assertThat(names(folder).stream().filter(name -> name.startsWith("tmp-")))
                    .hasSizeLessThanOrEqualTo(1);
            List<String> warnings = new ArrayList<>();
            Snapshot newest =
                    new Checkpoints(folder, 2).newestValid(warnings::add).orElseThrow();
            assertThat(warnings).isEmpty();
            assertThat(newest.position().iteration()).isBetween(reported, reported + 1);
            assertThat(newest)
                    .isEqualTo(CheckpointsTest.snapshot(newest.position().iteration(), Saver.SIZE));
            assertThat(names(folder)).allMatch(name -> name.startsWith("ckpt-"));
        }
        assertThat(reported).isGreaterThanOrEqualTo(20);
    }

    /** A process that resumes, saves as fast as it can, says which iterations are safe, and ends with its reader. */
    static final class Saver {
        static final int SIZE = 100_000;

        private Saver() {}

        public static void main(String[] arguments) {
            Checkpoints checkpoints = new Checkpoints(Path.of(arguments[0]), 2);
            long iteration = checkpoints
                    .newestValid(warning -> {})
                    .map(snapshot -> snapshot.position().iteration())
                    .orElse(0L);
            while (!System.out.checkError()) {
                checkpoints.save(CheckpointsTest.snapshot(++iteration, SIZE));
                System.out.println(iteration);
            }
        }
    }

    /**
     * Loss of power: after any number of operations, and of those not forced to disk any subset lost, a whole checkpoint
     * is found, and never an older one than the last whose save returned.
     */
    @Test
    @Tag("slow")
    void survivesLossOfPower() throws IOException {
        RecordingDisk disk = new RecordingDisk();
        Path live = folder.resolve("live");
        Checkpoints checkpoints = new Checkpoints(live, 2, disk);
        List<Integer> returned = new ArrayList<>();
        for (int iteration = 1; iteration <= 4; iteration++) {
            checkpoints.save(CheckpointsTest.snapshot(iteration, SIZE));
            returned.add(disk.operations.size());
        }
        Random random = new Random(17);
        int states = 0;
        int fallbacks = 0;
        for (int done = returned.get(0); done <= disk.operations.size(); done++) {
            int safe = 0;
            while (safe < returned.size() && returned.get(safe) <= done) {
                safe++;
            }
            for (int trial = 0; trial < (FULL ? 200 : 20); trial++) {
                Path state = folder.resolve("state" + states++);
                disk.materialise(live, done, random, state);
                Snapshot found = newest(state, new RecordingDisk()).orElseThrow();
                long iteration = found.position().iteration();
                assertThat(iteration).isBetween((long) safe, safe + 1L);
                assertThat(found).isEqualTo(CheckpointsTest.snapshot(iteration, SIZE));
                fallbacks += iteration == safe ? 1 : 0;
            }
        }
        assertThat(states).isGreaterThanOrEqualTo(1000);
        System.out.println("trials: " + states);
        assertThat(fallbacks).isBetween(states / 4, states - 1);
    }

    /** A disk in memory of files and folders without names, of which it remembers what was done when. */
    private static class RecordingDisk implements Disk {
        /** A file or folder, whatever its name. */
        private static final class Inode {
            private final boolean folder;

            Inode(boolean folder) {
                this.folder = folder;
            }
        }

        /** A change of one inode; forcing that inode makes it last. */
        private record Operation(Inode changed, String removed, String added, Inode what, byte[] bytes) {}

        private final Map<Path, Inode> now = new LinkedHashMap<>();
        private final List<Operation> operations = new ArrayList<>();

        private Inode folder(Path path) {
            return now.computeIfAbsent(path, any -> new Inode(true));
        }

        @Override
        public void createFolder(Path path) throws IOException {
            REAL.createFolder(path);
            Inode parent = folder(path.getParent());
            if (now.containsKey(path)) {
                throw new FileAlreadyExistsException(path.toString());
            }
            operations.add(new Operation(parent, null, path.getFileName().toString(), folder(path), null));
        }

        @Override
        public void append(Path file, ByteBuffer bytes) throws IOException {
            byte[] content = new byte[bytes.remaining()];
            bytes.duplicate().get(content);
            REAL.append(file, bytes);
            Inode inode = now.get(file);
            if (inode == null) {
                inode = new Inode(false);
                now.put(file, inode);
                operations.add(new Operation(
                        folder(file.getParent()), null, file.getFileName().toString(), inode, null));
            }
            operations.add(new Operation(inode, null, null, null, content));
        }

        @Override
        public void force(Path path) {
            // Nothing that this test writes has to survive a real loss of power.
            operations.add(new Operation(folder(path), null, null, null, null));
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            REAL.move(from, to);
            List<Path> below =
                    now.keySet().stream().filter(path -> path.startsWith(from)).toList();
            Inode moved = now.get(from);
            for (Path path : below) {
                now.put(to.resolve(from.relativize(path)), now.remove(path));
            }
            operations.add(new Operation(
                    folder(from.getParent()),
                    from.getFileName().toString(),
                    to.getFileName().toString(),
                    moved,
                    null));
        }

        @Override
        public void delete(Path path) throws IOException {
            REAL.delete(path);
            now.remove(path);
            operations.add(
                    new Operation(folder(path.getParent()), path.getFileName().toString(), null, null, null));
        }

        /** Writes what a machine may find that lost power after {@code done} operations. */
        void materialise(Path root, int done, Random random, Path to) throws IOException {
            Map<Inode, Map<String, Inode>> names = new IdentityHashMap<>();
            Map<Inode, byte[]> contents = new IdentityHashMap<>();
            double loss = random.nextInt(5) / 4.0;
            for (int i = 0; i < done; i++) {
                Operation operation = operations.get(i);
                boolean lasts = operations.subList(i + 1, done).stream()
                        .anyMatch(later -> later.changed() == operation.changed()
                                && later.added() == null
                                && later.removed() == null
                                && later.bytes() == null);
                boolean lost = !lasts && random.nextDouble() < loss;
                if (operation.bytes() != null) {
                    byte[] bytes = operation.bytes();
                    // Of content that is lost, the length may have survived, or a part.
                    contents.merge(
                            operation.changed(),
                            !lost
                                    ? bytes
                                    : random.nextBoolean()
                                            ? new byte[bytes.length]
                                            : Arrays.copyOf(bytes, bytes.length / 2),
                            RecordingDisk::join);
                } else if (!lost) {
                    Map<String, Inode> folder =
                            names.computeIfAbsent(operation.changed(), any -> new LinkedHashMap<>());
                    if (operation.removed() != null) {
                        folder.remove(operation.removed());
                    }
                    if (operation.added() != null) {
                        folder.put(operation.added(), operation.what());
                    }
                }
            }
            write(now.get(root), names, contents, to);
        }

        private static byte[] join(byte[] first, byte[] second) {
            byte[] both = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            return both;
        }

        private static void write(
                Inode folder, Map<Inode, Map<String, Inode>> names, Map<Inode, byte[]> contents, Path to)
                throws IOException {
            Files.createDirectory(to);
            for (Map.Entry<String, Inode> entry :
                    names.getOrDefault(folder, Map.of()).entrySet()) {
                Path path = to.resolve(entry.getKey());
                if (!entry.getValue().folder) {
                    Files.write(path, contents.getOrDefault(entry.getValue(), new byte[0]));
                } else {
                    write(entry.getValue(), names, contents, path);
                }
            }
        }
    }

    @Test
    void closesWhatItOpens() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        Assumptions.assumeTrue(Files.isDirectory(descriptors), "counting open files needs /proc");
        Checkpoints checkpoints = new Checkpoints(folder, 2);
        checkpoints.save(CheckpointsTest.snapshot(1, SIZE));
        int before = names(descriptors).size();
        for (int iteration = 2; iteration < 30; iteration++) {
            checkpoints.save(CheckpointsTest.snapshot(iteration, SIZE));
            assertThatCode(() -> checkpoints.newestValid(warning -> {})).doesNotThrowAnyException();
        }
        assertThat(names(descriptors).size()).isLessThan(before + 10);
    }
}
