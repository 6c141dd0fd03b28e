package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.ImageFiles;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.report.DeferredLines;
import io.github.resnet4j.finetune.report.EngineUse;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Classifies images: prints the most probable classes of image files and of all images in folders.",
            "Images that cannot be read are named, the first 20 of them; the others are classified, and the exit code"
                    + " is 3."
        })
final class PredictCommand implements Callable<Integer> {
    private static final int AT_ONCE = 16;
    private static final int MOST_NAMED = 20;
    private static final Pattern ADDRESS = Pattern.compile("\\p{Alpha}[\\w+.-]*:/.*");

    @Mixin
    private ModelOptions model;

    @Mixin
    private CalibrationOption calibration;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Image files, or folders to search for images.")
    private List<String> arguments;

    @Mixin
    private FolderReading reading;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "5",
            description = "Number of classes to print per image.")
    private int top;

    @Mixin
    private EngineOption engine;

    @ArgGroup
    private Format format;

    @Spec
    private CommandSpec spec;

    /** A line of {@code --json}. */
    record Answer(String file, List<Predictor.Guess> predictions) {}

    /** Names what cannot be read, as far as anybody will read that. */
    private final class Bad {
        private int count;

        void add(String problem) {
            if (count++ < MOST_NAMED) {
                Failures.say(spec.commandLine(), problem);
            }
        }

        /** The exit code. */
        int end() {
            if (count > MOST_NAMED) {
                Failures.say(spec.commandLine(), "and " + (count - MOST_NAMED) + " more that cannot be read");
            }
            return count == 0 ? ExitCode.OK : ExitCode.BAD_INPUT;
        }
    }

    private static final class Format {
        @Option(names = "--json", description = "Print a JSON object for each image, one per line.")
        private boolean json;

        @Option(names = "--csv", description = "Print CSV: file, rank, class, probability.")
        private boolean csv;
    }

    @Override
    public Integer call() throws IOException {
        if (top < 1) {
            throw new UsageException("--top must be at least 1, got " + top);
        }
        FolderOptions folders = reading.options();
        List<Path> named = paths(); // all of them, before anything is read
        Bad bad = new Bad();
        List<Path> files = files(named, folders, bad);
        if (files.isEmpty()) {
            return bad.end();
        }
        PrintWriter out = spec.commandLine().getOut();
        if (format != null && format.csv) {
            out.println("file,rank,class,probability");
        }
        try (DeferredLines remarks = new DeferredLines(Terminal.view(true));
                Predictor predictor = Predictor.open(
                        calibration.of(model.open(remarks::add), remarks::add),
                        Math.min(AT_ONCE, files.size()),
                        engine.engine().orElse(Engine.AUTO))) {
            Inference inference = predictor.inference();
            remarks.after(new EngineUse(inference.engine(), inference.fallback()).words());
            for (int from = 0; from < files.size(); from += AT_ONCE) {
                predict(
                        files.subList(from, Math.min(from + AT_ONCE, files.size())),
                        folders.maxPixels(),
                        predictor,
                        out,
                        bad);
            }
        }
        out.flush();
        return bad.end();
    }

    /** Prints the answers for the files that can be read. */
    private void predict(List<Path> files, long maxPixels, Predictor predictor, PrintWriter out, Bad bad) {
        List<Path> read = new ArrayList<>();
        List<float[]> images = new ArrayList<>();
        for (Path file : files) {
            try {
                images.add(predictor.prepare(ImageDecoder.decode(file, maxPixels)));
                read.add(file);
            } catch (BadDataException e) {
                bad.add(e.getMessage());
            } catch (IllegalArgumentException e) {
                bad.add(file + ": " + e.getMessage());
            }
        }
        if (!images.isEmpty()) {
            List<List<Predictor.Guess>> guesses = predictor.predict(images, top);
            for (int i = 0; i < read.size(); i++) {
                print(out, read.get(i), guesses.get(i));
            }
        }
    }

    private void print(PrintWriter out, Path file, List<Predictor.Guess> guesses) {
        if (format != null && format.json) {
            out.println(Json.text(new Answer(file.toString(), guesses)));
        } else if (format != null && format.csv) {
            for (int rank = 0; rank < guesses.size(); rank++) {
                Predictor.Guess guess = guesses.get(rank);
                out.printf(
                        Locale.ROOT,
                        "%s,%d,%s,%.6f%n",
                        csv(file.toString()),
                        rank + 1,
                        csv(guess.label()),
                        guess.probability());
            }
        } else {
            out.println(Printable.line(file.toString()));
            guesses.forEach(
                    guess -> out.printf(Locale.ROOT, "  %6.2f %%  %s%n", 100 * guess.probability(), guess.label()));
        }
    }

    private static String csv(String field) {
        return field.matches("[^,\"\r\n]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
    }

    /** The files that are named, whatever they are called, and the images in folders. */
    private List<Path> files(List<Path> named, FolderOptions folders, Bad bad) {
        List<Path> files = new ArrayList<>();
        for (Path path : named) {
            if (!Files.isDirectory(path)) {
                files.add(path);
                continue;
            }
            try {
                ImageFiles found = ImageFiles.below(path, folders);
                if (!found.passedOver().isEmpty()) {
                    Terminal.view(true).line(path + ": passed over " + found.passedOver());
                }
                files.addAll(found.files());
            } catch (BadDataException e) {
                bad.add(e.getMessage());
            }
        }
        return files;
    }

    /** @throws UsageException naming all arguments that cannot be files */
    private List<Path> paths() {
        List<String> problems = arguments.stream()
                .map(PredictCommand::problem)
                .flatMap(Optional::stream)
                .toList();
        if (!problems.isEmpty()) {
            int more = problems.size() - MOST_NAMED;
            throw new UsageException(problems.stream().limit(MOST_NAMED).collect(Collectors.joining("; "))
                    + (more > 0 ? "; and " + more + " more" : ""));
        }
        return arguments.stream().map(Path::of).toList();
    }

    private static Optional<String> problem(String name) {
        if (name.equals("-")) {
            return Optional.of("-: cannot read images from standard input; name a file or folder");
        }
        Path path;
        try {
            path = Path.of(name);
        } catch (InvalidPathException e) {
            return Optional.of(name + ": not a valid file name: " + e.getReason());
        }
        if (ADDRESS.matcher(name).matches() && !Files.exists(path)) {
            return Optional.of(name + ": cannot read from a URL; download the image first and name the file");
        }
        if (name.matches(".*[*?].*") && !Files.exists(path)) {
            return Optional.of(name + ": no file matches");
        }
        return Optional.empty();
    }
}
