package io.github.resnet4j.serving;

/** How long the bars are run: shortly in every build, at full length with {@code -Dserving.full=true}. */
final class Bars {
    static final boolean FULL = Boolean.getBoolean("serving.full");

    private Bars() {}

    static int count(int shortly, int fully) {
        return FULL ? fully : shortly;
    }
}
