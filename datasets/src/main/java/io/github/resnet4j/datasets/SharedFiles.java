package io.github.resnet4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds files that are several images, because links lead to them. No file can be of two classes. */
final class SharedFiles {
    private final Map<Path, Image> first = new HashMap<>();
    private final Map<List<String>, List<String>> clashes = new LinkedHashMap<>();

    private record Image(String label, String name) {}

    /**
     * Adds an image.
     *
     * @param label name of its class
     * @param name as messages call it
     * @return whether the same file was added before, with the same label
     */
    boolean isRepeated(String label, String name, Path path) throws IOException {
        Image known = first.putIfAbsent(path.toRealPath(), new Image(label, name));
        if (known == null) {
            return false;
        }
        if (!known.label.equals(label)) {
            clashes.computeIfAbsent(List.of(known.label, label), classes -> new ArrayList<>())
                    .add(DataProblems.names(List.of(name)) + " is " + DataProblems.names(List.of(known.name)));
            return false;
        }
        return true;
    }

    /** Names every two classes that share files. */
    void report(DataProblems problems) {
        clashes.forEach((classes, images) -> problems.add("the classes " + DataProblems.names(classes) + " share "
                + (images.size() == 1 ? "1 image" : images.size() + " images") + " by way of links (" + images.get(0)
                + (images.size() == 1 ? "" : ", ...") + "): keep each image in one class"));
    }
}
