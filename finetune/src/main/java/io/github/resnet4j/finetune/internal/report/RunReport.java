package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.finetune.recipe.Choice;
import io.github.resnet4j.finetune.report.EpochRow;
import java.util.List;
import java.util.Optional;

/**
 * Everything that {@link HtmlReport} and {@link JsonReport} show of a run.
 *
 * @param epochs in order
 * @param model the epoch whose model the task's part is about, if it is one of these
 * @param task what the task has to say of the model
 * @param executors of the cluster that trained, if one did
 * @param choices what the recipe {@code auto} chose, and why; of other recipes none
 * @param unreadable samples that were left out
 * @param configYaml the resolved configuration
 * @param provenanceJson what {@link io.github.resnet4j.finetune.report.Provenance#json()} gives
 * @param warnings what the reader must know before trusting the numbers, such as skipped images
 */
public record RunReport(
        RunFacts facts,
        List<EpochRow> epochs,
        Optional<EpochRow> model,
        TaskReport task,
        List<ExecutorRow> executors,
        List<Choice> choices,
        List<String> unreadable,
        String configYaml,
        String provenanceJson,
        List<String> warnings) {
    public RunReport {
        epochs = List.copyOf(epochs);
        executors = List.copyOf(executors);
        choices = List.copyOf(choices);
        unreadable = List.copyOf(unreadable);
        warnings = List.copyOf(warnings);
    }
}
