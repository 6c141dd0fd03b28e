package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageFiles;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.model.FileUpscaler;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.model.Upscaler;
import io.github.resnet4j.finetune.report.DeferredLines;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.train.StoppedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "upscale",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Makes images larger with a super-resolution network and writes them as PNG: upscale IN OUT, where both are files"
                    + " or folders.",
            "Images of any size are cut into tiles that overlap, so that memory is bounded. Grey images stay grey, and what is"
                    + " transparent stays so. Images that cannot be read are named at the end; the exit code is then 3."
        })
final class UpscaleCommand implements Callable<Integer> {
    private static final String PNG = ".png";
    private static final int MOST_NAMED = 5;

    @Parameters(
            arity = "2..*",
            paramLabel = "PATH",
            description =
                    "Images, and folders to search for images; then, last, where to write to: a name that ends in .png for"
                            + " one image, or a folder, which is made if there is none.")
    private List<Path> paths;

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--scale",
            paramLabel = "S",
            description = "How many times as wide and high: the model's scale, which is checked (default: what it is).")
    private Optional<Integer> scale;

    @Option(
            names = "--self-ensemble",
            description =
                    "The mean of what the network makes of all eight flips and turns: better by about a tenth of a decibel,"
                            + " in eight times the time.")
    private boolean selfEnsemble;

    @Option(
            names = "--tile",
            paramLabel = "N",
            defaultValue = "192",
            description = "Most rows and columns that the network sees at once; memory grows with its square.")
    private int tile;

    @Option(
            names = "--overlap",
            paramLabel = "N",
            description =
                    "Rows and columns that tiles share on each side (default: what the network sees around a pixel, so that"
                            + " no edge shows).")
    private Optional<Integer> overlap;

    @Option(names = "--overwrite", description = "Replace files that are there.")
    private boolean overwrite;

    @Mixin
    private FolderReading reading;

    @Mixin
    private EngineOption engine;

    @Option(names = "--json", description = "Print a JSON object for each image, one per line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Upscaler.Options options = options();
        Unreadable unreadable = new Unreadable();
        Map<Path, Path> files = files(unreadable); // all of them, before anything is read
        try (DeferredLines remarks = new DeferredLines(Terminal.view(true))) {
            SourceModel source = model.open(remarks::add);
            requireScale(source);
            if (!files.isEmpty()) {
                upscale(source, options, files, unreadable, remarks);
            }
        }
        return unreadable.report(spec.commandLine());
    }

    private Upscaler.Options options() {
        try {
            return new Upscaler.Options(tile, overlap, selfEnsemble);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--tile and --overlap: " + e.getMessage());
        }
    }

    private void requireScale(SourceModel source) {
        int own = FileUpscaler.factor(source);
        scale.filter(asked -> asked != own).ifPresent(asked -> {
            throw new UsageException(source.origin() + " makes images " + own + " times larger, but --scale is " + asked
                    + ": use a model that was trained for that, such as a msrn-x" + asked);
        });
    }

    private void upscale(
            SourceModel source,
            Upscaler.Options options,
            Map<Path, Path> files,
            Unreadable unreadable,
            DeferredLines remarks)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        long maxPixels = reading.options().maxPixels();
        ProgressView view = Terminal.view(true);
        long start = System.nanoTime();
        int images = 0;
        try (Stop stop = new Stop();
                FileUpscaler upscaler =
                        FileUpscaler.open(source, options, engine.engine().orElse(Engine.AUTO))) {
            remarks.close();
            Map<Path, Integer> tiles = tiles(files, upscaler, unreadable);
            long all = tiles.values().stream().mapToLong(Integer::longValue).sum();
            view.begin("upscale", all);
            long before = 0;
            for (Map.Entry<Path, Integer> entry : tiles.entrySet()) {
                Path from = entry.getKey();
                Path to = files.get(from);
                long done = before;
                long began = System.nanoTime();
                try {
                    Files.createDirectories(to.toAbsolutePath().getParent());
                    FileUpscaler.Sizes sizes = upscaler.upscale(from, to, maxPixels, tile -> {
                        view.step(done + tile, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
                        if (stop.getAsBoolean()) {
                            throw new StoppedException();
                        }
                    });
                    images++;
                    print(out, from, to, sizes, seconds(began));
                } catch (BadDataException e) {
                    unreadable.add(e.getMessage());
                }
                before += entry.getValue();
                view.step(before, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
            }
        } finally {
            view.end();
        }
        if (files.size() > 1) {
            view.line(Numbers.count(images, "image", "images") + " made " + FileUpscaler.factor(source)
                    + " times larger in " + Numbers.duration(seconds(start)));
        }
    }

    private Map<Path, Integer> tiles(Map<Path, Path> files, FileUpscaler upscaler, Unreadable unreadable) {
        Map<Path, Integer> tiles = new LinkedHashMap<>();
        for (Path file : files.keySet()) {
            try {
                tiles.put(file, upscaler.tiles(file, reading.options().maxPixels()));
            } catch (BadDataException e) {
                unreadable.add(e.getMessage());
            }
        }
        return tiles;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private void print(PrintWriter out, Path from, Path to, FileUpscaler.Sizes sizes, double seconds) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", from.toString());
            object.put("output", to.toString());
            object.put("width", sizes.width());
            object.put("height", sizes.height());
            object.put("outputWidth", sizes.newWidth());
            object.put("outputHeight", sizes.newHeight());
            object.put("seconds", seconds);
            out.println(Json.text(object));
        } else {
            out.printf(
                    Locale.ROOT,
                    "%s: %dx%d, from %s, %dx%d, in %s%n",
                    Printable.line(to.toString()),
                    sizes.newWidth(),
                    sizes.newHeight(),
                    Printable.line(from.toString()),
                    sizes.width(),
                    sizes.height(),
                    Numbers.duration(seconds));
        }
        out.flush();
    }

    /** What is to be read, and where each is to be written. */
    private Map<Path, Path> files(Unreadable unreadable) {
        Path out = paths.get(paths.size() - 1);
        List<Path> inputs = paths.subList(0, paths.size() - 1);
        boolean named = isPng(out) && !Files.isDirectory(out);
        Map<Path, Path> files = new LinkedHashMap<>();
        if (named) {
            if (inputs.size() > 1 || Files.isDirectory(inputs.get(0))) {
                throw new UsageException(
                        out + " is the name of one image, but there may be several to write: name a folder");
            }
            require(inputs.get(0), unreadable).ifPresent(file -> files.put(file, out));
        } else {
            if (Files.exists(out) && !Files.isDirectory(out)) {
                throw new UsageException(
                        out + " is a file that does not end in .png: name where to write to last, a folder or a PNG");
            }
            if (!Files.exists(out) && looksLikeFile(out)) {
                throw new UsageException(
                        out + ": images are written as PNG; name a file that ends in .png, or a folder");
            }
            for (Path input : inputs) {
                addTo(files, input, out, unreadable);
            }
        }
        requireDistinct(files);
        requireFree(files);
        return files;
    }

    private static boolean isPng(Path path) {
        return path.toString().toLowerCase(Locale.ROOT).endsWith(PNG);
    }

    private static boolean looksLikeFile(Path path) {
        return path.toString().toLowerCase(Locale.ROOT).matches(".*\\.(jpe?g|bmp|gif|webp|tiff?|heic|avif)");
    }

    private void addTo(Map<Path, Path> files, Path input, Path out, Unreadable unreadable) {
        if (!Files.isDirectory(input)) {
            require(input, unreadable).ifPresent(file -> files.put(file, out.resolve(png(file.getFileName()))));
            return;
        }
        try {
            ImageFiles found = ImageFiles.below(input, reading.options());
            if (!found.passedOver().isEmpty()) {
                Terminal.view(true).line(input + ": passed over " + found.passedOver());
            }
            found.files().forEach(file -> files.put(file, out.resolve(png(input.relativize(file)))));
        } catch (BadDataException e) {
            unreadable.add(e.getMessage());
        }
    }

    private static Optional<Path> require(Path file, Unreadable unreadable) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(file);
        }
        unreadable.add(ImageArguments.missing(file));
        return Optional.empty();
    }

    /** The same name with the ending of what is written. */
    private static Path png(Path name) {
        String file = name.getFileName().toString();
        int dot = file.lastIndexOf('.');
        return name.resolveSibling((dot > 0 ? file.substring(0, dot) : file) + PNG);
    }

    private static void requireDistinct(Map<Path, Path> files) {
        Map<Path, Path> sources = new LinkedHashMap<>();
        files.forEach((from, to) -> {
            Path other = sources.put(to.toAbsolutePath().normalize(), from);
            if (other != null) {
                throw new UsageException(other + " and " + from + " would both be written to " + to
                        + ": rename one of them, or make each larger into a folder of its own");
            }
        });
    }

    private void requireFree(Map<Path, Path> files) {
        files.forEach((from, to) -> {
            if (from.toAbsolutePath().normalize().equals(to.toAbsolutePath().normalize())) {
                throw new UsageException(to + " would be replaced by itself, larger: write to another place");
            }
        });
        List<Path> there = overwrite
                ? List.of()
                : files.values().stream().filter(Files::exists).toList();
        if (!there.isEmpty()) {
            throw new UsageException(
                    there.stream().limit(MOST_NAMED).map(Path::toString).collect(Collectors.joining(", "))
                            + (there.size() > MOST_NAMED ? " and " + (there.size() - MOST_NAMED) + " more" : "")
                            + (there.size() == 1 ? " exists" : " exist")
                            + ": write to another place, or replace what is there with --overwrite");
        }
    }
}
