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
 * @param evaluation the engine that evaluates, if {@code running} only trains
 */
public record EngineUse(Engine running, Optional<String> fallback, String history, Optional<EngineUse> evaluation) {
    /** From the beginning, for everything. */
    public EngineUse(Engine running, Optional<String> fallback) {
        this(running, fallback, running.key(), Optional.empty());
    }

    /** That of a finished run, in which the engines of {@code history} trained; why is not known. */
    public static EngineUse of(String history) {
        String last = history.substring(history.lastIndexOf(' ') + 1);
        Engine running = Arrays.stream(Engine.values())
                .filter(engine -> engine.key().equals(last))
                .findFirst()
                .orElse(Engine.AUTO);
        return new EngineUse(running, Optional.empty(), history, Optional.empty());
    }

    /** The same in a run that began with {@code earlier}, a history. */
    public EngineUse after(String earlier) {
        boolean same = earlier.equals(running.key()) || earlier.endsWith(", " + running.key());
        return new EngineUse(running, fallback, same ? earlier : earlier + ", " + running.key(), evaluation);
    }

    /** The same in a run that {@code other} evaluates. */
    public EngineUse evaluatedBy(EngineUse other) {
        return new EngineUse(
                running, fallback, history, Optional.of(other).filter(engine -> engine.running != running));
    }

    /** Whether other engines trained before. */
    public boolean mixed() {
        return !history.equals(running.key());
    }

    /** {@code oneDNN engine}, or {@code DL4J} with the reason; both where one trains and the other evaluates. */
    public String words() {
        String own = running == Engine.ONEDNN ? "oneDNN engine" : "DL4J (" + fallback.orElse("as requested") + ")";
        return evaluation
                .map(other -> own + " for training, " + other.words() + " for evaluation")
                .orElse(own);
    }
}
