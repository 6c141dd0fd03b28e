package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.DatasetKind;
import io.github.resnet4j.finetune.quality.SpoofingScores;
import io.github.resnet4j.finetune.report.Numbers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The sounds of a run.
 *
 * @param train to train on
 * @param val to evaluate on
 * @param behind the speaker verification that comes with the sounds to evaluate on
 * @param how where they come from, for people
 */
record SpoofingData(
        SpoofingSounds train, SpoofingSounds val, Optional<SpoofingScores.Verification> behind, String how) {
    /** What the part that is not trained on may be called, in the order in which one is looked for. */
    static final List<String> HELD_OUT = List.of("val", "dev", "test");

    private static final String LAYOUT =
            "(with a folder bonafide and one for each attack, train/ and val/ of these, or ASVspoof 2019's)";

    /** The two conditions of ASVspoof 2019: logical and physical access. */
    private static final List<String> CONDITIONS = List.of("LA", "PA");

    /**
     * Opens the sounds of a configuration: a folder of ASVspoof 2019 as it is published, one with {@code train} and {@code
     * val}, or one of class folders, of which a share is held out.
     *
     * @param seed of the split
     * @throws BadDataException if they cannot be used
     */
    static SpoofingData open(DataConfig config, long seed) {
        if (config.dataset() != DatasetKind.FOLDER || config.labels().isPresent()) {
            throw new UsageException(
                    "the task spoofing reads folders of sounds: data.dataset must be folder, without" + " data.labels");
        }
        Path dir = config.dir()
                .orElseThrow(
                        () -> new UsageException("data.dir is not set: give the folder with --data DIR " + LAYOUT));
        if (!Files.isDirectory(dir)) {
            throw new BadDataException(dir, "is no folder: give one " + LAYOUT);
        }
        SpoofingData data = open(dir, config.valFraction(), seed);
        return config.limit()
                .map(most ->
                        new SpoofingData(limited(data.train, most), limited(data.val, most), data.behind, data.how))
                .orElse(data);
    }

    private static SpoofingData open(Path dir, double valFraction, long seed) {
        for (String condition : CONDITIONS) {
            String corpus = "ASVspoof2019_" + condition + "_";
            Path protocols = dir.resolve(corpus + "cm_protocols");
            if (Files.isDirectory(protocols)) {
                return new SpoofingData(
                        part(dir, protocols, condition, "train", "trn"),
                        part(dir, protocols, condition, "dev", "trl"),
                        behind(dir, condition),
                        "ASVspoof 2019 " + condition + " in " + dir);
            }
        }
        Path train = dir.resolve("train");
        if (Files.isDirectory(train)) {
            for (String name : HELD_OUT) {
                Path val = dir.resolve(name);
                if (Files.isDirectory(val)) {
                    return new SpoofingData(
                            SpoofingSounds.folder(train),
                            SpoofingSounds.folder(val),
                            Optional.empty(),
                            train + " and " + val);
                }
            }
        }
        SpoofingSounds all = SpoofingSounds.folder(Files.isDirectory(train) ? train : dir);
        if (valFraction == 0) {
            return new SpoofingData(all, all, Optional.empty(), dir + ", nothing held out");
        }
        boolean[] held = heldOut(all, valFraction, seed);
        return new SpoofingData(
                all.filtered(i -> !held[i]),
                all.filtered(i -> held[i]),
                Optional.empty(),
                dir + ", " + Numbers.wholePercent(valFraction) + " of each class held out");
    }

    private static SpoofingSounds part(Path dir, Path protocols, String condition, String part, String suffix) {
        return SpoofingSounds.protocol(
                protocols.resolve("ASVspoof2019." + condition + ".cm." + part + "." + suffix + ".txt"),
                dir.resolve("ASVspoof2019_" + condition + "_" + part).resolve("flac"));
    }

    private static Optional<SpoofingScores.Verification> behind(Path dir, String condition) {
        Path scores = dir.resolve("ASVspoof2019_" + condition + "_asv_scores")
                .resolve("ASVspoof2019." + condition + ".asv.dev.gi.trl.scores.txt");
        return Files.exists(scores) ? Optional.of(VerificationScores.read(scores)) : Optional.empty();
    }

    /** A share of the sounds of each attack, and of the real ones, but at least one, and not all. */
    private static boolean[] heldOut(SpoofingSounds all, double fraction, long seed) {
        boolean[] held = new boolean[all.size()];
        List<String> kinds = new ArrayList<>(all.attacks());
        kinds.add("");
        for (String kind : kinds) {
            int[] members = IntStream.range(0, all.size())
                    .filter(i -> kind.isEmpty()
                            ? all.label(i) == SpoofingSounds.REAL
                            : all.label(i) != SpoofingSounds.REAL
                                    && all.attack(i).equals(kind))
                    .toArray();
            if (members.length < 2) {
                throw new UsageException(
                        (kind.isEmpty() ? "there is a single real sound" : "attack " + kind + " has a single sound")
                                + ": training and validation need one each; add sounds, remove the folder, or make train/ and val/");
            }
            int take = (int) Math.max(1, Math.min(members.length - 1.0, Math.round(fraction * members.length)));
            SampleRandom random = SampleRandom.of(seed, 0, kinds.indexOf(kind));
            for (int i = 0; i < take; i++) {
                int j = i + random.nextInt(members.length - i);
                int chosen = members[j];
                members[j] = members[i];
                held[chosen] = true;
            }
        }
        return held;
    }

    /** So many, spread evenly. */
    private static SpoofingSounds limited(SpoofingSounds sounds, int most) {
        if (most >= sounds.size()) {
            return sounds;
        }
        boolean[] kept = new boolean[sounds.size()];
        for (int i = 0; i < most; i++) {
            kept[(int) ((long) i * sounds.size() / most)] = true;
        }
        return sounds.filtered(i -> kept[i]);
    }
}
