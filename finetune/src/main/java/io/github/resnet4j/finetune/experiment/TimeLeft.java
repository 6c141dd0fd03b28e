package io.github.resnet4j.finetune.experiment;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DatasetKind;
import io.github.resnet4j.finetune.config.ExperimentConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.pretrained.ModelName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How long trainings take: what an epoch took where one was measured, otherwise that of the others in proportion to the
 * multiply-adds, and without any, a rough guess.
 */
final class TimeLeft {
    /** Multiply-adds of an inference for each second of training and core: ResNet-20 in bench/results, two cores with AVX2. */
    private static final double PER_CORE = 466 * 40.6e6 / 2;

    private static final int CIFAR_IMAGES = 50_000;

    private final Map<PlannedRun, RunState> states;
    private final Map<String, Double> measured = new HashMap<>();
    private final Map<String, Double> work = new HashMap<>();

    TimeLeft(Map<PlannedRun, RunState> states) {
        this.states = states;
        states.forEach((run, state) -> {
            work.computeIfAbsent(run.label(), label -> work(run.config()));
            state.secondsPerEpoch().ifPresent(seconds -> measured.put(run.label(), seconds));
        });
    }

    /** An epoch of a run took so long. */
    void measured(PlannedRun run, double seconds) {
        measured.put(run.label(), seconds);
    }

    /** Whether nothing was measured, so that all is a guess. */
    boolean guessed() {
        return measured.isEmpty();
    }

    /** Seconds for {@code epochs} of a run; NaN where not even the number of images is known. */
    double of(PlannedRun run, int epochs) {
        Double seconds = measured.get(run.label());
        if (seconds != null) {
            return epochs * seconds;
        }
        OptionalDouble pace = measured.entrySet().stream()
                .mapToDouble(entry -> entry.getValue() / work.get(entry.getKey()))
                .filter(Double::isFinite)
                .average();
        double nominal = 1 / (PER_CORE * Runtime.getRuntime().availableProcessors());
        return epochs * work.get(run.label()) * pace.orElse(nominal);
    }

    /** Seconds for all that {@code runs} have left, in words of {@link RunState#epochsLeft}. */
    double of(List<PlannedRun> runs) {
        return runs.stream()
                .mapToDouble(run -> of(run, states.get(run).epochsLeft(run)))
                .sum();
    }

    /** Multiply-adds of inferring the training images of an epoch. */
    private static double work(RunConfig config) {
        DatasetKind data = config.data().dataset();
        if (data != DatasetKind.CIFAR10 && data != DatasetKind.CIFAR100) {
            return Double.NaN;
        }
        int images = Math.min(CIFAR_IMAGES, config.data().limit().orElse(CIFAR_IMAGES));
        return (double) images * network(config).macs();
    }

    private static Network network(RunConfig config) {
        Architecture architecture = Zoo.find(
                        ModelName.parse(config.model().name()).architecture())
                .with(config.model().chosenOptions());
        int size = config.data().imageSize().orElse(architecture.input().height());
        return architecture.network(
                Shape.square(3, size), config.model().classes().orElse(architecture.classes()));
    }

    /** @throws UsageException if the network cannot be made for images of this size */
    static void requireNetwork(ExperimentConfig.Run run) {
        try {
            network(run.config());
        } catch (IllegalArgumentException e) {
            throw new UsageException(run.label() + ": " + e.getMessage());
        }
    }
}
