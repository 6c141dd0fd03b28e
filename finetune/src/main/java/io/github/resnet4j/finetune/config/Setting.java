package io.github.resnet4j.finetune.config;

import io.github.resnet4j.files.Printable;
import java.util.Optional;

/**
 * A configuration key that the command line sets.
 *
 * @param assignment {@code KEY=VALUE}, such as {@code train.epochs=2}; the value is a YAML scalar or flow collection
 * @param option what the user wrote instead, {@code --epochs 2}, where an option stands for the key; messages then name
 *     only that
 */
public record Setting(String assignment, Optional<String> option) {
    /** The argument of a {@code --set}. */
    public static Setting set(String assignment) {
        return new Setting(assignment, Optional.empty());
    }

    /** A key with a text for a value, whatever characters that has. */
    public static Setting text(String key, Object value) {
        return set(key + "=" + Scalars.quoted(value.toString()));
    }

    /** Where problems with the value are. */
    Where where() {
        return option.map(Where::option).orElseGet(() -> Where.argument("--set " + Printable.brief(assignment)));
    }
}
