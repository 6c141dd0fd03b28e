package io.github.resnet4j.spark.train;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.spark.Cluster;
import io.github.resnet4j.spark.internal.inference.Paths;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;

/**
 * A copy of a run's folder in any file system of Hadoop's, from which another machine resumes the run. Files and checkpoints
 * become visible there by a rename, when they are whole; a checkpoint tells by its checksums whether it is, also where a rename
 * is no single act, as on S3.
 */
public final class RunCopy {
    private static final String CHECKPOINTS = "checkpoints";
    private static final String TEMPORARY = ".copying-";

    private final org.apache.hadoop.fs.Path root;
    private final FileSystem files;
    private boolean replaces;

    private RunCopy(org.apache.hadoop.fs.Path root, FileSystem files) {
        this.root = root;
        this.files = files;
    }

    /**
     * The copy of a run in a folder.
     *
     * @param folder such as {@code hdfs://host/runs} or {@code s3a://bucket/runs}; the run's own is in it
     * @param run name of the run
     * @param cluster knows the file systems
     * @throws UsageException if there is no such file system
     */
    public static RunCopy in(String folder, String run, Cluster cluster) {
        try {
            org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(folder + "/" + run);
            return new RunCopy(root, Paths.fileSystem(root, cluster.context().hadoopConfiguration()));
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException("--copy-to " + folder + ": " + e.getMessage());
        }
    }

    /** Where it is. */
    @Override
    public String toString() {
        return root.toString();
    }

    /**
     * Checks that a new run can be copied here. The copy of an earlier one goes with the first checkpoint of the new: theirs have
     * the same names.
     *
     * @param overwrite whether the copy of an earlier run may be replaced
     * @throws UsageException if there is one, and it may not
     * @throws IOException if nothing can be written
     */
    public void begin(boolean overwrite) throws IOException {
        if (!checkpoints().isEmpty()) {
            if (!overwrite) {
                throw new UsageException(
                        root + ": holds the copy of an earlier run: go on with it (--resume), replace it"
                                + " (--overwrite), or choose another folder (--copy-to) or name (--set name=NAME)");
            }
            replaces = true;
        }
        makeFolder();
    }

    private void makeFolder() throws IOException {
        if (!files.mkdirs(root)) {
            throw new FileSystemException(
                    root.toString(), null, "cannot be made: permission denied, or a file is in its way");
        }
    }

    /** The names of the checkpoints that are there, the oldest first. */
    private List<String> checkpoints() throws IOException {
        org.apache.hadoop.fs.Path there = new org.apache.hadoop.fs.Path(root, CHECKPOINTS);
        if (!files.exists(there)) {
            return List.of();
        }
        return Stream.of(files.listStatus(there))
                .map(status -> status.getPath().getName())
                .filter(RunCopy::isOfTheRun)
                .sorted()
                .toList();
    }

    /**
     * Copies what the run has written since the last time, checkpoints last, and drops checkpoints that the run has dropped.
     *
     * @throws IOException if something cannot be copied; what was there before is still whole
     */
    public void update(Path run) throws IOException {
        if (replaces) {
            files.delete(root, true);
            replaces = false;
        }
        makeFolder();
        for (Path file : entries(run)) {
            if (Files.isRegularFile(file) && isOfTheRun(file)) {
                copyOut(file, new org.apache.hadoop.fs.Path(root, name(file)));
            }
        }
        org.apache.hadoop.fs.Path there = new org.apache.hadoop.fs.Path(root, CHECKPOINTS);
        files.mkdirs(there);
        TreeSet<String> kept = new TreeSet<>();
        for (Path checkpoint : entries(run.resolve(CHECKPOINTS))) {
            if (Files.isDirectory(checkpoint) && isOfTheRun(checkpoint)) {
                kept.add(name(checkpoint));
                copyCheckpoint(checkpoint, there);
            }
        }
        for (FileStatus old : files.listStatus(there)) {
            if (!kept.isEmpty() && !kept.contains(old.getPath().getName())) {
                files.delete(old.getPath(), true);
            }
        }
    }

    private void copyCheckpoint(Path checkpoint, org.apache.hadoop.fs.Path there) throws IOException {
        org.apache.hadoop.fs.Path target = new org.apache.hadoop.fs.Path(there, name(checkpoint));
        if (files.exists(target)) {
            return; // checkpoints never change
        }
        org.apache.hadoop.fs.Path temporary = new org.apache.hadoop.fs.Path(there, TEMPORARY + name(checkpoint));
        files.delete(temporary, true);
        files.mkdirs(temporary);
        for (Path file : entries(checkpoint)) {
            files.copyFromLocalFile(false, true, hadoop(file), new org.apache.hadoop.fs.Path(temporary, name(file)));
        }
        rename(temporary, target);
    }

    private void copyOut(Path file, org.apache.hadoop.fs.Path target) throws IOException {
        if (files.exists(target)) {
            FileStatus there = files.getFileStatus(target);
            if (there.getLen() == Files.size(file)
                    && there.getModificationTime()
                            >= Files.getLastModifiedTime(file).toMillis()) {
                return;
            }
        }
        org.apache.hadoop.fs.Path temporary =
                new org.apache.hadoop.fs.Path(target.getParent(), TEMPORARY + target.getName());
        files.copyFromLocalFile(false, true, hadoop(file), temporary);
        FileContext.getFileContext(files.getUri(), files.getConf())
                .rename(files.makeQualified(temporary), files.makeQualified(target), Options.Rename.OVERWRITE);
    }

    private void rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to) throws IOException {
        if (!files.rename(from, to)) {
            throw new IOException(to + ": cannot be written");
        }
    }

    /**
     * Brings the run here, if the copy is further than what is here.
     *
     * @return what was done, for people; empty if there was nothing to do
     * @throws IOException if something cannot be copied
     */
    public Optional<String> fetch(Path run) throws IOException {
        org.apache.hadoop.fs.Path there = new org.apache.hadoop.fs.Path(root, CHECKPOINTS);
        List<String> remote = checkpoints();
        Optional<String> newestHere = entries(run.resolve(CHECKPOINTS)).stream()
                .map(RunCopy::name)
                .filter(RunCopy::isOfTheRun)
                .max(Comparator.naturalOrder());
        if (remote.isEmpty()
                || newestHere.isPresent() && newestHere.get().compareTo(remote.get(remote.size() - 1)) >= 0) {
            return Optional.empty();
        }
        Files.createDirectories(run.resolve(CHECKPOINTS));
        for (FileStatus file : files.listStatus(root)) {
            if (file.isFile() && isOfTheRun(file.getPath().getName())) {
                copyIn(file.getPath(), run.resolve(file.getPath().getName()));
            }
        }
        for (String checkpoint : remote) {
            Path target = run.resolve(CHECKPOINTS).resolve(checkpoint);
            if (Files.notExists(target)) {
                Path temporary = target.resolveSibling(TEMPORARY + checkpoint);
                Files.createDirectories(temporary);
                for (FileStatus file : files.listStatus(new org.apache.hadoop.fs.Path(there, checkpoint))) {
                    copyIn(file.getPath(), temporary.resolve(file.getPath().getName()));
                }
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return Optional.of("fetched the run up to " + remote.get(remote.size() - 1) + " from " + root);
    }

    private void copyIn(org.apache.hadoop.fs.Path from, Path target) throws IOException {
        Path temporary = target.resolveSibling(TEMPORARY + target.getFileName());
        try (var in = files.open(from)) {
            Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static List<Path> entries(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(folder)) {
            return list.sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean isOfTheRun(Path path) {
        return isOfTheRun(name(path));
    }

    /** Not the lock, nor what is being written. */
    private static boolean isOfTheRun(String name) {
        return !name.startsWith(".") && !name.startsWith("tmp-");
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private static org.apache.hadoop.fs.Path hadoop(Path file) {
        return new org.apache.hadoop.fs.Path(file.toUri());
    }
}
