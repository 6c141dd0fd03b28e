package io.github.resnet4j.cli;

import io.github.resnet4j.zoo.weights.WeightSet;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a weight file is read: which of its tensors, and under which names. */
final class WeightReading {
    @Option(
            names = "--map",
            paramLabel = "FILE",
            description = "File of rules that rename tensors, one `regex -> replacement` per line.")
    private Optional<Path> map;

    @Option(
            names = "--ema",
            description = "Use the averaged weights (EMA, SWA) that a checkpoint holds beside the trained ones.")
    private boolean ema;

    /** The file of rules. */
    Optional<Path> map() {
        return map;
    }

    /** The averaged weights or the trained ones. */
    WeightSet set() {
        return ema ? WeightSet.AVERAGED : WeightSet.TRAINED;
    }
}
