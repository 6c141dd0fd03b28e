package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes trees of small files. */
public final class Tree {
    private final Path root;

    public Tree(Path root) {
        this.root = root;
    }

    /** Real images (PNG, 23×17), 0.png, 1.png ..., in each of {@code folders}; "" is the root. */
    public Tree images(int count, String... folders) {
        for (String folder : folders) {
            for (int i = 0; i < count; i++) {
                write((folder.isEmpty() ? "" : folder + "/") + i + ".png", Golden.bytes("image/rgb8.png"));
            }
        }
        return this;
    }

    public Tree file(String name) {
        return write(name, new byte[] {'x'});
    }

    public Tree write(String name, byte[] content) {
        try {
            Path file = root.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Tree folder(String name) {
        try {
            Files.createDirectories(root.resolve(name));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Tree link(String name, String target) {
        try {
            Path link = root.resolve(name);
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, Path.of(target));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
