package io.github.resnet4j.finetune.internal.features;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.SampleSource;
import io.github.resnet4j.files.FileProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The features of every view of the images of a data set, in files of equally many images. Killing the process that writes
 * them costs at most one file; processes that write the same at a time write the same bytes.
 */
public final class FeatureStore implements SampleSource, AutoCloseable {
    private static final long FILE_BYTES = 32L << 20;

    private final Path folder;
    private final ImageDataset dataset;
    private final Layout layout;
    private final List<FeatureFile> files = new ArrayList<>();

    /**
     * How features lie in files.
     *
     * @param images in the data set
     * @param views of each image
     * @param values of a view of an image
     * @param batch images that are computed together, which no file divides
     */
    public record Layout(int images, int views, int values, int batch) {
        /** Images in a file, the last one of a view excepted. */
        public int perFile() {
            long fitting = FILE_BYTES / ((long) values * Float.BYTES * batch);
            return Math.toIntExact(Math.min(Math.max(1, fitting) * batch, Integer.MAX_VALUE / 2));
        }

        /** Files of one view. */
        int filesPerView() {
            return (images + perFile() - 1) / perFile();
        }

        private int rows(int file) {
            return Math.min(perFile(), images - file * perFile());
        }

        /** Bytes of all files. */
        public long bytes() {
            long bytes = 0;
            for (int file = 0; file < filesPerView(); file++) {
                bytes += FeatureFile.bytes(rows(file), values);
            }
            return bytes * views;
        }
    }

    /** Computes the features of images in order. */
    @FunctionalInterface
    public interface Features {
        /**
         * The next batch of a view, of at most {@link Layout#batch()} images: those of them that could be read.
         *
         * @param features receives N rows of {@link Layout#values()} values
         */
        Batch next(float[] features);
    }

    /** Computes the views of the images. */
    @FunctionalInterface
    public interface Computation {
        /** From image {@code first} of a view on. */
        Features from(int view, int first);
    }

    /** Those of a folder, which is there. */
    public FeatureStore(Path folder, ImageDataset dataset, Layout layout) {
        this.folder = folder;
        this.dataset = dataset;
        this.layout = layout;
    }

    /**
     * Opens all files; computes those that are missing or damaged, and those behind one of them.
     *
     * @throws IOException if a file cannot be written
     */
    public void complete(Computation computation) throws IOException {
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now())); // the longest unused make room
        for (int view = 0; view < layout.views(); view++) {
            Features features = null;
            for (int file = 0; file < layout.filesPerView(); file++) {
                Path path = folder.resolve(String.format(Locale.ROOT, "view-%d-%05d.features", view, file));
                int first = file * layout.perFile();
                if (features == null) {
                    try {
                        files.add(FeatureFile.open(path, layout.rows(file), layout.values()));
                        continue;
                    } catch (IOException absent) {
                        features = computation.from(view, first);
                    }
                }
                write(path, first, layout.rows(file), features);
                files.add(FeatureFile.open(path, layout.rows(file), layout.values()));
            }
        }
    }

    private void write(Path path, int first, int rows, Features features) throws IOException {
        float[] values = new float[Math.multiplyExact(layout.batch(), layout.values())];
        FeatureFile.write(path, rows, layout.values(), sink -> {
            for (int done = 0; done < rows; done += layout.batch()) {
                Batch batch = features.next(values);
                for (int i = 0; i < batch.size(); i++) {
                    sink.put(batch.indices()[i] - first, values, i * layout.values());
                }
            }
        });
    }

    @Override
    public Sample read(int index) {
        int row = index % layout.perFile();
        requireThere(0, index);
        return (view, random, slot) -> {
            requireThere(view, index);
            try {
                file(view, index).read(row, slot.features(), slot.at());
            } catch (IOException e) {
                throw new UncheckedIOException(
                        folder + ": cached features cannot be read (" + FileProblem.reason(e)
                                + "); delete this folder, and they are computed anew",
                        e);
            }
        };
    }

    private void requireThere(int view, int index) {
        if (!file(view, index).has(index % layout.perFile())) {
            throw new BadDataException(
                    dataset.name(index), "could not be read when its features were computed: repair it", null);
        }
    }

    /** Without random numbers, all views are the same: there is one. */
    private FeatureFile file(int view, int index) {
        return files.get(view % layout.views() * layout.filesPerView() + index / layout.perFile());
    }

    @Override
    public void close() {
        files.forEach(FeatureFile::close);
    }
}
