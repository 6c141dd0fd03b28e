package io.github.resnet4j.finetune.internal.task.segmentation;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.FolderOptions;
import io.github.resnet4j.datasets.ImageFiles;
import io.github.resnet4j.datasets.MaskOptions;
import io.github.resnet4j.datasets.MaskedImages;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.datasets.transform.Fit;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.NormalizeConfig;
import io.github.resnet4j.finetune.internal.report.Png;
import io.github.resnet4j.finetune.internal.task.ModelUse;
import io.github.resnet4j.finetune.train.BatchArrays;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A trained network that segments. */
final class Segmenter {
    private static final String MASKS = "masks";
    private static final String OVERLAYS = "overlays";

    /** Probabilities that are in memory at once. */
    private static final int MOST = 1 << 26;

    private final ModelUse model;
    private final Shape in;
    private final Fit fit;
    private final Pipeline pipeline;
    private final List<String> classes;

    Segmenter(ModelUse model) {
        this.in = model.card().input();
        if (in.channels() != 3 || in.height() != in.width()) {
            throw new UsageException(
                    model.source().origin() + " takes " + in + ": images to be segmented are square, in colour");
        }
        this.fit = new Fit(in.height());
        Preprocessing steps = model.card().preprocessing();
        this.pipeline = new Pipeline(List.of(fit), new NormalizeConfig(steps.mean(), steps.std()).toNormalize())
                .producing(in.height(), in.width());
        this.classes = model.card().classes();
        double each = (double) classes.size() * in.height() * in.width();
        this.model = model.atMost((int) Math.max(1, MOST / each));
    }

    /** How well it does on images with masks. */
    SegmentationEvaluation evaluate(Path data) {
        BatchArrays.requireRoom("--batch-size", model.batchSize(), in);
        requireSameNames(data);
        MaskedImages images = MaskedImages.evaluation(data, MaskOptions.DEFAULT.withClasses(classes));
        int workers = Runtime.getRuntime().availableProcessors();
        LoaderOptions loading = new LoaderOptions(model.batchSize(), 0, workers, 2 * workers, false, BadImages.FAIL);
        try (ModelUse.Loaded loaded = model.load();
                BatchLoader loader = OpenSegmentation.loader(images, pipeline, in, loading)) {
            return new PixelObjective(classes, Optional.empty())
                    .evaluate(loaded.inference(), loader, model.source().origin(), model.progress(), model.stop());
        }
    }

    /** Masks are numbers: they mean the model's classes only if these have the same order. */
    private void requireSameNames(Path data) {
        List<String> names = MaskedImages.names(data);
        if (names.isEmpty() || names.equals(classes) || !model.source().classesNamed()) {
            return;
        }
        int first = IntStream.range(0, Math.max(names.size(), classes.size()))
                .filter(number -> number >= names.size()
                        || number >= classes.size()
                        || !names.get(number).equals(classes.get(number)))
                .findFirst()
                .orElseThrow();
        throw new UsageException("the classes of " + data + " are not the model's: number " + first + " is "
                + (first < names.size() ? names.get(first) : "none") + " there and "
                + (first < classes.size() ? classes.get(first) : "none") + " here");
    }

    /** Something to segment, and what its mask is to be called. */
    private record Input(Path file, Path name) {}

    /** Segments files, one after the other, and writes masks in their size, and pictures with these over them. */
    void predict(List<Path> inputs, Consumer<Map<String, Object>> answers) {
        Path out = model.out()
                .orElseThrow(() -> new UsageException(
                        "this model draws a mask for each image: say with --out DIR where they are to be written"));
        List<Input> files = new ArrayList<>();
        List<Map<String, Object>> unreadable = new ArrayList<>();
        for (Path input : inputs) {
            try {
                files.addAll(files(input));
            } catch (BadDataException e) {
                unreadable.add(problem(input, e));
            }
        }
        requireEmpty(out.resolve(MASKS));
        requireEmpty(out.resolve(OVERLAYS));
        Set<Path> taken = new HashSet<>();
        BatchArrays arrays = new BatchArrays();
        try (ModelUse.Loaded loaded = model.load()) {
            for (Input input : files) {
                if (model.stop().getAsBoolean()) {
                    throw new StoppedException();
                }
                answers.accept(answer(input, out, taken, loaded.inference(), arrays));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        unreadable.forEach(answers);
    }

    private static List<Input> files(Path input) {
        if (!Files.isDirectory(input)) {
            return List.of(new Input(input, input.getFileName()));
        }
        return ImageFiles.below(input, FolderOptions.DEFAULT).files().stream()
                .map(file -> new Input(file, input.relativize(file)))
                .toList();
    }

    /** What is there already may be the masks that somebody drew. */
    private static void requireEmpty(Path folder) {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> there = Files.list(folder)) {
                if (there.findAny().isPresent()) {
                    throw new UsageException(folder
                            + " is not empty, and nothing in it is to be overwritten: give another folder with --out");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Map<String, Object> problem(Path file, BadDataException e) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("file", file.toString());
        answer.put("problem", e.getMessage());
        return answer;
    }

    private Map<String, Object> answer(Input input, Path out, Set<Path> taken, Inference inference, BatchArrays arrays)
            throws IOException {
        Rgb8Image image;
        try {
            image = ImageDecoder.decode(input.file);
        } catch (BadDataException e) {
            return problem(input.file, e);
        }
        byte[] numbers = numbers(image, inference, arrays);
        Path name = free(input.name, taken);
        Path mask = out.resolve(MASKS).resolve(name.toString());
        Path overlay = out.resolve(OVERLAYS).resolve(name.toString());
        Files.createDirectories(mask.getParent());
        Files.createDirectories(overlay.getParent());
        AtomicFile.write(mask, ClassColours.mask(numbers, image.width(), image.height()));
        AtomicFile.write(overlay, Png.encode(ClassColours.overlay(image, numbers)));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("file", input.file.toString());
        answer.put("mask", mask.toString());
        answer.put("overlay", overlay.toString());
        answer.put("classes", shares(numbers));
        return answer;
    }

    private byte[] numbers(Rgb8Image image, Inference inference, BatchArrays arrays) {
        int side = in.height();
        float[] pixels = new float[3 * side * side];
        pipeline.write(image, SampleRandom.of(0, 0, 0), pixels, 0);
        float[] probabilities = inference
                .output(arrays.of(pixels, 1, 3, side, side))
                .dup('c')
                .data()
                .asFloat();
        for (float probability : probabilities) {
            if (!Float.isFinite(probability)) {
                throw new NonFiniteOutputException(model.source().origin(), 1, 1);
            }
        }
        return Numbered.scaled(
                probabilities,
                classes.size(),
                side,
                fit.height(image),
                fit.width(image),
                image.height(),
                image.width());
    }

    /** A name for a PNG that no other input has: {@code a.jpg} and {@code a.png} become {@code a.png} and {@code a-2.png}. */
    private static Path free(Path name, Set<Path> taken) {
        String own = name.getFileName().toString();
        int dot = own.lastIndexOf('.');
        String stem = dot > 0 ? own.substring(0, dot) : own;
        Path free = name.resolveSibling(stem + ".png");
        for (int i = 2; !taken.add(free); i++) {
            free = name.resolveSibling(stem + "-" + i + ".png");
        }
        return free;
    }

    /** Of each class that is there, the share of the pixels; the largest first. */
    private Map<String, Double> shares(byte[] numbers) {
        long[] counts = new long[classes.size()];
        for (byte number : numbers) {
            counts[number & 0xff]++;
        }
        Map<String, Double> shares = new LinkedHashMap<>();
        IntStream.range(0, counts.length)
                .boxed()
                .filter(number -> counts[number] > 0)
                .sorted(Comparator.comparingLong(number -> -counts[number]))
                .forEach(number -> shares.put(classes.get(number), (double) counts[number] / numbers.length));
        return shares;
    }
}
