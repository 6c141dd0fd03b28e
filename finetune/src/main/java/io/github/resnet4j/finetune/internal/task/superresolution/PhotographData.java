package io.github.resnet4j.finetune.internal.task.superresolution;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.DatasetKind;
import io.github.resnet4j.finetune.report.Numbers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The photographs of a run.
 *
 * @param train to train on
 * @param val to evaluate on
 * @param how where they come from, for people
 */
record PhotographData(Photographs train, Photographs val, String how) {
    /** What the part that is not trained on may be called, in the order in which one is looked for. */
    private static final List<String> HELD_OUT = List.of("val", "dev", "test");

    /**
     * Opens the photographs of a configuration: a folder with {@code train} and {@code val}, or any folder, of which a share is
     * held out.
     *
     * @param seed of the split
     * @throws BadDataException if they cannot be used
     */
    static PhotographData open(DataConfig config, long seed) {
        if (config.dataset() != DatasetKind.FOLDER || config.labels().isPresent()) {
            throw new UsageException("the task super-resolution reads folders of images: data.dataset must be folder,"
                    + " without data.labels");
        }
        Path dir = config.dir()
                .orElseThrow(() -> new UsageException(
                        "data.dir is not set: give the folder of photographs with --data DIR (or one with train/ and"
                                + " val/ of these)"));
        PhotographData data = open(dir, config, seed);
        return config.limit()
                .map(most -> new PhotographData(limited(data.train, most), limited(data.val, most), data.how))
                .orElse(data);
    }

    /** The part of a folder that is not trained on, if it has one. */
    static Optional<Path> heldOut(Path dir) {
        return HELD_OUT.stream().map(dir::resolve).filter(Files::isDirectory).findFirst();
    }

    private static PhotographData open(Path dir, DataConfig config, long seed) {
        Path train = dir.resolve("train");
        Optional<Path> val = heldOut(dir);
        if (Files.isDirectory(train) && val.isPresent()) {
            return new PhotographData(
                    Photographs.open(train, config.folders()),
                    Photographs.open(val.get(), config.folders()),
                    train + " and " + val.get());
        }
        Photographs all = Photographs.open(Files.isDirectory(train) ? train : dir, config.folders());
        if (config.valFraction() == 0) {
            return new PhotographData(all, all, dir + ", nothing held out");
        }
        if (all.size() < 2) {
            throw new BadDataException(
                    dir,
                    "has a single image: training and validation need one each; add photographs, or make train/ and val/");
        }
        boolean[] held = heldOut(all.size(), config.valFraction(), seed);
        return new PhotographData(
                all.filtered(i -> !held[i]),
                all.filtered(i -> held[i]),
                dir + ", " + Numbers.wholePercent(config.valFraction()) + " held out");
    }

    /** A share of so many, but at least one, and not all. */
    private static boolean[] heldOut(int size, double fraction, long seed) {
        int[] order = IntStream.range(0, size).toArray();
        int take = (int) Math.max(1, Math.min(size - 1.0, Math.round(fraction * size)));
        SampleRandom random = SampleRandom.of(seed, 0, 0);
        boolean[] held = new boolean[size];
        for (int i = 0; i < take; i++) {
            int j = i + random.nextInt(size - i);
            held[order[j]] = true;
            order[j] = order[i];
        }
        return held;
    }

    /** So many, spread evenly. */
    private static Photographs limited(Photographs photographs, int most) {
        int size = photographs.size();
        if (most >= size) {
            return photographs;
        }
        boolean[] kept = new boolean[size];
        for (int i = 0; i < most; i++) {
            kept[(int) ((long) i * size / most)] = true;
        }
        return photographs.filtered(i -> kept[i]);
    }
}
