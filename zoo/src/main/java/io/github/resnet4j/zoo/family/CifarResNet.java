package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Family;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;

/**
 * The CIFAR-10 networks of He et al. 2015 (section 4.2): 6n+2 layers in three stages of 16, 32 and 64 channels, option A
 * shortcuts, and the plain networks of the same depths.
 */
public final class CifarResNet implements Family {
    private static final String PAPER = "He et al. 2015, arXiv:1512.03385, section 4.2";

    @Override
    public List<Architecture> table() {
        return List.of(
                residual(20),
                residual(32),
                residual(44),
                residual(56),
                residual(110),
                residual(1202),
                plain(20),
                plain(32),
                plain(44),
                plain(56),
                plain(110));
    }

    private static Architecture residual(int depth) {
        return row("resnet" + depth + "-cifar", "resnet-cifar", depth, ResNetSpec.Shortcut.ZERO_PAD);
    }

    private static Architecture plain(int depth) {
        return row("plain" + depth + "-cifar", "plain-cifar", depth, ResNetSpec.Shortcut.NONE);
    }

    private static Architecture row(String name, String family, int depth, ResNetSpec.Shortcut shortcut) {
        ResNetSpec spec = spec(ResNetSpec.Block.BASIC, (depth - 2) / 6).withShortcut(shortcut);
        return new Architecture(name, family, spec, Shape.square(3, 32), 10, PAPER);
    }

    /** Three stages of {@code blocks} blocks. */
    static ResNetSpec spec(ResNetSpec.Block block, int blocks) {
        return ResNetSpec.of(
                ResNetSpec.Stem.CIFAR,
                16,
                block,
                List.of(
                        new ResNetSpec.Stage(blocks, 16, 1),
                        new ResNetSpec.Stage(blocks, 32, 2),
                        new ResNetSpec.Stage(blocks, 64, 2)));
    }
}
