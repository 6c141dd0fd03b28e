package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.report.ProgressView;
import io.github.resnet4j.finetune.run.LearningRateFinder.Range;
import io.github.resnet4j.finetune.run.LearningRateFinder.Result;
import io.github.resnet4j.finetune.run.LearningRateFinder.Trial;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LearningRateFinderTest {
    @TempDir
    static Path shared;

    private static Path data;

    @TempDir
    Path runs;

    @BeforeAll
    static void draw() throws IOException {
        data = TinyData.write(shared.resolve("data"), 8, 8, "ant", "bee", "cat");
    }

    private Result find(Range range, String... overrides) {
        return LearningRateFinder.find(
                TinyData.config(data, runs, overrides).config(),
                range,
                DownloadOptions.standard().withOffline(true),
                KeyNames.NONE,
                ProgressView.lines(new PrintStream(new ByteArrayOutputStream())),
                () -> false);
    }

    /** The losses of a valley by hand; the answer is fastai's: begin + third + half a third of the longest fall. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            9 9 9 8 7 6 5 4 3 2 9 9       | 4
            5 6 4 7 3 8 2 9 1 9           | 4
            3 3 3 3                       |
            1 2 3 4                       |
            4 3                           | 0
            """)
    void suggestsFromTheLongestFall(String losses, Integer place) {
        List<Trial> trials = new ArrayList<>();
        for (String loss : losses.split(" ")) {
            trials.add(new Trial(trials.size(), Double.parseDouble(loss), Double.parseDouble(loss)));
        }
        if (place == null) {
            assertThat(LearningRateFinder.valley(trials)).isEmpty();
        } else {
            assertThat(LearningRateFinder.valley(trials)).hasValue(place);
        }
    }

    /** 24 images in four batches suffice for 60 steps; with any optimiser, with frozen parts, several batches to a step. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "optimizer={type: sgd, lr: 1}",
                "optimizer={type: adamw, lr: 1}",
                "model.freeze=layer2",
                "optimizer={type: sgd, lr: 1, groups: [{parts: [stem, layer1], thaw: 1}]}",
                "train.accumulate=3",
                "engine=dl4j"
            })
    void growsTheRateAndLeavesTheRunAlone(String override) throws IOException {
        Result result = find(new Range(60, 1e-5, 1), override);
        List<Trial> trials = result.trials();
        assertThat(trials).hasSizeBetween(20, 60);
        assertThat(trials.get(0).lr()).isEqualTo(1e-5);
        assertThat(trials.get(1).lr() / trials.get(0).lr()).isCloseTo(Math.pow(1e5, 1.0 / 59), within(1e-9));
        assertThat(trials.get(0).smoothed()).isCloseTo(trials.get(0).loss(), within(1e-9));
        assertThat(trials.get(1).smoothed())
                .as("debiased")
                .isCloseTo((0.98 * trials.get(0).loss() + trials.get(1).loss()) / 1.98, within(1e-9));
        assertThat(result.suggestion()).isPresent();
        assertThat(result.suggestion().getAsDouble()).isBetween(1e-5, 1.0);
        assertThat(runs).isEmptyDirectory();

        Path folder = runs.resolve("found");
        result.write(folder);
        assertThat(Files.readAllLines(folder.resolve("lr-find.csv")))
                .hasSize(trials.size() + 1)
                .startsWith("lr,loss,smoothed_loss");
        assertThat(folder.resolve("lr-find.png")).isNotEmptyFile();
    }

    @Test
    void endsWhereTheLossIsNoNumberAnyMore() {
        Result result = find(new Range(60, 1e-3, 1e30));
        assertThat(result.diverged()).isTrue();
        assertThat(result.trials()).hasSizeLessThan(60).allMatch(trial -> Double.isFinite(trial.loss()));
    }

    @Test
    void suggestsNothingFromAHandfulOfSteps() {
        assertThat(find(new Range(5, 1e-5, 1e-4)).suggestion()).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new Range(1, 1e-5, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Range(10, 1, 1));
    }
}
