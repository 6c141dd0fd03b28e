package io.github.resnet4j.spark;

import io.github.resnet4j.files.FileHash;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.spark.InferenceOptions.DataFormat;
import io.github.resnet4j.spark.internal.Standstill;
import io.github.resnet4j.spark.internal.inference.Inputs;
import io.github.resnet4j.spark.internal.inference.JobSpec;
import io.github.resnet4j.spark.internal.inference.LabelMatching;
import io.github.resnet4j.spark.internal.inference.Part;
import io.github.resnet4j.spark.internal.inference.PartResult;
import io.github.resnet4j.spark.internal.inference.PartTask;
import io.github.resnet4j.spark.internal.inference.Paths;
import io.github.resnet4j.spark.internal.inference.Reports;
import io.github.resnet4j.spark.internal.inference.RunFolder;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Predicts, embeds or evaluates images of any number on a cluster: image files, tar shards in WebDataset's layout, or Parquet
 * tables with a column of images.
 *
 * <p>The output is a folder of Parquet or CSV files with a row for every image: its path, the most probable classes and their
 * probabilities or the features, or why it cannot be read. Each file holds the rows of one part of the input, and is there
 * exactly when it is whole. A task that fails is tried again; a run that was killed goes on with the parts that are missing.
 * Either way every image has one row, and the rows are the same to the bit.
 */
public final class BatchInference {
    private static final int MOST_IMAGES = 1000;
    /** So that an executor that is slow, or lost, does not keep all others waiting. */
    private static final int PARTS_PER_SLOT = 4;

    private static final long POLL_MILLISECONDS = 200;

    private final Cluster cluster;
    private final SourceModel model;
    private final InferenceOptions options;
    private final Consumer<String> remarks;

    private BatchInference(Cluster cluster, SourceModel model, InferenceOptions options, Consumer<String> remarks) {
        this.cluster = cluster;
        this.model = model;
        this.options = options;
        this.remarks = remarks;
    }

    /** Hears how far a run is. */
    public interface Progress {
        /**
         * Tasks begin.
         *
         * @param images that there are in all; 0 if not known
         * @param parts that there are in all
         * @param partsBefore of these, parts that an earlier run has done
         */
        void begin(long images, int parts, int partsBefore);

        /**
         * More is done.
         *
         * @param images rows of the parts that are done
         * @param parts parts that are done
         */
        void step(long images, int parts);
    }

    /**
     * Runs, and waits for the end.
     *
     * @param remarks receives what was passed over or assumed
     * @throws UsageException if the output exists, or an unfinished run was begun with something else
     * @throws io.github.resnet4j.datasets.BadDataException if there are no images, a table lacks its column, or a label is not
     *     one of the model's classes
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if the model cannot be used
     * @throws ClusterException if a part fails again and again; those that are done stay
     * @throws IOException if the output cannot be written
     */
    public static InferenceReport run(
            Cluster cluster, SourceModel model, InferenceOptions options, Progress progress, Consumer<String> remarks)
            throws IOException {
        return new BatchInference(cluster, model, options, remarks).run(progress);
    }

    private InferenceReport run(Progress progress) throws IOException {
        JavaSparkContext context = cluster.context();
        Configuration configuration = context.hadoopConfiguration();
        RunFolder out = RunFolder.of(options.output().folder(), configuration);
        boolean resumes = prepare(out);
        Inputs inputs = Inputs.find(
                cluster.session(), options.source().data(), options.source().format(), remarks);
        if (inputs.files().stream().anyMatch(file -> out.holds(file.path()))) {
            throw new UsageException(options.output().folder() + ": is in the data; choose a folder outside of them");
        }
        ModelCard card = model.card();
        boolean evaluates = options.task() == InferenceTask.EVAL;
        Inputs.Tables tables = inputs.tables(options.source().columns(), evaluates, configuration);
        LabelMatching labels = evaluates
                ? LabelMatching.of(
                        inputs,
                        tables,
                        card.classes(),
                        model.classesNamed() && !options.labelsInOrder(),
                        configuration,
                        remarks)
                : LabelMatching.NONE;
        Path archive = archive();
        String hash = FileHash.Algorithm.SHA_256.of(archive).hex();
        Map<String, String> plan = plan(inputs, hash);
        Map<String, String> before = resumes ? out.plan() : Map.of();
        int most = imagesPerPart(inputs, tables, before);
        plan.put("images-per-part", Integer.toString(most));
        List<Part> parts = inputs.parts(most, tables);
        if (resumes) {
            out.requireSame(plan, inputs.lines());
            out.clean();
        } else {
            if (out.exists()) {
                out.delete();
            }
            out.begin(plan, inputs.lines());
        }
        BitSet done = out.done();
        List<Part> left =
                parts.stream().filter(part -> !done.get(part.number())).toList();
        List<PartResult> results = new ArrayList<>();
        for (Part part : parts) {
            if (done.get(part.number())) {
                results.add(out.result(part));
            }
        }
        remarkIdle(parts);
        JobSpec spec = spec(out, archive, hash, labels, tables);
        progress.begin(count(inputs, tables), parts.size(), results.size());
        long start = System.nanoTime();
        List<PartResult> now = left.isEmpty() ? List.of() : compute(context, archive, spec, left, results, progress);
        double seconds = (System.nanoTime() - start) / 1e9;
        results.addAll(now);
        BitSet written = out.done();
        if (written.cardinality() < parts.size()) {
            throw new FileSystemException(
                    options.output().folder(),
                    null,
                    "has only " + written.cardinality() + " of " + parts.size() + " parts although all are done: the"
                            + " executors write to another place; choose a folder of a file system that all machines share");
        }
        out.finish();
        return Reports.of(parts.size(), results, now, seconds, evaluates, card.classes());
    }

    /** Whether an unfinished run is there to go on with; otherwise the folder is free. */
    private boolean prepare(RunFolder out) throws IOException {
        if (!out.exists()) {
            return false;
        }
        switch (options.output().existing()) {
            case OVERWRITE -> {
                out.requireRun(); // which stays until all that is asked has turned out to be possible
                return false;
            }
            case RESUME -> {
                if (!out.isRun()) {
                    throw new UsageException(
                            options.output().folder() + ": holds no run that could go on; choose another folder");
                }
                return true;
            }
            default ->
                throw new UsageException(options.output().folder() + ": exists; "
                        + (out.isRun() ? "go on with it (--resume), replace it (--overwrite) or " : "")
                        + "choose another folder");
        }
    }

    /** The model as one file, whatever it came from, so that executors need nothing else. */
    private Path archive() throws IOException {
        // What is measured needs the network's own probabilities too: the temperature is applied there.
        SourceModel sent = options.task() == InferenceTask.EVAL ? model.uncalibrated() : model;
        Path folder = Files.createTempDirectory("resnet4j-model-");
        folder.toFile().deleteOnExit();
        Path file = folder.resolve("model.zip");
        ComputationGraph graph = sent.load(NetworkGraph.Options.seeded(1)).graph();
        try {
            ModelArchive.write(file, sent.card(), graph);
        } finally {
            NetworkGraph.close(graph);
        }
        // Spark serves it from here as long as the application runs, under its name.
        Path named =
                folder.resolve("resnet4j-" + FileHash.Algorithm.SHA_256.of(file).hex() + ".zip");
        Files.move(file, named, StandardCopyOption.ATOMIC_MOVE);
        named.toFile().deleteOnExit();
        return named;
    }

    private Map<String, String> plan(Inputs inputs, String hash) {
        Map<String, String> plan = new TreeMap<>();
        plan.put("task", options.task().key());
        plan.put("model", hash);
        plan.put("format", inputs.format().name().toLowerCase(Locale.ROOT));
        plan.put("inputs", inputs.fingerprint());
        plan.put("rows", options.output().csv() ? "csv" : "parquet");
        plan.put("engine", options.engine().key());
        plan.put("images-per-core", Integer.toString(options.batching().imagesPerCore()));
        plan.put("max-pixels", Long.toString(options.source().maxPixels()));
        if (options.task() != InferenceTask.EMBED) {
            plan.put("top", Integer.toString(options.top()));
        }
        if (options.task() == InferenceTask.EVAL) {
            plan.put("labels-in-order", Boolean.toString(options.labelsInOrder()));
            plan.put("temperature", Double.toString(Temperature.of(model.card()).value()));
        }
        if (inputs.format() == DataFormat.PARQUET) {
            plan.put("image-column", options.source().columns().image().orElse("usual"));
            plan.put("path-column", options.source().columns().path().orElse("usual"));
            plan.put("label-column", options.source().columns().label().orElse("usual"));
        }
        return plan;
    }

    /** As given; else as the run was begun with, on whatever cluster; else so that there is work for all. */
    private int imagesPerPart(Inputs inputs, Inputs.Tables tables, Map<String, String> before) {
        if (options.batching().imagesPerPart().isPresent()) {
            return options.batching().imagesPerPart().getAsInt();
        }
        String begun = before.getOrDefault("images-per-part", "");
        if (begun.matches("[1-9]\\d{0,8}")) {
            return Integer.parseInt(begun);
        }
        long images = Math.max(1, count(inputs, tables));
        long slots = Math.max(1, cluster.slots());
        return (int)
                Math.max(1, Math.min(MOST_IMAGES, (images + slots * PARTS_PER_SLOT - 1) / (slots * PARTS_PER_SLOT)));
    }

    /** Images, if that is known before they are read; else 0. */
    private static long count(Inputs inputs, Inputs.Tables tables) {
        return switch (inputs.format()) {
            case IMAGES -> inputs.files().size();
            case PARQUET -> tables.rows();
            case SHARDS -> 0;
        };
    }

    private void remarkIdle(List<Part> parts) {
        int slots = cluster.slots();
        if (parts.size() < slots) {
            remarks.accept("only " + parts.size() + " of " + slots + " executors have work: there "
                    + (parts.size() == 1 ? "is one part" : "are " + parts.size() + " parts")
                    + ", and a part is done by one");
        }
    }

    private JobSpec spec(RunFolder out, Path archive, String hash, LabelMatching labels, Inputs.Tables tables) {
        JavaSparkContext context = cluster.context();
        boolean local = context.sc().isLocal();
        // In local mode, tasks are threads of one JVM, which has the cores of all of them.
        int cores = local ? context.defaultParallelism() : context.getConf().getInt("spark.executor.cores", 0);
        return new JobSpec(
                options.task(),
                archive.getFileName().toString(),
                hash,
                options.engine(),
                Temperature.of(
                                options.task() == InferenceTask.EVAL
                                        ? model.card()
                                        : model.uncalibrated().card())
                        .value(),
                options.batching().imagesPerCore(),
                cores,
                Math.min(options.top(), model.card().classes().size()),
                options.source().maxPixels(),
                options.output().csv(),
                out.path(),
                UUID.randomUUID().toString(),
                tables.columns(),
                labels.labels(),
                settings(context.hadoopConfiguration()));
    }

    /** What was set, not what every Hadoop brings with it. */
    static Map<String, String> settings(Configuration configuration) {
        Map<String, String> settings = new HashMap<>();
        configuration.forEach(entry -> {
            String[] sources = configuration.getPropertySources(entry.getKey());
            boolean standard =
                    sources == null || sources.length == 0 || sources[sources.length - 1].endsWith("-default.xml");
            if (!standard) {
                settings.put(entry.getKey(), entry.getValue());
            }
        });
        return settings;
    }

    private List<PartResult> compute(
            JavaSparkContext context,
            Path archive,
            JobSpec spec,
            List<Part> parts,
            List<PartResult> before,
            Progress progress) {
        context.addFile(archive.toUri().toString());
        LongAccumulator images = context.sc().longAccumulator("images");
        LongAccumulator errors = context.sc().longAccumulator("errors");
        LongAccumulator finished = context.sc().longAccumulator("parts");
        long imagesBefore = before.stream()
                .mapToLong(result -> result.images() + result.errors())
                .sum();
        Broadcast<JobSpec> job = context.broadcast(spec);
        Standstill standstill = new Standstill(context, Standstill.PATIENCE);
        JavaFutureAction<List<PartResult>> results = context.parallelize(parts, parts.size())
                .mapPartitions(new PartTask(job, images, errors, finished))
                .collectAsync();
        String stays = "; what is done stays in " + Paths.shown(spec.out()) + ", and --resume goes on with it";
        try {
            while (true) {
                try {
                    List<PartResult> all = results.get(POLL_MILLISECONDS, TimeUnit.MILLISECONDS);
                    progress.step(imagesBefore + images.value() + errors.value(), before.size() + parts.size());
                    return all;
                } catch (TimeoutException e) {
                    progress.step(
                            imagesBefore + images.value() + errors.value(),
                            before.size() + (int) (long) finished.value());
                    if (standstill.isThere()) {
                        throw new ClusterException("no executor has taken a part for " + Standstill.PATIENCE.toSeconds()
                                + " s; the logs of the workers say why none starts, such as for a full disk" + stays);
                    }
                }
            }
        } catch (InterruptedException e) {
            results.cancel(true);
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        } catch (ExecutionException e) {
            throw new ClusterException("the run failed: " + reason(e) + stays, e);
        } catch (RuntimeException e) { // of whoever watches the progress, too
            results.cancel(true);
            throw e;
        } finally {
            standstill.close();
            job.destroy();
        }
    }

    /** Spark's message has the trace of the executor, of which the first line with the cause says enough. */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        int driver = message.indexOf("\n\nDriver stacktrace");
        String all = driver < 0 ? message : message.substring(0, driver);
        String first = all.lines().findFirst().orElse("no reason is known");
        return all.lines()
                .filter(line -> line.startsWith("Caused by: "))
                .reduce((one, other) -> other)
                .map(line -> first + " (" + line.substring("Caused by: ".length()) + ")")
                .orElse(first);
    }
}
