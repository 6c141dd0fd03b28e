package io.github.resnet4j.finetune.config;

/**
 * Where a value was written.
 *
 * @param source a file as the user named it, or a whole {@code --set} argument
 * @param line line in the file from 1; 0 for the file as a whole and for arguments
 */
record Where(String source, int line) {
    boolean isFile() {
        return line > 0;
    }

    @Override
    public String toString() {
        return isFile() ? source + ":" + line : source;
    }
}
