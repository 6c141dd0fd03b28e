package io.github.resnet4j.spark.internal.shards;

import io.github.resnet4j.spark.internal.inference.Committed;
import io.github.resnet4j.spark.internal.inference.Paths;
import io.github.resnet4j.spark.internal.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/** Writes a shard, and gives its bytes. */
public final class ShardTask implements FlatMapFunction<Iterator<ShardTask.Shard>, Long> {
    private static final long serialVersionUID = 1L;

    private static final int BUFFER = 1 << 18;

    private final String out;
    private final Map<String, String> hadoop;

    /**
     * A sample.
     *
     * @param key its name without extension
     * @param path the image file
     * @param label number of its class; -1 without one
     */
    public record Sample(String key, String path, int label) implements Serializable {
        /** The name of the image in the shard. */
        public String entry() {
            return key + '.' + Paths.extension(path);
        }
    }

    /** A shard of samples. */
    public record Shard(int number, List<Sample> samples) implements Serializable {
        public Shard {
            samples = List.copyOf(samples);
        }

        /** The name of its file. */
        public String name() {
            return String.format(Locale.ROOT, "shard-%06d.tar", number);
        }
    }

    /**
     * A task for every shard.
     *
     * @param out folder of the shards, Hadoop's path
     * @param hadoop configuration of the file systems
     */
    public ShardTask(String out, Map<String, String> hadoop) {
        this.out = out;
        this.hadoop = hadoop;
    }

    @Override
    public Iterator<Long> call(Iterator<Shard> shards) throws IOException {
        Configuration configuration = new Configuration();
        hadoop.forEach(configuration::set);
        List<Long> bytes = new ArrayList<>();
        while (shards.hasNext()) {
            bytes.add(write(shards.next(), configuration));
        }
        return bytes.iterator();
    }

    private long write(Shard shard, Configuration configuration) throws IOException {
        Path file = new Path(out, shard.name());
        FileSystem files = file.getFileSystem(configuration);
        Path attempt = new Path(
                out, "_temporary/" + shard.name() + '-' + TaskContext.get().taskAttemptId());
        try {
            try (TarWriter tar = new TarWriter(new BufferedOutputStream(files.create(attempt, true), BUFFER))) {
                for (Sample sample : shard.samples()) {
                    tar.add(sample.entry(), read(sample.path(), configuration));
                    if (sample.label() >= 0) {
                        tar.add(
                                sample.key() + ".cls",
                                Integer.toString(sample.label()).getBytes(StandardCharsets.US_ASCII));
                    }
                }
                tar.finish();
            }
            long bytes = files.getFileStatus(attempt).getLen();
            Committed.rename(files, attempt, file);
            return bytes;
        } finally {
            files.delete(attempt, false);
        }
    }

    private static byte[] read(String name, Configuration configuration) throws IOException {
        Path path = new Path(name);
        try (FSDataInputStream in = path.getFileSystem(configuration).open(path)) {
            return in.readAllBytes();
        }
    }
}
