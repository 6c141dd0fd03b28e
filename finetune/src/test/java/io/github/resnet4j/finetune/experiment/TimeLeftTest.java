package io.github.resnet4j.finetune.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.ExperimentConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.EpochRows;
import io.github.resnet4j.zoo.Zoo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TimeLeftTest {
    private static final PlannedRun SMALL = run("resnet20-cifar", "cifar10, limit: 100");
    private static final PlannedRun LARGE = run("resnet56-cifar", "cifar10, limit: 50");
    private static final PlannedRun FOLDER = run("resnet20-cifar", "folder");

    private static PlannedRun run(String network, String data) {
        RunConfig config = ConfigLoader.parse("""
                        name: n
                        model: {name: %s}
                        data: {dataset: %s}
                        train: {epochs: 10, batch-size: 4}
                        optimizer: {type: sgd, lr: 0.1}
                        schedule: {type: constant}
                        """.formatted(network, data), "t.yaml", List.of())
                .config();
        String label = network + data.charAt(0);
        return new PlannedRun(new ExperimentConfig.Run(label, config, Optional.empty(), Optional.empty()), 1, config);
    }

    /** A run whose epochs took so many seconds. */
    private static RunState state(double... seconds) {
        List<EpochRow> rows = IntStream.rangeClosed(1, seconds.length)
                .mapToObj(i -> EpochRows.of(i, i, 0.1, 1, 0.5, 1, 0.5, Double.NaN, seconds[i - 1], 10, 0))
                .toList();
        return new RunState(RunState.Stage.HALF_DONE, rows, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static TimeLeft time(RunState small, RunState large) {
        Map<PlannedRun, RunState> states = new LinkedHashMap<>();
        states.put(SMALL, small);
        states.put(LARGE, large);
        states.put(FOLDER, state());
        return new TimeLeft(states);
    }

    private static double macs(String network) {
        return Zoo.find(network).network().macs();
    }

    @Test
    void takesTheMedianEpochWhereThereIsOne() {
        TimeLeft time = time(state(10, 90, 12), state(50));
        assertThat(time.guessed()).isFalse();
        assertThat(time.of(SMALL, 3)).isEqualTo(36);
        assertThat(time.of(List.of(SMALL, LARGE))).isEqualTo(7 * 12 + 9 * 50);
        time.measured(SMALL, 20);
        assertThat(time.of(SMALL, 3)).isEqualTo(60);
    }

    /** Half the images of a larger network. */
    @Test
    void otherRunsTakeTimeInProportionToTheirWork() {
        double ratio = 0.5 * macs("resnet56-cifar") / macs("resnet20-cifar");
        assertThat(time(state(10), state()).of(LARGE, 2)).isCloseTo(20 * ratio, within(1e-9));
    }

    @Test
    void withoutAnyMeasurementItGuesses() {
        TimeLeft time = time(state(), state());
        assertThat(time.guessed()).isTrue();
        assertThat(time.of(LARGE, 1) / time.of(SMALL, 1))
                .isCloseTo(0.5 * macs("resnet56-cifar") / macs("resnet20-cifar"), within(1e-9));
        assertThat(time.of(SMALL, 1)).isPositive();
    }

    @Test
    void aFolderOfUnknownSizeTakesUnknownTime() {
        assertThat(time(state(10), state()).of(FOLDER, 1)).isNaN();
        assertThat(time(state(10), state()).of(List.of(SMALL, FOLDER))).isNaN();
    }
}
