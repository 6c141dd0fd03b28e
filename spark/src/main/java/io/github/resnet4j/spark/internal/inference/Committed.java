package io.github.resnet4j.spark.internal.inference;

import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Files of any storage that are whole or not there: written under another name, then renamed. */
public final class Committed {
    private Committed() {}

    /**
     * Writes a file.
     *
     * @param attempt its name meanwhile, which nobody else uses
     * @throws IOException if it cannot be written
     */
    public static void write(FileSystem files, Path file, Path attempt, byte[] bytes) throws IOException {
        try (FSDataOutputStream out = files.create(attempt, true)) {
            out.write(bytes);
        }
        rename(files, attempt, file);
    }

    /**
     * Puts what an attempt wrote into its place. If another attempt was faster, its file stays: it has the same content.
     *
     * @throws IOException if the file is not there afterwards
     */
    public static void rename(FileSystem files, Path attempt, Path file) throws IOException {
        files.mkdirs(file.getParent());
        boolean renamed;
        try {
            renamed = files.rename(attempt, file);
        } catch (FileNotFoundException e) {
            renamed = false; // a second attempt, whose file the first one's end removed
        }
        if (renamed) {
            return;
        }
        if (!files.exists(file)) {
            throw new IOException(file + ": cannot be put in place of " + attempt.getName());
        }
        files.delete(attempt, false);
    }
}
