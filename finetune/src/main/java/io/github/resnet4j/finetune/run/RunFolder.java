package io.github.resnet4j.finetune.run;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** The folder that a run leaves behind. */
final class RunFolder {
    /** Everything a run writes; nothing else is ever deleted. */
    private static final List<String> CONTENTS = List.of(
            "config.yaml",
            "provenance.json",
            "log.csv",
            "curves.png",
            "confusion.png",
            "report.html",
            "model.zip",
            "checkpoints");

    private RunFolder() {}

    /**
     * Makes sure that there is a folder.
     *
     * @throws UsageException if its name is a file's
     */
    static void create(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new UsageException(folder + " is a file; choose another name with --set name=...");
        }
        Files.createDirectories(folder);
    }

    /** @throws UsageException if {@code folder} holds a run */
    static void requireUnused(Path folder) {
        if (CONTENTS.stream().anyMatch(entry -> Files.exists(folder.resolve(entry)))) {
            throw new UsageException(
                    folder + " holds an earlier run: go on with it (--resume), replace it (--overwrite)"
                            + " or choose another name (--set name=...)");
        }
    }

    /** Deletes what a run wrote, and nothing else. */
    static void clear(Path folder) throws IOException {
        for (String entry : CONTENTS) {
            delete(folder.resolve(entry));
        }
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, IOException failure) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
