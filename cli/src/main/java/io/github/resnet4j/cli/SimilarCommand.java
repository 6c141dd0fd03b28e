package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.ImageFiles;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.Embeddings;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.DeferredLines;
import io.github.resnet4j.finetune.report.Jpeg;
import io.github.resnet4j.finetune.report.NeighbourPage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "similar",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Finds the images of a folder that are most like one image: by the cosine of the angle between their feature"
                    + " vectors, 1 for the same direction. The image itself, if it is in the folder, is left out.",
            "Images that cannot be read are named at the end; the exit code is then 3."
        })
final class SimilarCommand implements Callable<Integer> {
    @Mixin
    private ModelOptions model;

    @Parameters(paramLabel = "IMAGE", description = "The image whose like is wanted.")
    private Path image;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "Folder to search, with all folders in it.")
    private Path data;

    @Mixin
    private FolderReading reading;

    @Option(names = "--top", paramLabel = "N", defaultValue = "10", description = "Number of images to find.")
    private int top;

    @Mixin
    private EngineOption engine;

    @Option(names = "--json", description = "Print a JSON object for each image, one per line.")
    private boolean json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            showDefaultValue = Visibility.NEVER,
            description = "Write a page with the images.")
    private Optional<Path> html = Optional.empty();

    @Spec
    private CommandSpec spec;

    /** A line of {@code --json}. */
    record Answer(String file, double similarity) {}

    @Override
    public Integer call() throws IOException {
        if (top < 1) {
            throw new UsageException("--top must be at least 1, got " + top);
        }
        OutputFile.require("--html", html);
        FolderOptions folders = reading.options();
        if (!Files.exists(image)) {
            throw new BadDataException(ImageArguments.missing(image));
        }
        ImageDecoder.check(image, folders.maxPixels());
        List<Path> files = new ArrayList<>(List.of(image));
        ImageFiles found = ImageFiles.below(data, folders);
        if (!found.passedOver().isEmpty()) {
            Terminal.view(true).line(data + ": passed over " + found.passedOver());
        }
        for (Path file : found.files()) {
            if (!Files.isSameFile(file, image)) {
                files.add(file);
            }
        }
        if (files.size() == 1) {
            throw new UsageException(data + ": has no image besides " + image + "; name a folder with others");
        }
        Unreadable unreadable = new Unreadable();
        try (DeferredLines remarks = new DeferredLines(Terminal.view(true))) {
            SourceModel source = model.open(remarks::add);
            Embeddings all = EmbedCommand.embeddings(source, engine, files, folders.maxPixels(), remarks, unreadable);
            if (all.files().isEmpty() || !all.files().get(0).equals(image)) {
                return unreadable.report(spec.commandLine()); // the image itself cannot be read
            }
            int last = all.files().size();
            List<Embeddings.Neighbour> nearest = new Embeddings(
                            all.files().subList(1, last), all.vectors().subList(1, last))
                    .nearest(all.vectors().get(0), top);
            print(nearest);
            if (html.isPresent()) {
                page(nearest, last - 1, folders.maxPixels(), source.origin());
            }
        }
        return unreadable.report(spec.commandLine());
    }

    private void print(List<Embeddings.Neighbour> nearest) {
        PrintWriter out = spec.commandLine().getOut();
        for (Embeddings.Neighbour neighbour : nearest) {
            if (json) {
                out.println(Json.text(new Answer(neighbour.file().toString(), neighbour.similarity())));
            } else {
                out.printf(
                        Locale.ROOT,
                        "  %.4f  %s%n",
                        neighbour.similarity(),
                        Printable.line(neighbour.file().toString()));
            }
        }
        out.flush();
    }

    private void page(List<Embeddings.Neighbour> nearest, int searched, long maxPixels, String origin)
            throws IOException {
        List<NeighbourPage.Shot> shots = nearest.stream()
                .map(neighbour -> new NeighbourPage.Shot(
                        neighbour.file().toString(), thumbnail(neighbour.file(), maxPixels), neighbour.similarity()))
                .toList();
        new NeighbourPage(origin, image.toString(), thumbnail(image, maxPixels), searched, shots).write(html.get());
        Terminal.view(true).line("wrote " + html.get());
    }

    private static byte[] thumbnail(Path file, long maxPixels) {
        return Jpeg.thumbnail(ImageDecoder.decode(file, maxPixels));
    }
}
