package io.github.resnet4j.finetune.config;

/**
 * Where a value was written.
 *
 * @param source a file as the user named it, a whole {@code --set} argument, or an option with its value
 * @param line line in the file from 1; 0 for the file as a whole and for arguments
 * @param namesKey whether the source does not say which key it is about; an option does
 */
record Where(String source, int line, boolean namesKey) {
    /** A line of a file, or with line 0 the whole file. */
    static Where file(String source, int line) {
        return new Where(source, line, true);
    }

    /** A {@code --set} argument. */
    static Where argument(String source) {
        return new Where(source, 0, true);
    }

    /** An option that stands for a key. */
    static Where option(String source) {
        return new Where(source, 0, false);
    }

    boolean isFile() {
        return line > 0;
    }

    /** A problem with the value at {@code path}, in one line. */
    String problem(String path, String message) {
        return this + ": " + (path.isEmpty() || !namesKey ? "" : path + ": ") + message;
    }

    @Override
    public String toString() {
        return isFile() ? source + ":" + line : source;
    }
}
