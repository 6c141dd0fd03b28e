package io.github.resnet4j.finetune.internal.task;

import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.RunFacts;
import io.github.resnet4j.finetune.internal.report.RunOutcome;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.ProgressView;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A run with all epochs trained, for its report.
 *
 * @param folder with the model
 * @param modelFile the file in it
 * @param origin where the initial weights come from, for people
 * @param model the epoch that the model is from
 * @param epochs trained in all
 * @param seconds it took
 * @param others runs to compare it with
 * @param warnings receives what the reader must know before trusting the numbers
 * @param stop whether the report is to be left unwritten
 */
public record FinishedRun(
        Path folder,
        Path modelFile,
        RunConfig config,
        RunFacts facts,
        String origin,
        EpochRow model,
        int epochs,
        double seconds,
        List<RunOutcome> others,
        Consumer<String> warnings,
        ProgressView view,
        BooleanSupplier stop) {}
