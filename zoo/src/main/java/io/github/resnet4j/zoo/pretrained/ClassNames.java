package io.github.resnet4j.zoo.pretrained;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The classes that the logits of pretrained weights stand for: lists shared by many files, read on first use. */
public enum ClassNames {
    /** The 1000 classes of ImageNet (ILSVRC 2012) in the order of their WordNet identifiers, as torchvision names them. */
    IMAGENET("imagenet.txt", 1000),
    /** The ten classes of CIFAR-10 in the order of their labels. */
    CIFAR10("cifar10.txt", 10);

    private final String resource;
    private final int count;
    private List<String> names;

    ClassNames(String resource, int count) {
        this.resource = resource;
        this.count = count;
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** The names in the order of the logits, no two of them equal. */
    public synchronized List<String> names() {
        if (names == null) {
            names = read();
        }
        return names;
    }

    private List<String> read() {
        try (InputStream in = ClassNames.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing from this build of resnet4j");
            }
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            if (lines.size() != count) {
                throw new IllegalStateException(resource + " has " + lines.size() + " names, not " + count);
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
