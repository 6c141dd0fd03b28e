package io.github.resnet4j.finetune.recipe;

import java.util.Optional;
import java.util.Set;

/**
 * What the user set, which no rule changes, but some have to heed. The numbers count only if their keys are among {@code
 * keys}.
 *
 * @param keys of the configuration
 * @param size {@code data.image-size}
 * @param batchSize {@code train.batch-size}
 * @param epochs {@code train.epochs}
 * @param freeze {@code model.freeze}
 * @param cacheable whether {@code data.feature-cache} and the engine allow that the values of frozen parts are kept
 */
public record Given(Set<String> keys, int size, int batchSize, int epochs, Optional<String> freeze, boolean cacheable) {
    /** Nothing. */
    public static final Given NOTHING = new Given(Set.of(), 0, 0, 0, Optional.empty(), true);

    public Given {
        keys = Set.copyOf(keys);
    }

    /** Whether the user set a key, one that it belongs to, or one below it. */
    public boolean has(String key) {
        return keys.stream().anyMatch(own -> own.equals(key) || key.startsWith(own + ".") || own.startsWith(key + "."));
    }
}
