package io.github.resnet4j.zoo.spec;

/**
 * A run of equal blocks.
 *
 * @param blocks how many, at least 1
 * @param planes width of the 3×3 convolutions
 * @param stride of the first block; the others have 1
 */
public record StageSpec(int blocks, int planes, int stride) {
    public StageSpec {
        if (blocks < 1 || planes < 1 || stride < 1) {
            throw new IllegalArgumentException("a stage needs at least one block, plane and stride 1, got " + blocks
                    + " blocks, " + planes + " planes, stride " + stride);
        }
    }
}
