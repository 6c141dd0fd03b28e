package io.github.resnet4j.cli;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.model.TaskModel;
import io.github.resnet4j.finetune.report.DeferredLines;
import io.github.resnet4j.finetune.report.EngineUse;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Classifies images: the most probable classes of image files, of all images in folders, of quoted patterns,"
                    + " and of the paths on the standard input.",
            "Images that cannot be read are named at the end, the first 20 of them; the others are classified, and the"
                    + " exit code is 3."
        })
final class PredictCommand implements Callable<Integer> {
    private static final int AT_ONCE = 16;
    private static final Path STANDARD_OUTPUT = Path.of("-");

    @Mixin
    private ModelOptions model;

    @Mixin
    private CalibrationOption calibration;

    @Mixin
    private ImageArguments images;

    @Option(names = "--top", paramLabel = "N", defaultValue = "5", description = "Number of classes per image.")
    private int top;

    @Option(
            names = "--threshold",
            paramLabel = "P",
            showDefaultValue = Visibility.NEVER,
            description = "Call an image unsure if its best class has a probability below P, 0 to 1.")
    private Optional<Double> threshold = Optional.empty();

    @Option(
            names = "--tta",
            description = "Test-time augmentation: the mean of the probabilities of each image and its mirror image."
                    + " Takes twice as long.")
    private boolean tta;

    @Mixin
    private EngineOption engine;

    @Option(names = "--json", description = "Print a JSON object for each image, one per line.")
    private boolean json;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            showDefaultValue = Visibility.NEVER,
            description = "Write CSV: file, rank, class, probability, and with --threshold whether the image is unsure;"
                    + " - prints it.")
    private Optional<Path> csv = Optional.empty();

    @Option(
            names = "--html",
            paramLabel = "FILE",
            showDefaultValue = Visibility.NEVER,
            description = "Write a page with the images, what the model sees in them, and its answers, the least sure"
                    + " first.")
    private Optional<Path> html = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            showDefaultValue = Visibility.NEVER,
            description = "Of a model for segmentation: where to write masks, and pictures with these over them.")
    private Optional<Path> out = Optional.empty();

    @Spec
    private CommandSpec spec;

    /**
     * What the model says of an image.
     *
     * @param best the most probable class
     * @param guesses the most probable classes by name, best first
     * @param unsure whether the best is below the threshold, if there is one
     */
    record Answer(Path file, int best, List<Predictor.Guess> guesses, Optional<Boolean> unsure) {
        double confidence() {
            return guesses.get(0).probability();
        }

        boolean isUnsure() {
            return unsure.orElse(false);
        }
    }

    @Override
    public Integer call() throws IOException {
        requireOptions();
        Unreadable unreadable = new Unreadable();
        try (DeferredLines remarks = new DeferredLines(Terminal.view(true))) {
            List<Path> named = images.named(); // before a model is read
            SourceModel opened = model.open(remarks::add);
            Optional<TaskModel> other = TaskModel.of(opened, engine.engine().orElse(Engine.AUTO));
            if (other.isPresent()) {
                requireNothingOfImages();
                new OtherTask(other.get(), remarks::add, spec.commandLine().getOut())
                        .predict(named, out, json, csv, unreadable);
                return unreadable.report(spec.commandLine());
            }
            if (out.isPresent()) {
                throw new UsageException(
                        "--out is for models that draw masks, and this one names classes: --csv FILE or"
                                + " --html FILE keep its answers");
            }
            List<Path> files = images.files(named, unreadable); // all of them, before anything is read
            SourceModel source = calibration.of(opened, remarks::add);
            if (!files.isEmpty()) {
                predict(source, files, remarks, unreadable);
            }
        }
        return unreadable.report(spec.commandLine());
    }

    private void predict(SourceModel source, List<Path> files, DeferredLines remarks, Unreadable unreadable)
            throws IOException {
        List<Answer> kept = new ArrayList<>();
        try (Predictor predictor = Predictor.open(
                source, Math.min(AT_ONCE, files.size()), engine.engine().orElse(Engine.AUTO))) {
            Inference inference = predictor.inference();
            remarks.after(new EngineUse(inference.engine(), inference.fallback()).words());
            String summary = predict(predictor, files, kept, unreadable);
            if (csv.isPresent() && !prints()) {
                writeCsv(kept);
            }
            if (html.isPresent()) {
                new Gallery(predictor, images.folders().maxPixels()).write(html.get(), kept, threshold, unreadable);
            }
            if (files.size() > 1 || threshold.isPresent() || filed()) {
                Terminal.view(true).line(summary + written());
            }
        }
    }

    private void requireNothingOfImages() {
        if (tta || html.isPresent() || threshold.isPresent() || prints()) {
            throw new UsageException(
                    "--tta, --html, --threshold and --csv - are for classifiers of images; --json and --csv FILE are not");
        }
    }

    private void requireOptions() {
        if (top < 1) {
            throw new UsageException("--top must be at least 1, got " + top);
        }
        threshold.filter(p -> !(p >= 0 && p <= 1)).ifPresent(p -> {
            throw new UsageException("--threshold is a probability, 0 to 1, got " + Numbers.decimal(p)
                    + (p >= 2 && p <= 100 ? "; write " + Numbers.decimal(p / 100) : ""));
        });
        if (json && prints()) {
            throw new UsageException("--json and --csv - both print; write one of them to a file");
        }
        OutputFile.require("--csv", csv.filter(file -> !prints()));
        OutputFile.require("--html", html);
    }

    /** Whether the CSV goes to the standard output. */
    private boolean prints() {
        return csv.filter(STANDARD_OUTPUT::equals).isPresent();
    }

    /** Whether there are files of answers: then none are printed unless asked for. */
    private boolean filed() {
        return html.isPresent() || csv.isPresent() && !prints();
    }

    /** Prints the answers as they come, or keeps them for the files. Gives a summary in one line. */
    private String predict(Predictor predictor, List<Path> files, List<Answer> kept, Unreadable unreadable) {
        PrintWriter out = spec.commandLine().getOut();
        if (prints()) {
            out.println(csvHeader());
        }
        // On a terminal, printed answers show the progress themselves.
        ProgressView progress = Terminal.view(filed() && !json && !prints());
        progress.begin("predict", files.size());
        long start = System.nanoTime();
        long[] counts = new long[2]; // answers, unsure ones
        Predictor.Sweep sweep = predictor.each(
                files,
                images.folders().maxPixels(),
                tta ? predictor::mirroredProbabilities : predictor::probabilities,
                (index, probabilities) -> {
                    Answer answer = answer(predictor, files.get(index), probabilities);
                    counts[0]++;
                    counts[1] += answer.isUnsure() ? 1 : 0;
                    if (filed()) {
                        kept.add(answer);
                    }
                    print(out, answer);
                    progress.step(index + 1L, Double.NaN, Double.NaN, counts[0] / seconds(start), Double.NaN);
                });
        sweep.problems().values().forEach(unreadable::add);
        out.flush();
        progress.end();
        return Numbers.count(counts[0], "image", "images")
                + " in " + Numbers.duration(seconds(start))
                + " (" + Numbers.wholePercent(sweep.waitShare()) + " waiting for data)"
                + threshold
                        .map(p -> ", " + Numbers.count(counts[1]) + " unsure (below " + Numbers.decimal(p) + ")")
                        .orElse("")
                + (unreadable.problems().isEmpty()
                        ? ""
                        : ", " + unreadable.problems().size() + " cannot be read");
    }

    private Answer answer(Predictor predictor, Path file, float[] probabilities) {
        List<Predictor.Guess> guesses = predictor.guesses(probabilities, top);
        int best = Predictor.best(probabilities);
        return new Answer(file, best, guesses, threshold.map(p -> probabilities[best] < p));
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void print(PrintWriter out, Answer answer) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", answer.file.toString());
            object.put("predictions", answer.guesses);
            answer.unsure.ifPresent(unsure -> object.put("unsure", unsure));
            out.println(Json.text(object));
        } else if (prints()) {
            csvLines(answer).forEach(out::println);
        } else if (!filed()) {
            out.println(Printable.line(answer.file.toString()) + (answer.isUnsure() ? "  (unsure)" : ""));
            answer.guesses.forEach(
                    guess -> out.printf(Locale.ROOT, "  %6.2f %%  %s%n", 100 * guess.probability(), guess.label()));
        }
    }

    private String csvHeader() {
        return "file,rank,class,probability" + (threshold.isPresent() ? ",unsure" : "");
    }

    private static List<String> csvLines(Answer answer) {
        List<String> lines = new ArrayList<>();
        for (Predictor.Guess guess : answer.guesses) {
            List<Object> fields = new ArrayList<>(List.of(
                    answer.file,
                    lines.size() + 1,
                    guess.label(),
                    String.format(Locale.ROOT, "%.6f", guess.probability())));
            answer.unsure.ifPresent(fields::add);
            lines.add(Csv.line(fields.toArray()));
        }
        return lines;
    }

    private void writeCsv(List<Answer> answers) throws IOException {
        AtomicFile.write(csv.orElseThrow(), out -> {
            out.write(line(csvHeader()));
            for (Answer answer : answers) {
                for (String line : csvLines(answer)) {
                    out.write(line(line));
                }
            }
        });
    }

    private static byte[] line(String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private String written() {
        StringBuilder written = new StringBuilder();
        csv.filter(file -> !prints())
                .ifPresent(file -> written.append("; wrote ").append(file));
        html.ifPresent(
                file -> written.append(written.isEmpty() ? "; wrote " : " and ").append(file));
        return written.toString();
    }
}
