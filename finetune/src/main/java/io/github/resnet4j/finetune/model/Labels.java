package io.github.resnet4j.finetune.model;

import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.UsageException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A file of class names, one per line, in the order of the logits. */
final class Labels {
    private static final long LONGEST = 8 << 20;

    private Labels() {}

    /** @throws UsageException if it is not such a file, or has another number of names */
    static List<String> read(Path file, int classes) {
        try {
            if (Files.size(file) > LONGEST) {
                throw new UsageException(file + ": a file of class names has at most " + LONGEST + " bytes");
            }
            List<String> names = Files.readAllLines(file);
            if (names.size() != classes) {
                throw new UsageException(
                        file + " has " + names.size() + " lines, but the model has " + classes + " classes");
            }
            for (int i = 0; i < names.size(); i++) {
                if (names.get(i).isBlank()) {
                    throw new UsageException(file + ", line " + (i + 1) + ": the class name is empty");
                }
            }
            return names;
        } catch (NoSuchFileException e) {
            throw new UsageException(file + ": no such file");
        } catch (CharacterCodingException e) {
            throw new UsageException(file + ": class names must be in UTF-8");
        } catch (IOException e) {
            throw new UsageException(file + ": cannot be read: " + FileProblem.reason(e));
        }
    }
}
