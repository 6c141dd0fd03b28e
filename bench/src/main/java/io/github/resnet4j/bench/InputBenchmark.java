package io.github.resnet4j.bench;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.HorizontalFlip;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.RandomResizedCrop;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.SampleRandom;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Photographs from their files to a network's floats: this project's input pipeline and that of Pillow and torchvision, in
 * turns. Counted is the time that one thread spends on its processor, so that a busy machine does less harm. Arguments: a
 * Python with torchvision, its script, a folder of photographs, and the rounds.
 */
public final class InputBenchmark {
    private static final int PHOTOGRAPHS = 400;
    private static final int WARM_UPS = 3;
    private static final int SIDE = 224;

    /** What is done with each photograph. */
    private enum Row {
        DECODE("decode", "decode"),
        TRAIN("train", "random-resized crop to 224, flip, normalise"),
        DRAFT("train-draft", "the same, reduced (reducing-gap 2; draft 224)"),
        EVALUATE("evaluate", "resize to 256, centre crop of 224, normalise");

        private final String word;
        private final String title;

        Row(String word, String title) {
            this.word = word;
            this.title = title;
        }
    }

    private static final Pipeline TRAIN =
            new Pipeline(List.of(new RandomResizedCrop(SIDE), new HorizontalFlip(0.5)), Normalize.IMAGENET);
    private static final Pipeline REDUCED = new Pipeline(
            List.of(
                    new RandomResizedCrop(SIDE, 0.08, 1, 3.0 / 4, 4.0 / 3, Interpolation.BILINEAR, Optional.of(2.0)),
                    new HorizontalFlip(0.5)),
            Normalize.IMAGENET);
    private static final Pipeline EVALUATE =
            new Pipeline(List.of(new Resize(256, Interpolation.BILINEAR), new CenterCrop(SIDE)), Normalize.IMAGENET);

    private final List<Path> files;
    private final float[] values = new float[3 * SIDE * SIDE];

    private InputBenchmark(List<Path> files) {
        this.files = files;
    }

    /** See the class. */
    public static void main(String[] args) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(Path.of(args[2]))) {
            files = found.filter(
                            file -> file.toString().toLowerCase(Locale.ROOT).matches(".*\\.jpe?g"))
                    .sorted()
                    .limit(PHOTOGRAPHS)
                    .toList();
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException(args[2] + ": no .jpg or .jpeg below it");
        }
        InputBenchmark ours = new InputBenchmark(files);
        Process peer = new ProcessBuilder(args[0], args[1], args[2], String.valueOf(PHOTOGRAPHS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader answers = peer.inputReader(StandardCharsets.UTF_8);
                PrintStream questions = new PrintStream(peer.getOutputStream(), true, StandardCharsets.UTF_8)) {
            System.out.println(files.size() + " photographs; Java " + System.getProperty("java.version") + "; peer "
                    + answer(answers));
            ours.run(Integer.parseInt(args[3]), questions, answers);
        } finally {
            peer.destroy();
        }
    }

    private void run(int rounds, PrintStream questions, BufferedReader answers) throws IOException {
        Map<Row, List<Double>> our = new EnumMap<>(Row.class);
        Map<Row, List<Double>> their = new EnumMap<>(Row.class);
        for (int round = -WARM_UPS; round < rounds; round++) {
            for (Row row : Row.values()) {
                double speed = measure(row, round + WARM_UPS);
                if (round >= 0) {
                    questions.println(row.word);
                    double[] answer = Arrays.stream(answer(answers).split(" "))
                            .mapToDouble(Double::parseDouble)
                            .toArray();
                    our.computeIfAbsent(row, r -> new ArrayList<>()).add(speed);
                    their.computeIfAbsent(row, r -> new ArrayList<>()).add(answer[0] / answer[1]);
                }
            }
        }
        System.out.printf("%-48s %20s %20s   ratio%n", "images/s of one core", "resnet4j", "Pillow+torchvision");
        for (Row row : Row.values()) {
            Series mine = new Series(our.get(row));
            Series theirs = new Series(their.get(row));
            System.out.printf(
                    Locale.ROOT, "%-48s %20s %20s %7.2f%n", row.title, text(mine), text(theirs), mine.ratioTo(theirs));
        }
    }

    private static String text(Series series) {
        return String.format(Locale.ROOT, "%.0f (%.0f-%.0f)", series.median(), series.min(), series.max());
    }

    private static String answer(BufferedReader answers) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the peer ended without an answer");
        }
        return line;
    }

    private double measure(Row row, int epoch) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < files.size(); i++) {
            LazyImage image = ImageDecoder.open(files.get(i), ImageDecoder.DEFAULT_MAX_PIXELS);
            SampleRandom random = SampleRandom.of(0, epoch, i);
            switch (row) {
                case DECODE -> image.decode();
                case TRAIN -> TRAIN.write(image, random, values, 0);
                case DRAFT -> REDUCED.write(image, random, values, 0);
                case EVALUATE -> EVALUATE.write(image, random, values, 0);
            }
        }
        long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
        return files.size() / (nanos / 1e9);
    }
}
