package io.github.resnet4j.finetune.config;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What makes the training of one configuration another than that of a second. */
final class ConfigDifferences {
    /** Where the data is, how fast it is read, and what is kept and measured on the way change nothing of the result. */
    private static final Set<String> NO_MATTER = Set.of(
            "data.dir",
            "data.labels",
            "data.workers",
            "data.check-images",
            "train.checkpoint-every",
            "train.eval-every",
            "train.keep-checkpoints");

    /** Short forms of options, which {@link ModelConfig#chosenOptions} has in full. */
    private static final Set<String> SHORT_FORMS =
            Set.of("model.options", "model.shortcut", "model.zero-init-residual");

    /** What a configuration may leave to the weights, and a run's {@code config.yaml} then says. */
    private static final Set<String> FROM_WEIGHTS = Set.of("data.eval", "data.normalize");

    private static final String OPTIONS = "model.options.";

    private static final String NONE = ConfigText.of(Optional.empty());

    private ConfigDifferences() {}

    /** In words, by key: {@code train.epochs 164 (there 12)}. */
    static List<String> of(RunConfig here, RunConfig there) {
        Map<String, String> own = parts(here);
        Map<String, String> other = parts(there);
        Map<String, String> ownDefaults = options(here.model());
        Map<String, String> otherDefaults = options(there.model());
        Set<String> keys = new TreeSet<>(own.keySet());
        keys.addAll(other.keySet());
        List<String> differences = new ArrayList<>();
        for (String key : keys) {
            String ownValue = own.getOrDefault(key, ownDefaults.getOrDefault(key, NONE));
            String otherValue = other.getOrDefault(key, otherDefaults.getOrDefault(key, NONE));
            boolean open = FROM_WEIGHTS.contains(key) && ownValue.equals(NONE);
            if (!open && !ownValue.equals(otherValue)) {
                differences.add(key + " " + ownValue + " (there " + otherValue + ")");
            }
        }
        return differences;
    }

    private static Map<String, String> parts(RunConfig config) {
        Map<String, String> parts = new TreeMap<>();
        parts.put("task", config.task());
        parts.putAll(ConfigText.parts("model", config.model()));
        parts.putAll(ConfigText.parts("data", config.data()));
        parts.putAll(ConfigText.parts("train", config.train()));
        parts.putAll(ConfigText.parts("optimizer", config.optimizer()));
        parts.putAll(ConfigText.parts("schedule", config.schedule()));
        parts.keySet().removeAll(NO_MATTER);
        parts.keySet().removeAll(SHORT_FORMS);
        Map<String, String> all = options(config.model());
        config.model().chosenOptions().forEach((key, value) -> {
            String path = OPTIONS + key;
            parts.put(path, all.getOrDefault(path, value));
        });
        return parts;
    }

    /**
     * The options that the network gets, whether the file says so or not, in the zoo's spelling; none where weights, which
     * may bring their own, or a name that the zoo does not have leave them open.
     */
    private static Map<String, String> options(ModelConfig model) {
        Map<String, String> options = new TreeMap<>();
        for (Architecture row : Zoo.list()) {
            if (model.weights().isEmpty() && row.name().equals(model.name())) {
                row.with(model.chosenOptions())
                        .spec()
                        .options()
                        .forEach((key, value) -> options.put(OPTIONS + key, value));
            }
        }
        return options;
    }
}
