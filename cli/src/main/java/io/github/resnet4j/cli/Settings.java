package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The configuration keys that a command line sets. Later ones override earlier ones. */
final class Settings {
    private final CommandSpec command;
    private final KeyNames names;
    private final List<Setting> all = new ArrayList<>();

    /** @param names the options of {@code command} that stand for keys */
    Settings(CommandSpec command, KeyNames names) {
        this.command = command;
        this.names = names;
    }

    /** Sets a key by its option; messages then name that with what the user wrote. */
    void option(String key, Object yaml) {
        String option = names.options().get(key);
        if (option == null) {
            throw new IllegalArgumentException("no option of " + command.name() + " stands for " + key);
        }
        all.add(new Setting(key + "=" + yaml, Optional.of(written(option))));
    }

    /** The same for text, which nothing in it can end. */
    void quoted(String key, String text) {
        option(key, "'" + text.replace("'", "''") + "'");
    }

    /** The same for a path. */
    void quoted(String key, Path path) {
        quoted(key, path.toString());
    }

    /** The arguments of {@code --set}. */
    void set(List<String> assignments) {
        assignments.forEach(assignment -> all.add(Setting.set(assignment)));
    }

    void addAll(List<Setting> settings) {
        all.addAll(settings);
    }

    List<Setting> all() {
        return all;
    }

    KeyNames names() {
        return names;
    }

    /** An option as the user wrote it: {@code --epochs 0}. */
    private String written(String option) {
        OptionSpec given = command.commandLine().getParseResult().matchedOption(option);
        List<String> values = given == null || given.arity().max() == 0 ? List.of() : given.originalStringValues();
        return values.isEmpty() ? option : option + " " + String.join(",", values);
    }
}
