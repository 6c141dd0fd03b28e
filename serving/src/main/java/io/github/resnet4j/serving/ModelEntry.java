package io.github.resnet4j.serving;

import io.github.resnet4j.finetune.model.SourceModel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A model to be served.
 *
 * @param name in addresses: letters, digits, {@code . _ -}, at most 100, the first a letter or a digit
 * @param version at least 1; the highest of a name is the one that answers when none is asked for
 * @param file loaded again when it changes; empty for one that never does
 * @param source opens the model, now and after a change
 */
public record ModelEntry(String name, int version, Optional<Path> file, Supplier<SourceModel> source) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    public ModelEntry {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a model's name has letters, digits, '.', '_' and '-', at most 100, and"
                    + " begins with a letter or a digit, but got '" + name + "'; name it with NAME=FILE");
        }
        if (version < 1) {
            throw new IllegalArgumentException("versions are whole numbers from 1, got " + version);
        }
    }
}
