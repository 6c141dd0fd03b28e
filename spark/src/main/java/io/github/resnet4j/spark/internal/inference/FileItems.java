package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.files.FileProblem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/** Image files, whose folders are their classes. */
final class FileItems implements ImageItems {
    private final Part.Files part;
    private final Configuration configuration;
    private final int mostBytes;
    private final boolean isLastAttempt;

    private int next;

    /** @param isLastAttempt whether storage that fails makes a row, because nobody tries again */
    FileItems(Part.Files part, Configuration configuration, int mostBytes, boolean isLastAttempt) {
        this.part = part;
        this.configuration = configuration;
        this.mostBytes = mostBytes;
        this.isLastAttempt = isLastAttempt;
    }

    @Override
    public Optional<ImageItem> next() throws IOException {
        if (next == part.paths().size()) {
            return Optional.empty();
        }
        Path path = new Path(part.paths().get(next));
        String label = part.labels().get(next);
        next++;
        String name = Paths.shown(path.toString());
        try (FSDataInputStream in = path.getFileSystem(configuration).open(path)) {
            byte[] bytes = in.readNBytes(mostBytes + 1); // one more: the decoder refuses it by its size
            return Optional.of(ImageItem.of(name, label, bytes));
        } catch (FileNotFoundException e) {
            boolean denied = String.valueOf(e.getMessage()).contains("Permission denied");
            return Optional.of(ImageItem.unreadable(name, denied ? "permission denied" : "does not exist any more"));
        } catch (AccessControlException | AccessDeniedException e) {
            return Optional.of(ImageItem.unreadable(name, "permission denied"));
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            if (!isLastAttempt) {
                throw e;
            }
            return Optional.of(ImageItem.unreadable(name, "cannot be read: " + FileProblem.reason(e)));
        }
    }

    @Override
    public void close() {}
}
