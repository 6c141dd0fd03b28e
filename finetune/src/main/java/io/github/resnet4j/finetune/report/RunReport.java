package io.github.resnet4j.finetune.report;

import io.github.resnet4j.finetune.recipe.Choice;
import java.util.List;
import java.util.Optional;

/**
 * Everything that {@link HtmlReport} shows of a run.
 *
 * @param epochs in order
 * @param model the epoch whose model everything below is about, if it is one of these
 * @param confusion of that model, {@link Confusion#none()} without an evaluation
 * @param outcome what the run achieved, in how much time; absent without an evaluation
 * @param others runs to compare it with, evaluated on the same images
 * @param judgement how far all this is to be trusted; absent without an evaluation
 * @param gallery samples of the validation images
 * @param best validation images the network was right about and surest of
 * @param topLosses the validation images the network was most wrong about, worst first
 * @param executors of the cluster that trained, if one did
 * @param choices what the recipe {@code auto} chose, and why; of other recipes none
 * @param configYaml the resolved configuration
 * @param provenanceJson what {@link Provenance#json()} gives
 * @param warnings what the reader must know before trusting the numbers, such as skipped images
 */
public record RunReport(
        RunFacts facts,
        List<EpochRow> epochs,
        Optional<EpochRow> model,
        Confusion confusion,
        Optional<RunOutcome> outcome,
        List<RunOutcome> others,
        Optional<Judgement> judgement,
        List<Prediction> gallery,
        List<Prediction> best,
        List<Prediction> topLosses,
        List<ExecutorRow> executors,
        List<Choice> choices,
        String configYaml,
        String provenanceJson,
        List<String> warnings) {
    public RunReport {
        epochs = List.copyOf(epochs);
        others = List.copyOf(others);
        gallery = List.copyOf(gallery);
        best = List.copyOf(best);
        executors = List.copyOf(executors);
        choices = List.copyOf(choices);
        topLosses = List.copyOf(topLosses);
        warnings = List.copyOf(warnings);
    }
}
