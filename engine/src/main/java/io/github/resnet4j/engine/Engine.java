package io.github.resnet4j.engine;

import java.util.Locale;

/** Which code executes a network. */
public enum Engine {
    /** oneDNN if it can run the whole graph; otherwise DL4J, with one warning that gives the reasons. */
    AUTO,
    /** A compiled plan of oneDNN primitives, or an error. */
    ONEDNN,
    /** DL4J's own layers, with its oneDNN helpers where available. */
    DL4J;

    /** The name in options, configurations and reports: {@code auto}, {@code onednn}, {@code dl4j}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
