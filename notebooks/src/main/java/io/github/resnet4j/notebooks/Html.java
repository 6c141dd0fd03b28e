package io.github.resnet4j.notebooks;

/**
 * A value that a notebook shows as HTML, such as a table.
 *
 * @param markup a fragment; nothing in it is escaped
 * @param text the same for readers without HTML, and what {@link NotebookRunner} compares
 */
public record Html(String markup, String text) {
    @Override
    public String toString() {
        return text;
    }
}
