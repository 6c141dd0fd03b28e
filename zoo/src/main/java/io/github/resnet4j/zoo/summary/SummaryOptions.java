package io.github.resnet4j.zoo.summary;

import java.util.Objects;
import java.util.Optional;

/**
 * What a summary shows.
 *
 * @param layers one row for every layer; otherwise only one for every stage
 * @param frozenUpTo the last frozen part of the network (stage, block or layer), if any is; marks the frozen rows
 */
public record SummaryOptions(boolean layers, Optional<String> frozenUpTo) {
    /** Every stage, nothing frozen. */
    public static final SummaryOptions STAGES = new SummaryOptions(false, Optional.empty());
    /** Every layer, nothing frozen. */
    public static final SummaryOptions LAYERS = new SummaryOptions(true, Optional.empty());

    public SummaryOptions {
        Objects.requireNonNull(frozenUpTo, "frozenUpTo");
    }

    /** The same with everything up to {@code part} marked as frozen. */
    public SummaryOptions frozenUpTo(String part) {
        return new SummaryOptions(layers, Optional.of(part));
    }
}
