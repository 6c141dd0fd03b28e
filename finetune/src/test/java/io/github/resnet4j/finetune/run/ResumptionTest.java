package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.internal.report.CsvLog;
import io.github.resnet4j.finetune.internal.task.classification.Classification;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.train.StoppedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs with everything on that has a state, stopped and resumed. */
final class ResumptionTest {
    @TempDir
    static Path shared;

    private static Path data;

    @TempDir
    Path runs;

    @BeforeAll
    static void draw() throws IOException {
        data = TinyData.write(shared.resolve("data"), 8, 8, "ant", "bee", "cat");
    }

    /** 24 images in batches of 5, two to a step: steps of 10, 10 and 4 images. An epoch asks six times. */
    private ConfigLoader.Loaded everything(String name, String engine, String... more) {
        return TinyData.config(
                data,
                runs,
                Stream.concat(
                                Stream.of(
                                        "name=" + name,
                                        "engine=" + engine,
                                        "train={epochs: 9, batch-size: 5, accumulate: 2, label-smoothing: 0.1,"
                                                + " mix: {mixup: 0.4, cutmix: 1}, clip-norm: 1, ema-decay: 0.9, patience: 2}",
                                        "data.augment=[{pad-crop: {padding: 1}}, horizontal-flip, {random-erasing: {p: 0.5}}]",
                                        "data.sampling=balanced",
                                        "schedule={type: constant}",
                                        "optimizer={type: adamw, lr: 0.01, groups: [{parts: [stem, layer1], thaw: 2}]}"),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"onednn", "dl4j"})
    void withEveryLeverAResumedRunEqualsOneThatWasNot(String engine) throws IOException {
        TinyData.Runner uninterrupted = new TinyData.Runner(everything("whole", engine));
        TrainingRun.Summary whole = uninterrupted.run();
        assertThat(whole.stoppedEarly()).isTrue();
        assertThat(whole.epochs()).isBetween(4, 8); // two after the thaw at the earliest
        assertThat(whole.iterations()).isEqualTo(3L * whole.epochs());
        assertThat(uninterrupted.said())
                .contains(
                        "stopped early, after epoch " + whole.epochs() + " of 9: neither validation accuracy nor loss");
        int polls = 6 * whole.epochs();
        // Within the first epoch, its evaluation, before and after the thaw, and in the last epoch.
        int[] all = {1, 5, 12, 13, polls - 4, polls - 1};
        // The state is the same with either engine; DL4J takes four times as long.
        for (int stopAt : engine.equals("dl4j") ? new int[] {5, 13} : all) {
            String name = "stopped" + stopAt;
            assertThatExceptionOfType(StoppedException.class)
                    .isThrownBy(() -> new TinyData.Runner(everything(name, engine))
                            .stopAfter(stopAt)
                            .run());
            TrainingRun.Summary resumed =
                    new TinyData.Runner(everything(name, engine)).resume().run();
            assertThat(resumed.stoppedEarly()).isTrue();
            for (String model : List.of("model.zip", "last.zip")) {
                assertThat(TinyData.coefficients(runs.resolve(name).resolve(model)))
                        .as("%s, stopped after %d polls", model, stopAt)
                        .isEqualTo(TinyData.coefficients(runs.resolve("whole").resolve(model)));
            }
            assertThat(losses(name)).isEqualTo(losses("whole"));
        }
    }

    private List<Double> losses(String run) throws IOException {
        return CsvLog.read(runs.resolve(run + "/log.csv"), Classification.METRICS).stream()
                .flatMap(row -> Stream.of(row.trainLoss(), row.train(Metric.TOP1), row.valLoss(), row.val(Metric.TOP1)))
                .toList();
    }

    @Test
    void aRunThatStoppedEarlyIsCompleteUntilItsPatienceGrows() throws IOException {
        TrainingRun.Summary first = new TinyData.Runner(everything("patient", "onednn")).run();
        TinyData.Runner again = new TinyData.Runner(everything("patient", "onednn")).resume();
        TrainingRun.Summary complete = again.run();
        assertThat(complete.alreadyComplete()).isTrue();
        assertThat(complete.stoppedEarly()).isTrue();
        assertThat(complete.last()).isEqualTo(first.last());

        TinyData.Runner longer = new TinyData.Runner(everything("patient", "onednn", "train.patience=8")).resume();
        TrainingRun.Summary whole = longer.run();
        assertThat(longer.said()).contains("patience 8 (was 2)");
        assertThat(whole.stoppedEarly()).isFalse();
        assertThat(whole.epochs()).isEqualTo(9);
        assertThat(CsvLog.read(runs.resolve("patient/log.csv"), Classification.METRICS))
                .extracting(EpochRow::epoch)
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(runs.resolve("patient/report.html")).content().doesNotContain("stopped early");
    }

    @Test
    void batchesToAStepAreWhatTheRunIs() throws IOException {
        new TinyData.Runner(everything("sums", "onednn", "train.epochs=1")).run();
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> new TinyData.Runner(everything("sums", "onednn", "train.accumulate=1"))
                        .resume()
                        .run())
                .withMessageContaining("batches to a step none (was 2)");
    }
}
