package io.github.resnet4j.spark;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.spark.InferenceOptions.DataFormat;
import io.github.resnet4j.spark.internal.inference.Inputs;
import io.github.resnet4j.spark.internal.shards.ShardFolder;
import io.github.resnet4j.spark.internal.shards.ShardTask;
import io.github.resnet4j.spark.internal.tar.TarWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Packs image files into tar shards in WebDataset's layout, which clusters read faster than many small files: {@code
 * 000000.jpg} with {@code 000000.cls}, the number of its class in {@code classes.txt}. {@code index.csv} says which file each was.
 *
 * <p>The same images in the same order give the same bytes. A shard is there when it is whole.
 */
public final class ShardWriter {
    private static final int DIGITS = 6;

    private ShardWriter() {}

    /**
     * What to pack.
     *
     * @param data paths, folders and patterns of image files; the folders are their classes, unless all are in one
     * @param out folder for the shards, of a file system that the driver and all executors see
     * @param mostImages images of a shard
     * @param mostBytes bytes of a shard, but for a single image that is larger
     * @param shuffle draws the order, as training wants it; without it, images are in the order of their paths
     * @param overwrite replaces shards that are there
     */
    public record Options(
            List<String> data,
            String out,
            OptionalInt mostImages,
            OptionalLong mostBytes,
            OptionalLong shuffle,
            boolean overwrite) {
        public Options {
            data = List.copyOf(data);
            if (data.isEmpty()) {
                throw new UsageException("no data given");
            }
            if (mostImages.orElse(1) < 1 || mostBytes.orElse(1) < 1) {
                throw new UsageException("a shard must have at least one image and one byte");
            }
        }
    }

    /** What was written: shards, images, bytes of all shards, and classes, 0 if images have none. */
    public record Report(int shards, long images, long bytes, int classes) {}

    /**
     * Packs.
     *
     * @param remarks receives what was passed over
     * @throws UsageException if the output exists
     * @throws io.github.resnet4j.datasets.BadDataException if there are no images
     * @throws ClusterException if images cannot be read
     * @throws IOException if shards cannot be written
     */
    public static Report write(Cluster cluster, Options options, Consumer<String> remarks) throws IOException {
        JavaSparkContext context = cluster.context();
        ShardFolder out = ShardFolder.of(options.out(), context.hadoopConfiguration());
        out.require(options.overwrite());
        Inputs inputs = Inputs.find(cluster.session(), options.data(), Optional.of(DataFormat.IMAGES), remarks);
        if (inputs.files().stream().anyMatch(file -> out.holds(file.path()))) {
            throw new UsageException(options.out() + ": is in the data; choose a folder outside of them");
        }
        List<String> classes = inputs.labels();
        boolean labelled = classes.size() > 1;
        List<Inputs.File> files = new ArrayList<>(inputs.files());
        options.shuffle().ifPresent(seed -> Collections.shuffle(files, new Random(seed)));
        List<ShardTask.Shard> shards = shards(files, labelled ? classes : List.of(), options);
        out.begin(options.overwrite());
        List<Long> bytes;
        try {
            bytes = context.parallelize(shards, shards.size())
                    .mapPartitions(new ShardTask(out.path(), BatchInference.settings(context.hadoopConfiguration())))
                    .collect();
        } catch (Exception e) { // Scala throws checked exceptions without saying so
            throw new ClusterException("the shards were not written: " + BatchInference.reason(e), e);
        }
        out.finish(shards, labelled ? classes : List.of());
        return new Report(
                shards.size(),
                files.size(),
                bytes.stream().mapToLong(Long::longValue).sum(),
                labelled ? classes.size() : 0);
    }

    private static List<ShardTask.Shard> shards(List<Inputs.File> files, List<String> classes, Options options) {
        int digits = Math.max(DIGITS, Integer.toString(files.size() - 1).length());
        long most = options.mostBytes().orElse(Long.MAX_VALUE);
        int images = options.mostImages().orElse(options.mostBytes().isPresent() ? Integer.MAX_VALUE : 1000);
        List<ShardTask.Shard> shards = new ArrayList<>();
        List<ShardTask.Sample> samples = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < files.size(); i++) {
            Inputs.File file = files.get(i);
            int label = classes.isEmpty() ? -1 : Collections.binarySearch(classes, file.label());
            long own = TarWriter.bytes(file.bytes()) + (label < 0 ? 0 : TarWriter.bytes(1));
            if (!samples.isEmpty() && (samples.size() == images || bytes + own > most)) {
                shards.add(new ShardTask.Shard(shards.size(), samples));
                samples = new ArrayList<>();
                bytes = 0;
            }
            samples.add(new ShardTask.Sample(String.format(Locale.ROOT, "%0" + digits + "d", i), file.path(), label));
            bytes += own;
        }
        shards.add(new ShardTask.Shard(shards.size(), samples));
        return shards;
    }
}
