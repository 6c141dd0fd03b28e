package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.checkpoint.Checkpoints;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.report.EngineUse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What must be the same for a checkpoint to be gone on from. More epochs, other threads or another folder may differ; so
 * may the engine, which is written down and told.
 */
final class Identity {
    private static final String ENGINE = "engine";

    private Identity() {}

    static Map<String, String> of(RunConfig config, Start start) {
        Map<String, String> identity = new TreeMap<>();
        identity.put("model", start.network().name());
        start.architecture().spec().options().forEach((key, value) -> identity.put("model." + key, value));
        identity.put("model.freeze", config.model().freeze().orElse("nothing"));
        identity.put("input", start.network().input().toString());
        identity.put("classes", String.join(", ", start.inputs().train().classes()));
        identity.put("data", start.inputs().train().fingerprint());
        identity.put("data.augment", config.data().augment().toString());
        identity.put("data.normalize", config.data().normalize().toString());
        identity.put("train.batch-size", String.valueOf(config.train().batchSize()));
        identity.put("train.seed", String.valueOf(config.train().seed()));
        identity.put("train.label-smoothing", String.valueOf(config.train().labelSmoothing()));
        config.train().clipNorm().ifPresent(norm -> identity.put("train.clip-norm", String.valueOf(norm)));
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

    /** @throws UsageException naming every difference */
    static void requireSame(Map<String, String> saved, Map<String, String> now) {
        Map<String, String> compared = new TreeMap<>(saved);
        compared.remove(ENGINE);
        List<String> differences = Checkpoints.differences(compared, now);
        if (!differences.isEmpty()) {
            throw new UsageException("the checkpoint is of another run: " + String.join("; ", differences)
                    + "; give the same configuration, or start again with --overwrite");
        }
    }
}
