package io.github.resnet4j.cli;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.DeferredLines;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.spark.BatchInference;
import io.github.resnet4j.spark.Cluster;
import io.github.resnet4j.spark.ExecutorCheck;
import io.github.resnet4j.spark.InferenceOptions;
import io.github.resnet4j.spark.InferenceReport;
import io.github.resnet4j.spark.InferenceTask;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What the commands have in common that compute something of every image on a cluster. */
final class SparkInferenceOptions {
    @Option(
            names = "--data",
            required = true,
            arity = "1..*",
            paramLabel = "PATH",
            description =
                    "Image files, folders that are searched for them, tar shards in WebDataset's layout, or Parquet files"
                            + " with a column of images; quoted patterns of any file system of the cluster, such as"
                            + " 'hdfs://host/photos/*.tar'.")
    private List<String> data;

    @Option(
            names = "--format",
            paramLabel = "images|shards|parquet",
            description = "What the data are (default: by the names of the files).")
    private Optional<InferenceOptions.DataFormat> format = Optional.empty();

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "DIR",
            description = "Folder for the rows, which all machines of the cluster see.")
    private String out;

    @Option(names = "--csv", description = "Write CSV, not Parquet.")
    private boolean csv;

    @Option(names = "--resume", description = "Go on with a run that was killed: what it wrote stays.")
    private boolean resume;

    @Option(names = "--overwrite", description = "Replace the rows of an earlier run.")
    private boolean overwrite;

    @Option(
            names = "--images-per-core",
            paramLabel = "N",
            defaultValue = "" + InferenceOptions.Batching.IMAGES_PER_CORE,
            description = "Images that a core computes together, a power of two (default: ${DEFAULT-VALUE}).")
    private int imagesPerCore;

    @Option(
            names = "--images-per-part",
            paramLabel = "N",
            description =
                    "Most images of an output file, a task, and of what a killed run loses (default: several parts per"
                            + " executor, of up to 1000). A shard is one part.")
    private Optional<Integer> imagesPerPart = Optional.empty();

    @Option(
            names = "--image-column",
            paramLabel = "NAME",
            description = "Column of a table with the bytes of image files (default: image, content, bytes or data).")
    private Optional<String> imageColumn = Optional.empty();

    @Option(
            names = "--path-column",
            paramLabel = "NAME",
            description =
                    "Column of a table that names images (default: path, file, filename or name; else by number).")
    private Optional<String> pathColumn = Optional.empty();

    @Option(
            names = "--max-pixels",
            paramLabel = "N",
            description = "Largest image to accept, in pixels (default: 89478485).")
    private Optional<Long> maxPixels = Optional.empty();

    @Mixin
    private ModelOptions model;

    @Mixin
    private EngineOption engine;

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec(Target.MIXEE)
    private CommandSpec command;

    /** What one of the commands has on its own. */
    record Own(
            InferenceTask task,
            int top,
            Optional<CalibrationOption> calibration,
            Optional<String> labelColumn,
            boolean labelsInOrder) {}

    /** What a run was of, for those who print it. */
    record Done(InferenceReport report, SourceModel model) {}

    boolean isJson() {
        return json;
    }

    String out() {
        return out;
    }

    /** Runs. */
    Done run(Own own) throws IOException {
        InferenceOptions options = options(own);
        try (DeferredLines remarks = new DeferredLines(Terminal.view(true))) {
            SourceModel opened = model.open(remarks::add);
            SourceModel source =
                    own.calibration.isPresent() ? own.calibration.get().of(opened, remarks::add) : opened;
            try (Cluster connected = cluster.open()) {
                ExecutorCheck.require(connected);
                View view = new View(Terminal.view(true), own.task.key());
                try {
                    InferenceReport report = BatchInference.run(connected, source, options, view, view::remark);
                    return new Done(report, source);
                } finally {
                    view.view.end();
                }
            }
        }
    }

    private InferenceOptions options(Own own) {
        if (resume && overwrite) {
            throw new UsageException("--resume keeps what is there and --overwrite deletes it; give one of them");
        }
        return new InferenceOptions(
                own.task,
                new InferenceOptions.Source(
                        data,
                        format,
                        new InferenceOptions.Columns(imageColumn, pathColumn, own.labelColumn),
                        FolderReading.maxPixels(maxPixels)),
                new InferenceOptions.Output(
                        out,
                        csv,
                        resume
                                ? InferenceOptions.Existing.RESUME
                                : overwrite ? InferenceOptions.Existing.OVERWRITE : InferenceOptions.Existing.REFUSE),
                new InferenceOptions.Batching(
                        imagesPerCore, imagesPerPart.map(OptionalInt::of).orElse(OptionalInt.empty())),
                own.top,
                own.labelsInOrder,
                engine.engine().orElse(Engine.AUTO));
    }

    /** A bar of images, or of parts where nobody knows how many images there are. */
    private static final class View implements BatchInference.Progress {
        private final ProgressView view;
        private final String title;
        private boolean ofImages;
        private long before = -1;
        private long start;

        View(ProgressView view, String title) {
            this.view = view;
            this.title = title;
        }

        void remark(String text) {
            view.line(text);
        }

        @Override
        public void begin(long images, int parts, int partsBefore) {
            if (partsBefore > 0) {
                view.line("going on: " + partsBefore + " of " + parts + " parts are there");
            }
            ofImages = images > 0;
            view.begin(title, ofImages ? images : parts);
            start = System.nanoTime();
        }

        @Override
        public void step(long images, int parts) {
            before = before < 0 ? images : before;
            double seconds = (System.nanoTime() - start) / 1e9;
            double speed = images > before ? (images - before) / seconds : Double.NaN;
            view.step(ofImages ? images : parts, Double.NaN, Double.NaN, speed, Double.NaN);
        }
    }

    /** Prints what became of a run, what its executors did, and its errors; gives the exit code. */
    int print(InferenceReport report, Consumer<PrintWriter> more, Map<String, Object> facts) {
        PrintWriter printer = command.commandLine().getOut();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>(facts);
            object.put("images", report.images());
            object.put("errors", report.errors());
            object.put("problems", report.problems());
            object.put("parts", report.parts());
            object.put("partsBefore", report.partsBefore());
            object.put("imagesNow", report.imagesNow());
            object.put("seconds", report.seconds());
            object.put("executors", report.executors());
            printer.println(Json.text(object));
        } else {
            more.accept(printer);
            printer.println(Numbers.count(report.images() + report.errors(), "row", "rows") + " in " + out + ", "
                    + Numbers.count(
                            report.parts(), csv ? "CSV file" : "Parquet file", csv ? "CSV files" : "Parquet files")
                    + (report.imagesNow() == 0
                            ? "; all were there"
                            : "; " + Numbers.count(report.imagesNow()) + " now, in "
                                    + Numbers.duration(report.seconds()) + ", "
                                    + speed(report.imagesNow(), report.seconds())));
            report.executors().forEach(executor -> printer.println(words(executor)));
        }
        printer.flush();
        report.problems().forEach(problem -> Failures.say(command.commandLine(), problem));
        long others = report.errors() - report.problems().size();
        if (others > 0) {
            Failures.say(command.commandLine(), "and " + others + " more rows with an error");
        }
        return report.errors() > 0 ? ExitCode.BAD_INPUT : ExitCode.OK;
    }

    private static String speed(double images, double seconds) {
        return String.format(Locale.ROOT, "%,.0f images/s", images / seconds);
    }

    private static String words(InferenceReport.Executor executor) {
        List<String> times = new ArrayList<>();
        Map<String, Double> named = new LinkedHashMap<>();
        named.put("load", executor.load());
        named.put("read", executor.read());
        named.put("decode", executor.decode());
        named.put("compute", executor.compute());
        named.put("wait", executor.waiting() + executor.turn());
        named.put("write", executor.write());
        named.forEach((name, seconds) -> times.add(String.format(Locale.ROOT, "%s %.1f s", name, seconds)));
        return "  executor " + executor.id() + ": " + Numbers.count(executor.parts(), "part", "parts") + ", "
                + Numbers.count(executor.images(), "image", "images") + ", "
                + speed(executor.images(), executor.seconds()) + " (" + String.join(", ", times) + ")";
    }
}
