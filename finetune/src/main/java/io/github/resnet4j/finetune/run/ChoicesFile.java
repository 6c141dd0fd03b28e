package io.github.resnet4j.finetune.run;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.recipe.Choice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** {@code recipe.json} in a run's folder: what was chosen for it, and why. */
final class ChoicesFile {
    static final String NAME = "recipe.json";

    private static final int MOST_BYTES = 1 << 20;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ChoicesFile() {}

    static void write(Path folder, List<Choice> choices) throws IOException {
        AtomicFile.write(
                folder.resolve(NAME), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(choices) + "\n");
    }

    /**
     * The choices of a run, as its configuration now is; none if there is no such file, or a damaged one.
     *
     * @param remarks receives why the file cannot be read
     */
    static List<Choice> read(Path folder, RunConfig config, Consumer<String> remarks) throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            Choice[] choices = bytes.length > MOST_BYTES ? null : JSON.readValue(bytes, Choice[].class);
            if (choices != null && Arrays.stream(choices).allMatch(ChoicesFile::isComplete)) {
                return Arrays.stream(choices)
                        .map(choice -> kept(choice, config))
                        .toList();
            }
        } catch (JacksonException e) {
            // Said below.
        }
        remarks.accept(file + " is damaged: the report will not say why the recipe is what it is");
        return List.of();
    }

    private static boolean isComplete(Choice choice) {
        return choice != null
                && choice.key() != null
                && choice.value() != null
                && choice.shown() != null
                && choice.reason() != null;
    }

    private static Choice kept(Choice choice, RunConfig config) {
        String now = config.value(choice.key()).orElse("none");
        return choice.value().equals(now) ? choice : choice.overridden(now);
    }
}
