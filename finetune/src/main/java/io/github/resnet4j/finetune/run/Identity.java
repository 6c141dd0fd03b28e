package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigText;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.MixConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.config.ScheduleConfig;
import io.github.resnet4j.finetune.report.Ellipsis;
import io.github.resnet4j.finetune.report.EngineUse;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.zoo.network.FreezePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What identifies a run in its checkpoints: what must be the same to resume from a checkpoint, and what may differ but
 * is then reported with its consequence. The number of threads and the folder do not matter; another engine is
 * reported.
 */
final class Identity {
    private static final String ENGINE = "engine";
    private static final String EPOCHS = "train.epochs";
    private static final String DATA = "data";
    private static final String IMAGES = "data.images";
    private static final String EVAL = "data.eval";
    private static final String VALIDATION = "data.validation";
    private static final String VAL_FRACTION = "data.val-fraction";
    private static final String FOLLOW_LINKS = "data.follow-links";
    private static final String LIMIT = "data.limit";
    private static final String MAX_PIXELS = "data.max-pixels";
    private static final String CLIP_NORM = "train.clip-norm";
    private static final String EMA_DECAY = "train.ema-decay";
    private static final String ACCUMULATE = "train.accumulate";
    private static final String LR_BATCH = "train.lr-batch";
    private static final String PATIENCE = "train.patience";
    private static final String MIX = "train.mix";
    private static final String SAMPLING = "data.sampling";
    private static final String CLASS_WEIGHTS = "data.class-weights";
    private static final String FREEZE_NORM = "model.freeze-norm";
    private static final String VIEWS = "data.views";
    private static final String GROUPS = "optimizer.groups";
    private static final String WEIGHTS = "model.weights";
    private static final String NONE = "none";
    private static final int LONGEST = 200;

    /** What decides which images are found, and which of them are trained on. */
    private static final List<String> SELECTION = List.of(VAL_FRACTION, FOLLOW_LINKS, LIMIT);

    /** What the accuracies of a run are measured with, how long it is, and what only matters by the images it selects. */
    private static final Set<String> MAY_CHANGE =
            Set.of(EPOCHS, PATIENCE, EVAL, VALIDATION, VAL_FRACTION, FOLLOW_LINKS, LIMIT, MAX_PIXELS);

    /** Left out where there is none, also by checkpoints from before there could be one. */
    private static final Set<String> OPTIONAL = Set.of(
            PATIENCE,
            ACCUMULATE,
            LR_BATCH,
            CLIP_NORM,
            EMA_DECAY,
            MIX,
            SAMPLING,
            CLASS_WEIGHTS,
            VIEWS,
            FREEZE_NORM,
            GROUPS);

    /** Of another kind, they have other components, which are not worth telling. */
    private static final List<String> KINDS = List.of("optimizer", "schedule");

    /** What to call a key. The others are called by their last word. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("model", "network"),
            Map.entry("model.freeze", "frozen part"),
            Map.entry(WEIGHTS, "initial weights"),
            Map.entry("input", "input size"),
            Map.entry("data.augment", "augmentation"),
            Map.entry("data.normalize.mean", "mean"),
            Map.entry("data.normalize.std", "standard deviation"),
            Map.entry(EVAL, "evaluation steps"),
            Map.entry("train.batch-size", "batch size"),
            Map.entry("train.label-smoothing", "label smoothing"),
            Map.entry(CLASS_WEIGHTS, "weights of the classes"),
            Map.entry(ACCUMULATE, "batches to a step"),
            Map.entry(LR_BATCH, "batch of the learning rate"),
            Map.entry(CLIP_NORM, "largest gradient norm"),
            Map.entry(EMA_DECAY, "decay of the average"),
            Map.entry(MIX, "mixing of images"),
            Map.entry(FREEZE_NORM, "batch normalisation of the frozen part"),
            Map.entry(VIEWS, "views of an image"),
            Map.entry("optimizer", "optimiser"),
            Map.entry(GROUPS, "groups of parameters"),
            Map.entry("optimizer.lr", "learning rate"),
            Map.entry("optimizer.nesterov", "Nesterov momentum"),
            Map.entry("optimizer.weight-decay", "weight decay"),
            Map.entry("optimizer.decay-on", "weights that decay"),
            Map.entry("schedule.warmup", "warm-up"),
            Map.entry("schedule.min-lr", "lowest learning rate"),
            Map.entry("schedule.max-lr", "highest learning rate"));

    private Identity() {}

    static Map<String, String> of(RunConfig config, PreparedRun start) {
        Map<String, String> identity = new TreeMap<>();
        DataConfig data = config.data();
        identity.put("task", config.task());
        identity.put("model", start.network().name());
        start.architecture().spec().options().forEach((key, value) -> identity.put("model." + key, value));
        identity.put("model.freeze", config.model().freeze().orElse(NONE));
        if (config.model().freezeNorm() != FreezePlan.Norms.FROZEN) {
            identity.put(FREEZE_NORM, config.model().freezeNorm().toString());
        }
        identity.put(WEIGHTS, start.fingerprint());
        identity.put("input", start.network().input().toString());
        identity.put("classes", String.join(", ", start.inputs().classes()));
        identity.put(DATA, start.inputs().train().fingerprint());
        identity.put(IMAGES, String.valueOf(start.inputs().train().size()));
        identity.put("data.augment", steps(data.augment()));
        identity.putAll(ConfigText.parts("data.normalize", data.normalize().orElseThrow()));
        identity.put(EVAL, steps(data.eval().orElseThrow()));
        identity.put(VALIDATION, start.inputs().val().fingerprint());
        identity.put(VAL_FRACTION, Numbers.decimal(data.valFraction()));
        identity.put(FOLLOW_LINKS, String.valueOf(data.followLinks()));
        identity.put(MAX_PIXELS, String.valueOf(data.maxPixels()));
        identity.put(LIMIT, ConfigText.of(data.limit()));
        identity.put("train.batch-size", String.valueOf(config.train().batchSize()));
        identity.put("train.seed", String.valueOf(config.train().seed()));
        identity.put(
                "train.label-smoothing", Numbers.decimal(config.train().loss().labelSmoothing()));
        config.train().monitoring().patience().ifPresent(epochs -> identity.put(PATIENCE, String.valueOf(epochs)));
        if (config.train().step().accumulate() > 1) {
            identity.put(ACCUMULATE, String.valueOf(config.train().step().accumulate()));
        }
        if (data.sampling() != DataConfig.Sampling.ALL) {
            identity.put(SAMPLING, ConfigText.of(data.sampling()));
        }
        data.classWeights().ifPresent(weights -> identity.put(CLASS_WEIGHTS, ConfigText.of(weights)));
        data.views().ifPresent(views -> identity.put(VIEWS, String.valueOf(views)));
        if (!config.train().loss().mix().equals(MixConfig.NONE)) {
            identity.put(MIX, ConfigText.of(config.train().loss().mix()));
        }
        config.train().step().clipNorm().ifPresent(norm -> identity.put(CLIP_NORM, Numbers.decimal(norm)));
        config.train().step().emaDecay().ifPresent(decay -> identity.put(EMA_DECAY, Numbers.decimal(decay)));
        config.train().step().lrBatch().ifPresent(images -> identity.put(LR_BATCH, String.valueOf(images)));
        identity.put(EPOCHS, String.valueOf(config.train().epochs()));
        identity.putAll(ConfigText.parts("optimizer", config.optimizer()));
        if (config.optimizer().groups().isEmpty()) {
            identity.remove(GROUPS);
        }
        identity.putAll(ConfigText.parts("schedule", config.schedule()));
        return identity;
    }

    private static String steps(List<?> steps) {
        return steps.isEmpty() ? NONE : ConfigText.of(steps);
    }

    /** The same with the engines that have trained. */
    static Map<String, String> with(Map<String, String> identity, EngineUse engine) {
        Map<String, String> all = new TreeMap<>(identity);
        all.put(ENGINE, engine.history());
        return all;
    }

    /** The history of engines in a saved identity; checkpoints had none at first. */
    static Optional<String> engine(Map<String, String> saved) {
        return Optional.ofNullable(saved.get(ENGINE));
    }

    /**
     * @throws UsageException naming every difference that makes it another run
     */
    static void requireSame(Map<String, String> saved, Map<String, String> now) {
        List<String> differences = new ArrayList<>();
        Map<String, String> others = new TreeMap<>(saved);
        Map<String, String> own = new TreeMap<>(now);
        others.keySet().removeAll(MAY_CHANGE);
        own.keySet().removeAll(MAY_CHANGE);
        others.remove(ENGINE);
        // Older checkpoints say less, or in another form.
        others.keySet().removeAll(oldForm(saved));
        own.keySet().removeIf(key -> !others.containsKey(key) && !OPTIONAL.contains(key));
        if (!own.get(DATA).equals(others.get(DATA))) {
            differences.add("data: " + images(others.remove(IMAGES), own.remove(IMAGES))
                    + changed(saved, now, SELECTION::contains).stream()
                            .map(change -> ", with " + change)
                            .collect(Collectors.joining()));
            others.remove(DATA);
            own.remove(DATA);
        }
        differences.addAll(changed(others, own, key -> true));
        if (!differences.isEmpty()) {
            throw new UsageException("the checkpoint belongs to another run: " + String.join("; ", differences)
                    + "; use the same configuration, or start over: with --overwrite, or in an empty folder");
        }
    }

    /** Keys whose values were once the text of Java records, {@code Sgd[lr=0.1, …]}, and cannot be compared. */
    private static Set<String> oldForm(Map<String, String> saved) {
        return Set.of("optimizer", "schedule", "data.augment", "data.normalize", EVAL).stream()
                .filter(key -> saved.getOrDefault(key, "").contains("["))
                .collect(Collectors.toSet());
    }

    /** How the data differs, in numbers of images: fingerprints would mean nothing to the user. */
    private static String images(String saved, String now) {
        if (saved == null || now == null || saved.equals(now)) {
            return "files or sizes differ from when it was saved" + (now == null ? "" : " (still " + now + " images)");
        }
        long more = Long.parseLong(now) - Long.parseLong(saved);
        return Math.abs(more) + (Math.abs(more) == 1 ? " image " : " images ") + (more > 0 ? "more" : "fewer")
                + " than when it was saved (then " + saved + ", now " + now + ")";
    }

    /** The permitted differences, each with its consequence. */
    static List<String> changes(Map<String, String> saved, Map<String, String> now, ScheduleConfig schedule) {
        List<String> changes = new ArrayList<>();
        Set<String> old = oldForm(saved);
        if (!old.isEmpty()) {
            changes.add("warning: an earlier version saved the checkpoint, so it is not checked whether these are still"
                    + " the same: " + String.join(", ", new TreeSet<>(old)));
        }
        changed(saved, now, EPOCHS::equals).forEach(epochs -> changes.add(epochs + meaning(schedule)));
        changes.addAll(changed(saved, now, PATIENCE::equals));
        changed(saved, now, key -> key.equals(EVAL) && !old.contains(EVAL))
                .forEach(steps ->
                        changes.add(steps + ": from here on, accuracies are measured differently than before"));
        if (saved.containsKey(VALIDATION) && !saved.get(VALIDATION).equals(now.get(VALIDATION))) {
            changes.add("the validation images have changed: from here on, accuracies are not comparable with earlier"
                    + " ones");
        }
        // The training images are the same, or the run would have been refused.
        changed(saved, now, SELECTION::contains)
                .forEach(change -> changes.add(change + ": the training images are the same as before"));
        changed(saved, now, MAX_PIXELS::equals)
                .forEach(most -> changes.add(most + ": from here on, this decides which images are too large"));
        return changes;
    }

    /** In words, what the saved run and this one have otherwise: {@code learning rate 0.1 (was 0.05)}. */
    private static List<String> changed(Map<String, String> saved, Map<String, String> now, Predicate<String> keys) {
        Set<String> all = new TreeSet<>(saved.keySet());
        all.addAll(now.keySet());
        return all.stream()
                .filter(keys)
                .filter(key -> saved.containsKey(key) || OPTIONAL.contains(key))
                .filter(key -> differs(saved, now, key))
                .filter(key ->
                        KINDS.stream().noneMatch(kind -> key.startsWith(kind + ".") && differs(saved, now, kind)))
                .map(key -> key.equals(WEIGHTS)
                        ? "the initial weights are not those that it began with"
                        : words(key) + " " + shown(now, key) + " (was " + shown(saved, key) + ")")
                .toList();
    }

    private static boolean differs(Map<String, String> saved, Map<String, String> now, String key) {
        return !now.getOrDefault(key, NONE).equals(saved.getOrDefault(key, NONE));
    }

    private static String words(String key) {
        return WORDS.getOrDefault(key, key.substring(key.lastIndexOf('.') + 1));
    }

    private static String shown(Map<String, String> identity, String key) {
        return Ellipsis.fit(identity.getOrDefault(key, NONE), String::length, LONGEST);
    }

    /** A schedule that spans the run has another rate at every iteration of a longer one. */
    private static String meaning(ScheduleConfig schedule) {
        boolean spans = schedule instanceof ScheduleConfig.Cosine || schedule instanceof ScheduleConfig.OneCycle;
        return spans
                ? ": the schedule now spans all of these, so the learning rate jumps here and the result differs from"
                        + " that of an uninterrupted run of this length"
                : "";
    }
}
