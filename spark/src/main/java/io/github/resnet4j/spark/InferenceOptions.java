package io.github.resnet4j.spark;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.UsageException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@link BatchInference} does.
 *
 * @param task what is computed
 * @param source the images
 * @param output the rows
 * @param batching what is computed together
 * @param top classes per row, at least 1; all if the model has fewer
 * @param labelsInOrder for {@link InferenceTask#EVAL}: the classes of the data are the model's in their order, whatever their
 *     names. ImageNet's folders are an example
 * @param engine which engine to use
 */
public record InferenceOptions(
        InferenceTask task,
        Source source,
        Output output,
        Batching batching,
        int top,
        boolean labelsInOrder,
        Engine engine) {
    /** What data are. */
    public enum DataFormat {
        /** Image files; folders are searched for them. */
        IMAGES,
        /** Tar files in WebDataset's layout. */
        SHARDS,
        /** Parquet files with a column of images. */
        PARQUET
    }

    /** What happens to an output that exists. */
    public enum Existing {
        /** It is refused. */
        REFUSE,
        /** An unfinished run goes on: the parts that are there stay. */
        RESUME,
        /** It is deleted first, if it is one of these runs'. */
        OVERWRITE
    }

    /**
     * The columns of a table that matter; those absent have the usual names.
     *
     * @param image bytes of image files, or a group with such a field {@code bytes}
     * @param path what rows are called
     * @param label the class, as text or number
     */
    public record Columns(Optional<String> image, Optional<String> path, Optional<String> label) {
        /** The usual names. */
        public static final Columns USUAL = new Columns(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * Where the images are.
     *
     * @param data paths, folders and patterns of the cluster's file systems ({@code /data/cats}, {@code hdfs://host/data/*.tar})
     * @param format what they hold; recognised by the names of the files if absent
     * @param columns of tables
     * @param maxPixels largest image in pixels
     */
    public record Source(List<String> data, Optional<DataFormat> format, Columns columns, long maxPixels) {
        public Source {
            data = List.copyOf(data);
            if (data.isEmpty()) {
                throw new UsageException("no data given");
            }
        }
    }

    /**
     * Where the rows go.
     *
     * @param folder of a file system that the driver and all executors see
     * @param csv whether rows are CSV, not Parquet
     * @param existing what happens to an output that exists
     */
    public record Output(String folder, boolean csv, Existing existing) {}

    /**
     * What is computed together.
     *
     * @param imagesPerCore images that a core computes together, a power of two. The last bits of an answer depend on it, and on
     *     nothing else but the image, the model and the kind of processor
     * @param imagesPerPart most images of a part: the unit of tasks, files and of going on. By default so that every executor has
     *     several parts, of at most 1,000 images. A shard is always one part
     */
    public record Batching(int imagesPerCore, OptionalInt imagesPerPart) {
        /** What a core computes together unless told otherwise: as {@code predict} has it on two cores. */
        public static final int IMAGES_PER_CORE = 8;

        private static final int MOST_IMAGES_PER_CORE = 1024;

        public Batching {
            if (imagesPerCore < 1 || imagesPerCore > MOST_IMAGES_PER_CORE || Integer.bitCount(imagesPerCore) != 1) {
                throw new UsageException(
                        "images per core must be a power of two up to " + MOST_IMAGES_PER_CORE + ", got "
                                + imagesPerCore + ": otherwise answers depend on the place of an image in its batch");
            }
            if (imagesPerPart.orElse(1) < 1) {
                throw new UsageException("images per part must be at least 1, got " + imagesPerPart.getAsInt());
            }
        }
    }

    public InferenceOptions {
        if (top < 1) {
            throw new UsageException("the number of classes per image must be at least 1, got " + top);
        }
    }

    /** With defaults for the rest: Parquet, five classes, an existing output is refused. */
    public static InferenceOptions of(InferenceTask task, List<String> data, String out) {
        return new InferenceOptions(
                task,
                new Source(data, Optional.empty(), Columns.USUAL, ImageDecoder.DEFAULT_MAX_PIXELS),
                new Output(out, false, Existing.REFUSE),
                new Batching(Batching.IMAGES_PER_CORE, OptionalInt.empty()),
                5,
                false,
                Engine.AUTO);
    }

    /** The same for an output that exists. */
    public InferenceOptions with(Existing other) {
        return with(new Output(output.folder, output.csv, other));
    }

    /** The same with CSV, or Parquet. */
    public InferenceOptions withCsv(boolean other) {
        return with(new Output(output.folder, other, output.existing));
    }

    private InferenceOptions with(Output other) {
        return new InferenceOptions(task, source, other, batching, top, labelsInOrder, engine);
    }

    /** The same with parts of at most so many images. */
    public InferenceOptions withImagesPerPart(int other) {
        Batching parts = new Batching(batching.imagesPerCore, OptionalInt.of(other));
        return new InferenceOptions(task, source, output, parts, top, labelsInOrder, engine);
    }

    /** The same with so many classes per row. */
    public InferenceOptions withTop(int other) {
        return new InferenceOptions(task, source, output, batching, other, labelsInOrder, engine);
    }

    /** The same with other columns. */
    public InferenceOptions withColumns(Columns other) {
        Source tables = new Source(source.data, source.format, other, source.maxPixels);
        return new InferenceOptions(task, tables, output, batching, top, labelsInOrder, engine);
    }
}
