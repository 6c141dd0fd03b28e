package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.report.Numbers;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Whether probabilities are calibrated, for models that know how. */
final class CalibrationOption {
    @Option(
            names = "--no-calibration",
            description =
                    "Give the network's own probabilities, not those calibrated by the temperature of its model.zip.")
    private boolean uncalibrated;

    /** The model as asked for; {@code remarks} is told if its probabilities are calibrated. */
    SourceModel of(SourceModel model, Consumer<String> remarks) {
        if (uncalibrated) {
            return model.uncalibrated();
        }
        model.card()
                .temperature()
                .ifPresent(temperature -> remarks.accept("probabilities are calibrated, with temperature "
                        + Numbers.rate(temperature) + "; --no-calibration gives the network's own"));
        return model;
    }
}
