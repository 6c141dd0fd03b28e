package io.github.resnet4j.finetune.config;

import java.util.Map;

/**
 * What the user of a command writes to set a configuration key. Messages use it, so that they name the option that
 * the user gave or can give.
 *
 * @param options by key: {@code --epochs} for {@code train.epochs}; the other keys are set in a file or with {@code --set}
 */
public record KeyNames(Map<String, String> options) {
    /** No key has an option of its own. */
    public static final KeyNames NONE = new KeyNames(Map.of());

    public KeyNames {
        options = Map.copyOf(options);
    }

    /** The option for a key, or the key itself. */
    public String of(String key) {
        return options.getOrDefault(key, key);
    }

    /** What to write to set a key: {@code --epochs 2} or {@code --set train.epochs=2}. */
    public String setting(String key, Object value) {
        return options.containsKey(key) ? options.get(key) + " " + value : "--set " + key + "=" + value;
    }
}
