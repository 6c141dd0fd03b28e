package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.finetune.report.EpochRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the reports of a run say that only its task knows. */
public interface TaskReport {
    /** What the model is worth, in a sentence for people who do not know the task's figures. */
    String verdict();

    /** What the samples are, for people: {@code images}. */
    default String samples() {
        return "images";
    }

    /** What the speed of training counts: these, or parts of them. */
    default String trainingSamples() {
        return samples();
    }

    /**
     * Adds the tiles at the top of the page with what was measured, but for the loss.
     *
     * @param model the epoch whose model it is, if it is known
     * @param when that was, in words
     */
    void headline(Page page, Optional<EpochRow> model, String when);

    /**
     * The sections of the page, in order.
     *
     * @param curves that of the training, which has its place among them
     */
    List<Section> sections(Section curves);

    /** Adds what is for programs. What was not measured is null. */
    void json(Map<String, Object> object);
}
