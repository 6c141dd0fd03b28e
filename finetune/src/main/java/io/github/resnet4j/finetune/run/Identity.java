package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.config.ScheduleConfig;
import io.github.resnet4j.finetune.internal.checkpoint.Checkpoints;
import io.github.resnet4j.finetune.report.EngineUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

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
    private static final String CLIP_NORM = "train.clip-norm";
    private static final String WEIGHTS = "model.weights";

    /** What the accuracies of a run are measured with, and how long it is. */
    private static final Set<String> MAY_CHANGE = Set.of(EPOCHS, EVAL, VALIDATION);

    private Identity() {}

    static Map<String, String> of(RunConfig config, PreparedRun start) {
        Map<String, String> identity = new TreeMap<>();
        identity.put("model", start.network().name());
        start.architecture().spec().options().forEach((key, value) -> identity.put("model." + key, value));
        identity.put("model.freeze", config.model().freeze().orElse("nothing"));
        identity.put(WEIGHTS, start.fingerprint());
        identity.put("input", start.network().input().toString());
        identity.put("classes", String.join(", ", start.inputs().train().classes()));
        identity.put(DATA, start.inputs().train().fingerprint());
        identity.put(IMAGES, String.valueOf(start.inputs().train().size()));
        identity.put("data.augment", config.data().augment().toString());
        identity.put("data.normalize", config.data().normalize().orElseThrow().toString());
        identity.put(EVAL, config.data().eval().orElseThrow().toString());
        identity.put(VALIDATION, start.inputs().val().fingerprint());
        identity.put("train.batch-size", String.valueOf(config.train().batchSize()));
        identity.put("train.seed", String.valueOf(config.train().seed()));
        identity.put("train.label-smoothing", String.valueOf(config.train().labelSmoothing()));
        config.train().clipNorm().ifPresent(norm -> identity.put(CLIP_NORM, String.valueOf(norm)));
        identity.put(EPOCHS, String.valueOf(config.train().epochs()));
        identity.put("optimizer", config.optimizer().toString());
        identity.put("schedule", config.schedule().toString());
        return identity;
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
        // Older checkpoints say less. Only a norm to clip at is left out where there is none.
        own.keySet().removeIf(key -> !others.containsKey(key) && !key.equals(CLIP_NORM));
        if (!own.get(DATA).equals(others.get(DATA))) {
            differences.add("data: " + images(others.remove(IMAGES), own.remove(IMAGES)));
            others.remove(DATA);
            own.remove(DATA);
        }
        differences.addAll(Checkpoints.differences(others, own));
        if (!differences.isEmpty()) {
            throw new UsageException("the checkpoint belongs to another run: " + String.join("; ", differences)
                    + "; use the same configuration, or start over with --overwrite");
        }
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
        change(saved, now, EPOCHS).ifPresent(epochs -> changes.add(epochs + meaning(schedule)));
        change(saved, now, EVAL)
                .ifPresent(steps ->
                        changes.add(steps + ": from here on, accuracies are measured differently than before"));
        change(saved, now, VALIDATION)
                .ifPresent(hashes -> changes.add("the validation images have changed: from here on, accuracies are not"
                        + " comparable with earlier ones"));
        return changes;
    }

    private static Optional<String> change(Map<String, String> saved, Map<String, String> now, String key) {
        return Optional.ofNullable(saved.get(key))
                .filter(value -> !value.equals(now.get(key)))
                .map(value -> key + ": saved " + value + ", now " + now.get(key));
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
