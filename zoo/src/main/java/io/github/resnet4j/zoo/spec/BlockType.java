package io.github.resnet4j.zoo.spec;

/** The two building blocks of He et al. 2015 (figure 5). */
public enum BlockType {
    /** Two 3×3 convolutions. */
    BASIC(1),
    /** 1×1, 3×3, 1×1; the last one widens by 4. */
    BOTTLENECK(4);

    private final int expansion;

    BlockType(int expansion) {
        this.expansion = expansion;
    }

    /** Output channels of the block divided by the stage's planes. */
    public int expansion() {
        return expansion;
    }
}
