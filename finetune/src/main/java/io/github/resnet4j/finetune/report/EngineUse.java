package io.github.resnet4j.finetune.report;

import io.github.resnet4j.engine.Engine;
import java.util.Arrays;
import java.util.Optional;

/**
 * The engine that runs the network.
 *
 * @param running {@link Engine#ONEDNN} or {@link Engine#DL4J}
 * @param fallback why DL4J is used although the choice was free
 * @param history the keys of the engines that trained, first to last: {@code onednn}, or {@code dl4j, onednn} after a
 *     resumption
 */
public record EngineUse(Engine running, Optional<String> fallback, String history) {
    /** From the beginning. */
    public EngineUse(Engine running, Optional<String> fallback) {
        this(running, fallback, running.key());
    }

    /** That of a finished run, in which the engines of {@code history} trained; why is not known. */
    public static EngineUse of(String history) {
        String last = history.substring(history.lastIndexOf(' ') + 1);
        Engine running = Arrays.stream(Engine.values())
                .filter(engine -> engine.key().equals(last))
                .findFirst()
                .orElse(Engine.AUTO);
        return new EngineUse(running, Optional.empty(), history);
    }

    /** The same in a run that began with {@code earlier}, a history. */
    public EngineUse after(String earlier) {
        boolean same = earlier.equals(running.key()) || earlier.endsWith(", " + running.key());
        return new EngineUse(running, fallback, same ? earlier : earlier + ", " + running.key());
    }

    /** Whether other engines trained before. */
    public boolean mixed() {
        return !history.equals(running.key());
    }

    /** {@code oneDNN engine}, or {@code DL4J} with the reason. */
    public String words() {
        return running == Engine.ONEDNN ? "oneDNN engine" : "DL4J (" + fallback.orElse("as requested") + ")";
    }
}
