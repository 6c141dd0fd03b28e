package io.github.resnet4j.spark.internal.inference;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * A part of the input, and of the output: what one task does.
 *
 * @param number from 0
 */
public record Part(int number, Source source) implements Serializable {
    /** Where its images are. */
    public sealed interface Source extends Serializable {}

    /**
     * Files.
     *
     * @param paths Hadoop's, with their scheme
     * @param labels the class of each
     */
    public record Files(List<String> paths, List<String> labels) implements Source {
        public Files {
            paths = List.copyOf(paths);
            labels = List.copyOf(labels);
        }
    }

    /**
     * A shard.
     *
     * @param path Hadoop's
     */
    public record Shard(String path) implements Source {}

    /**
     * Row groups of a Parquet file.
     *
     * @param path Hadoop's
     * @param start byte at which the first of them begins
     * @param end byte at which the first behind them begins
     * @param firstRow row of the file
     */
    public record Rows(String path, long start, long end, long firstRow) implements Source {}

    /** The name of its file in the output, without its extension. */
    public String name() {
        return String.format(Locale.ROOT, "part-%05d", number);
    }
}
