package io.github.resnet4j.faults;

/** What a measurement says of a bar. */
enum Verdict {
    /** All that is asked, as often as is asked. */
    MET("met"),
    /** Without a failure, but less, or less often, than is asked. */
    SHORT("short"),
    /** At least one trial went wrong. */
    FAILED("**failed**"),
    /** This machine cannot measure it, or it was not tried. */
    NOT_RUN("not run");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
