package io.github.resnet4j.notebooks;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a cell left behind.
 *
 * @param printed what it wrote to the standard output
 * @param shown its value in every form it has, by MIME type; images are in Base64; empty if it has no value
 */
record CellOutput(String printed, SortedMap<String, String> shown) {
    static final CellOutput NONE = new CellOutput("", new TreeMap<>());

    static CellOutput of(String printed, Map<String, String> shown) {
        return new CellOutput(printed, new TreeMap<>(shown));
    }
}
