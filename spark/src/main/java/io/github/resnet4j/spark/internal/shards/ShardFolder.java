package io.github.resnet4j.spark.internal.shards;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.spark.internal.inference.Committed;
import io.github.resnet4j.spark.internal.inference.Paths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A folder of shards, with {@code classes.txt}, {@code index.csv} and, once all are there, {@code _SUCCESS}. */
public final class ShardFolder {
    private static final String CLASSES = "classes.txt";
    private static final String INDEX = "index.csv";
    private static final String TEMPORARY = "_temporary";
    /** There from the beginning: it tells shards from other people's folders. */
    private static final String MARK = "_shards";

    private final Path folder;
    private final FileSystem files;

    private ShardFolder(Path folder, FileSystem files) {
        this.folder = folder;
        this.files = files;
    }

    /**
     * The folder, which need not exist.
     *
     * @throws IOException if its file system cannot be reached
     */
    public static ShardFolder of(String name, Configuration configuration) throws IOException {
        try {
            Path path = new Path(name);
            FileSystem files = Paths.fileSystem(path, configuration);
            return new ShardFolder(files.makeQualified(path), files);
        } catch (IllegalArgumentException e) {
            throw new UsageException(name + ": is not a path: " + e.getMessage());
        }
    }

    /** Its path, with its file system. */
    public String path() {
        return folder.toString();
    }

    /** Whether a path is in it. */
    public boolean holds(String path) {
        return path.startsWith(folder + "/");
    }

    /**
     * Checks that the folder is free, or holds shards that may be replaced.
     *
     * @throws UsageException if not
     */
    public void require(boolean overwrite) throws IOException {
        if (!files.exists(folder)
                || files.getFileStatus(folder).isDirectory() && files.listStatus(folder).length == 0) {
            return;
        }
        boolean ours = files.exists(new Path(folder, MARK));
        if (!overwrite || !ours) {
            throw new UsageException(Paths.shown(path()) + ": exists; " + (ours ? "replace it (--overwrite) or " : "")
                    + "choose another folder");
        }
    }

    /**
     * Makes it, empty.
     *
     * @throws FileSystemException if it cannot be written
     */
    public void begin(boolean overwrite) throws IOException {
        try {
            if (overwrite) {
                files.delete(folder, true);
            }
            if (!files.mkdirs(folder)) {
                throw new IOException("permission denied, or a file is in its way");
            }
            files.create(new Path(folder, MARK), true).close();
        } catch (IOException e) {
            FileSystemException named =
                    new FileSystemException(Paths.shown(path()), null, "cannot be written: " + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    /** Adds what describes the shards. */
    public void finish(List<ShardTask.Shard> shards, List<String> classes) throws IOException {
        StringBuilder index = new StringBuilder("shard,entry,path\n");
        for (ShardTask.Shard shard : shards) {
            for (ShardTask.Sample sample : shard.samples()) {
                index.append(shard.name())
                        .append(',')
                        .append(sample.entry())
                        .append(',')
                        .append(quoted(Paths.shown(sample.path())))
                        .append('\n');
            }
        }
        write(INDEX, index.toString());
        if (!classes.isEmpty()) {
            write(CLASSES, String.join("\n", classes) + "\n");
        }
        files.delete(new Path(folder, TEMPORARY), true);
        files.create(new Path(folder, "_SUCCESS"), true).close();
    }

    private void write(String name, String text) throws IOException {
        Committed.write(
                files,
                new Path(folder, name),
                new Path(folder, TEMPORARY + '/' + name),
                text.getBytes(StandardCharsets.UTF_8));
    }

    private static String quoted(String field) {
        return field.matches("[^,\"\r\n]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
    }
}
