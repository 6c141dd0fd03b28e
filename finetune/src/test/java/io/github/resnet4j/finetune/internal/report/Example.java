package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.finetune.internal.task.classification.ClassificationReport;
import io.github.resnet4j.finetune.internal.task.classification.Judgement;
import io.github.resnet4j.finetune.quality.Scores;
import io.github.resnet4j.finetune.quality.TemperatureScaling;
import io.github.resnet4j.finetune.recipe.Choice;
import io.github.resnet4j.finetune.report.Confusion;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.EpochRows;
import io.github.resnet4j.finetune.report.Machine;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.PreviewGrid;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** A made-up run for tests. Its main method writes the run's files to a folder, for looking at them. */
public final class Example {
    static final List<String> FLOWERS = List.of(
            "daisy", "dandelion", "iris", "lily", "poppy", "rose", "snowdrop", "sunflower", "tulip", "water lily");

    private Example() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        RunReport run = run();
        HtmlReport.write(run, folder.resolve("report.html"));
        Charts.curves(run.epochs(), folder.resolve("curves.png"));
        Charts.curves(epochs(1), folder.resolve("curves-1.png"));
        Charts.confusion(task(run).confusion(), folder.resolve("confusion.png"));
        Charts.confusion(confusion(names(40), 60), folder.resolve("confusion-40.png"));
        Charts.confusion(confusion(names(1000), 10), folder.resolve("confusion-1000.png"));
        Charts.confusion(confusion(List.of("cat", "dog"), 50), folder.resolve("confusion-2.png"));
        HtmlReport.write(thousandClasses(), folder.resolve("report-1000.html"));
        HtmlReport.write(of(epochs(5), confusion(names(100), 50)), folder.resolve("report-100.html"));
        HtmlReport.write(of(epochs(5), confusion(names(200), 50)), folder.resolve("report-200.html"));
        List<PreviewGrid.Tile> tiles = IntStream.range(0, 22)
                .mapToObj(i -> new PreviewGrid.Tile(image(i, 32), FLOWERS.get(i % 10) + " #" + i))
                .toList();
        PreviewGrid.write(tiles, 8, folder.resolve("preview.png"));
    }

    public static RunReport run() {
        Confusion confusion = confusion(FLOWERS, 80);
        List<EpochRow> epochs = epochs(12);
        epochs.set(11, withTop1(epochs.get(11), confusion.top1()));
        return new RunReport(
                facts("resnet18 on flowers"),
                epochs,
                Optional.of(epochs.get(11)),
                new ClassificationReport(
                        confusion,
                        Optional.of(outcome("resnet18 on flowers", 12, 83.5, confusion.correct(), confusion.total())),
                        List.of(
                                outcome("from-scratch", 20, 91, confusion.correct() * 3 / 4, confusion.total()),
                                outcome("linear-probe", 20, 4.2, confusion.correct() - 9, confusion.total())),
                        Optional.of(judgement()),
                        predictions(16, 5),
                        predictions(4, 9),
                        predictions(8, 1),
                        List.of(new ClassificationReport.Label("a.jpg", "cat", "dog", 0.01, 0.98)),
                        List.of(new ClassificationReport.Pair("v.jpg", "t.jpg", true, 1))),
                List.of(
                        new ExecutorRow(0, "10.0.0.1", 17_616, 40.1, 0.6, 3.9),
                        new ExecutorRow(1, "10.0.0.2", 17_616, 40.1, 0.5, 2.2)),
                choices(),
                List.of("tulip/broken.jpg: not an image"),
                "model: { name: resnet18, classes: 10 }\ntrain:\n  epochs: 12\n  batch-size: 64\n",
                provenance().json(),
                List.of(
                        "3 of 3,670 images were skipped: they could not be decoded (tulip/broken.jpg, rose/empty.png, "
                                + "iris/page.jpg).",
                        "The smallest class, snowdrop, has 12 training images."));
    }

    private static List<Choice> choices() {
        return List.of(
                Choice.of("train.epochs", 12, "2,936 training images: BiT's rule gives 500 steps, 46 an epoch"),
                Choice.of("data.augment", "[horizontal-flip]", "").overridden("[horizontal-flip]"));
    }

    static RunReport thousandClasses() {
        return new RunReport(
                facts("resnet50 on imagenet"),
                epochs(90),
                Optional.empty(),
                confusionAlone(confusion(names(1000), 50)),
                List.of(),
                List.of(),
                List.of(),
                "",
                "",
                List.of());
    }

    static RunReport of(List<EpochRow> epochs, Confusion confusion) {
        return new RunReport(
                facts("a run"),
                epochs,
                EpochRow.best(epochs),
                confusionAlone(confusion),
                List.of(),
                List.of(),
                List.of(),
                "",
                "",
                List.of());
    }

    /** What a classification's report says of a run. */
    static ClassificationReport task(RunReport report) {
        return (ClassificationReport) report.task();
    }

    /** Without anything but a confusion matrix. */
    static ClassificationReport confusionAlone(Confusion confusion) {
        return new ClassificationReport(
                confusion,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    public static RunOutcome outcome(String name, int epochs, double seconds, long correct, long images) {
        return new RunOutcome(name, "random, seed 1", epochs, seconds, correct, images, "0b5a");
    }

    /** An overconfident model, two labels to check, two duplicates. */
    public static Judgement judgement() {
        Scores scores = new Scores(3);
        Random random = new Random(5);
        for (int i = 0; i < 200; i++) {
            float sure = 0.6f + 0.39f * random.nextFloat();
            scores.add(i, random.nextInt(10) < 7 ? 0 : 1, new float[] {sure, 0.7f * (1 - sure), 0.3f * (1 - sure)}, 0);
        }
        Judgement.Side val = new Judgement.Side("daisy/1.jpg", "daisy", Prediction.thumbnail(image(1, 64), 64));
        Judgement.Side train = new Judgement.Side("rose/9.jpg", "rose", Prediction.thumbnail(image(1, 90), 64));
        return new Judgement(
                TemperatureScaling.of(scores),
                predictions(2, 1),
                7,
                Optional.of(new Judgement.Duplicates(
                        2936,
                        734,
                        1,
                        2,
                        List.of(new Judgement.Twin(val, val, true, 1), new Judgement.Twin(val, train, false, 0.99)))));
    }

    static List<String> names(int n) {
        return IntStream.range(0, n).mapToObj(i -> "class %03d".formatted(i)).toList();
    }

    public static RunFacts facts(String title) {
        return new RunFacts(
                title,
                ordered(
                        "Architecture",
                        "resnet18",
                        "Pretrained weights",
                        "resnet18.tv_in1k",
                        "Parameters",
                        "11,181,642",
                        "Frozen",
                        "up to layer3"),
                ordered(
                        "Folder",
                        "data/flowers",
                        "Classes",
                        "10",
                        "Training images",
                        "2,936",
                        "Validation images",
                        "734"),
                ordered(
                        "Optimizer",
                        "SGD, momentum 0.9, weight decay 1e-4",
                        "Schedule",
                        "cosine from 0.01, 1 epoch of warm-up",
                        "Augmentation",
                        "random resized crop 224, flip",
                        "Batch size",
                        "64",
                        "Seed",
                        "1"),
                ordered(
                        "Machine",
                        "2 cores, AVX2",
                        "Java",
                        "17.0.15",
                        "Deeplearning4j",
                        "1.0.0-M2.1",
                        "Backend",
                        "oneDNN 2.5.2"),
                List.of(
                        "2,936 images are few: the first three stages stay frozen.",
                        "More epochs would help: the validation loss still falls."));
    }

    private static Map<String, String> ordered(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    public static List<EpochRow> epochs(int n) {
        Random random = new Random(7);
        List<EpochRow> rows = new ArrayList<>();
        for (int e = 1; e <= n; e++) {
            double progress = e / (double) n;
            double val = 0.93 - 0.5 * Math.exp(-4 * progress) + 0.01 * random.nextDouble();
            rows.add(EpochRows.of(
                    e,
                    46L * e,
                    0.005 * (1 + Math.cos(Math.PI * progress)),
                    0.25 + 1.8 * Math.exp(-4 * progress) + 0.03 * random.nextDouble(),
                    0.95 - 0.6 * Math.exp(-4 * progress),
                    0.28 + 1.4 * Math.exp(-4 * progress) + 0.05 * random.nextDouble(),
                    val,
                    Math.min(1, val + 0.06),
                    11 + random.nextDouble(),
                    270 + 20 * random.nextDouble(),
                    0.02));
        }
        return rows;
    }

    static EpochRow withTop1(EpochRow r, double top1) {
        return EpochRows.of(
                r.epoch(),
                r.iterations(),
                r.lr(),
                r.trainLoss(),
                r.train(Metric.TOP1),
                r.valLoss(),
                top1,
                r.val(Metric.TOP5),
                r.seconds(),
                r.imagesPerSecond(),
                r.dataWaitShare());
    }

    public static Confusion confusion(List<String> classes, int perClass) {
        int n = classes.size();
        long[][] counts = new long[n][n];
        Random random = new Random(3);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < perClass; k++) {
                int wrong = random.nextInt(3) == 0 ? random.nextInt(n) : (i + 1) % n;
                counts[i][random.nextInt(100) < 88 ? i : wrong]++;
            }
        }
        return new Confusion(classes, counts);
    }

    public static List<Prediction> predictions(int n, int wrongEvery) {
        List<Prediction> list = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            boolean right = i % wrongEvery != wrongEvery - 1;
            String actual = FLOWERS.get(i % 10);
            String said = right ? actual : FLOWERS.get((i + 3) % 10);
            byte[] thumbnail = Prediction.thumbnail(image(i, i % 2 == 0 ? 32 : 200), 128);
            list.add(new Prediction(
                    actual + "/IMG_%04d_a_rather_long_name.jpg".formatted(i),
                    thumbnail,
                    actual,
                    said,
                    0.99 - 0.03 * i,
                    right));
        }
        return list;
    }

    public static Rgb8Image image(int seed, int side) {
        byte[] rgb = new byte[side * side * 3];
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double r = Math.hypot(x - side / 2.0, y - side / 2.0) / side;
                double petal = Math.cos((3 + seed % 5) * Math.atan2(y - side / 2.0, x - side / 2.0));
                boolean flower = r < 0.25 + 0.15 * petal;
                int at = (y * side + x) * 3;
                rgb[at] = (byte) (flower ? 200 + 10 * (seed % 5) : 60 + 100 * y / side);
                rgb[at + 1] = (byte) (flower ? 40 * (seed % 6) : 130);
                rgb[at + 2] = (byte) (flower ? 30 * (seed % 8) : 70 + seed * 3);
            }
        }
        return new Rgb8Image(side, side, rgb);
    }

    public static Provenance provenance() {
        return new Provenance(
                new Machine("0.1.0", Optional.of("48ad3a1"), "17.0.15", "Linux", "a CPU", 2, 2, "1.0.0-M2.1", "oneDNN"),
                "resnet18.tv_in1k",
                11_181_642,
                1,
                "sha256:9f86d081884c7d65",
                List.of("resnet4j", "finetune", "--data", "data/flowers"),
                Instant.parse("2026-11-21T07:54:00Z"),
                143.2,
                "onednn");
    }
}
