package io.github.resnet4j.finetune.report;

import java.util.List;
import java.util.Optional;

/**
 * Everything that {@link HtmlReport} shows of a run.
 *
 * @param epochs in order
 * @param confusion of the final evaluation, {@link Confusion#none()} without one
 * @param gallery samples of the validation images
 * @param topLosses the validation images the network was most wrong about, worst first
 * @param configYaml the resolved configuration
 * @param provenanceJson what {@link Provenance#json()} gives
 * @param warnings what the reader must know before trusting the numbers, such as skipped images
 */
public record RunReport(
        RunFacts facts,
        List<EpochRow> epochs,
        Confusion confusion,
        List<Prediction> gallery,
        List<Prediction> topLosses,
        String configYaml,
        String provenanceJson,
        List<String> warnings) {
    public RunReport {
        epochs = List.copyOf(epochs);
        gallery = List.copyOf(gallery);
        topLosses = List.copyOf(topLosses);
        warnings = List.copyOf(warnings);
    }

    /**
     * The epoch the confusion matrix belongs to: the last whose accuracy is the matrix's to half an image. Without such
     * a match (the matrix is another model's, an average of weights for instance) there is none.
     */
    Optional<EpochRow> evaluated() {
        double halfAnImage = 0.5 / Math.max(1, confusion.total());
        return epochs.stream()
                .filter(row -> Math.abs(row.valTop1() - confusion.top1()) < halfAnImage)
                .reduce((earlier, later) -> later);
    }
}
