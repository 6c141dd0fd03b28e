package io.github.resnet4j.cli;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.Embeddings;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.DeferredLines;
import io.github.resnet4j.finetune.report.EngineUse;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Writes the feature vectors of images: the input of the model's last layer.",
            "Images that cannot be read are left out and named at the end; the exit code is then 3."
        })
final class EmbedCommand implements Callable<Integer> {
    static final int AT_ONCE = 16;
    private static final String NPY = ".npy";
    private static final String CSV = ".csv";

    @Mixin
    private ModelOptions model;

    @Mixin
    private ImageArguments images;

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "FILE",
            description =
                    "FILE.npy for numpy: float32, one row for each image, with the paths in FILE.txt, one per line;"
                            + " or FILE.csv: file, then the values.")
    private Path out;

    @Mixin
    private EngineOption engine;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        String name = out.toString();
        boolean npy = name.toLowerCase(Locale.ROOT).endsWith(NPY);
        if (!npy && !name.toLowerCase(Locale.ROOT).endsWith(CSV)) {
            throw new UsageException("--out " + out + ": name a file that ends in .npy or .csv");
        }
        Path paths = Path.of(name.substring(0, name.length() - NPY.length()) + ".txt");
        OutputFile.require("--out", Optional.of(out));
        Unreadable unreadable = new Unreadable();
        List<Path> files = images.files(unreadable);
        try (DeferredLines remarks = new DeferredLines(Terminal.view(true))) {
            SourceModel source = model.open(remarks::add);
            Embeddings embeddings =
                    embeddings(source, engine, files, images.folders().maxPixels(), remarks, unreadable);
            if (embeddings.files().isEmpty()) {
                return unreadable.report(spec.commandLine());
            }
            if (npy) {
                requireOneLineEach(embeddings.files(), paths);
                AtomicFile.write(
                        paths,
                        lines(embeddings.files().stream().map(Path::toString).toList()));
                embeddings.writeNpy(out);
            } else {
                AtomicFile.write(out, lines(csv(embeddings)));
            }
            spec.commandLine()
                    .getOut()
                    .println(Numbers.count(embeddings.files().size(), "image", "images") + ", "
                            + Numbers.count(embeddings.length()) + " features each: " + out
                            + (npy ? ", paths in " + paths : ""));
        }
        return unreadable.report(spec.commandLine());
    }

    /** The features of all files that can be read, with a bar on a terminal. */
    static Embeddings embeddings(
            SourceModel source,
            EngineOption engine,
            List<Path> files,
            long maxPixels,
            DeferredLines remarks,
            Unreadable unreadable) {
        if (files.isEmpty()) {
            return new Embeddings(List.of(), List.of());
        }
        try (Predictor predictor = Predictor.open(
                source, Math.min(AT_ONCE, files.size()), engine.engine().orElse(Engine.AUTO))) {
            remarks.after(new EngineUse(
                            predictor.inference().engine(),
                            predictor.inference().fallback())
                    .words());
            ProgressView progress = Terminal.view(true);
            progress.begin("embed", files.size());
            try {
                return Embeddings.of(
                        predictor,
                        files,
                        maxPixels,
                        unreadable::add,
                        done -> progress.step(done, Double.NaN, Double.NaN, Double.NaN, Double.NaN));
            } finally {
                progress.end();
            }
        }
    }

    /** A path with a line break would shift all paths behind it. */
    private static void requireOneLineEach(List<Path> files, Path paths) {
        files.stream()
                .filter(file -> file.toString().matches("(?s).*\\R.*"))
                .findFirst()
                .ifPresent(file -> {
                    throw new UsageException(Printable.line(file.toString()) + ": the name has a line break, which "
                            + paths + " cannot hold; rename the file, or write a .csv");
                });
    }

    private static List<String> csv(Embeddings embeddings) {
        List<String> lines = new ArrayList<>();
        Object[] header = new Object[1 + embeddings.length()];
        header[0] = "file";
        for (int i = 0; i < embeddings.length(); i++) {
            header[1 + i] = "f" + i;
        }
        lines.add(Csv.line(header));
        for (int image = 0; image < embeddings.files().size(); image++) {
            Object[] fields = new Object[1 + embeddings.length()];
            fields[0] = embeddings.files().get(image);
            for (int i = 0; i < embeddings.length(); i++) {
                fields[1 + i] = embeddings.vectors().get(image)[i];
            }
            lines.add(Csv.line(fields));
        }
        return lines;
    }

    private static byte[] lines(List<String> lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
