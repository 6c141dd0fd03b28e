package io.github.resnet4j.cli;

import java.nio.file.Path;

/** Values of the command line as YAML. */
final class Yaml {
    private Yaml() {}

    /** A path as a scalar that nothing in it can end. */
    static String quoted(Path path) {
        return quoted(path.toString());
    }

    /** Text as a single-quoted scalar. */
    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
