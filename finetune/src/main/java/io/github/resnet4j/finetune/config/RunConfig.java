package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.internal.task.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The configuration of a run: network, data, training and output. Immutable; every value is in range.
 *
 * @param name key {@code name}, required: the run's folder under {@link OutputConfig#dir}. Letters, digits,
 *     {@code . _ -}, at most 100, beginning with a letter or digit
 * @param task key {@code task}, default {@code classification}: what the network is trained for
 * @param model key {@code model}, required
 * @param data key {@code data}, required
 * @param train key {@code train}, required
 * @param optimizer key {@code optimizer}, required; its {@code type} selects the record
 * @param schedule key {@code schedule}, required; its {@code type} selects the record
 * @param engine key {@code engine}, default {@code auto}: {@code onednn} if it can run the network, otherwise
 *     {@code dl4j}; or just one of these
 * @param output key {@code output}, default: all its defaults
 * @param expect key {@code expect}, default none: the published result that this run reproduces
 */
public record RunConfig(
        String name,
        @Default("classification") String task,
        ModelConfig model,
        DataConfig data,
        TrainConfig train,
        OptimizerConfig optimizer,
        ScheduleConfig schedule,
        @Default("auto") Engine engine,
        @Default("{}") OutputConfig output,
        Optional<ExpectConfig> expect) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    static final String NOT_A_FOLDER_NAME =
            "must be a folder name: at most 100 letters, digits, '.', '_', '-', beginning with a letter or digit";

    /** Throws {@link IllegalArgumentException} for a name that is not a portable folder name. */
    public RunConfig {
        new Requirements()
                .that(isFolderName(name), "name", NOT_A_FOLDER_NAME)
                .that(
                        Tasks.find(task).isPresent(),
                        "task",
                        "unknown value '" + Printable.brief(task) + "'; known: " + String.join(", ", Tasks.names()))
                .verify();
    }

    static boolean isFolderName(String name) {
        return NAME.matcher(name).matches();
    }

    /** The same with other data. */
    public RunConfig withData(DataConfig other) {
        return new RunConfig(name, task, model, other, train, optimizer, schedule, engine, output, expect);
    }

    /** The same training with another seed, and the labels of that seed, in the folder {@code name} of {@code dir}. */
    public RunConfig in(Path dir, String name, long seed) {
        return new RunConfig(
                name,
                task,
                model,
                data.withSeed(seed),
                train.withSeed(seed),
                optimizer,
                schedule,
                engine,
                new OutputConfig(dir),
                expect);
    }

    /** The same for so many epochs, measured once, after the last. */
    public RunConfig toTheEnd(int epochs) {
        RunConfig other = shortened(epochs);
        return new RunConfig(
                name,
                task,
                model,
                data,
                other.train.measuredAtTheEnd(),
                optimizer,
                other.schedule,
                engine,
                output,
                expect);
    }

    /** The same for so many epochs, with the epochs that the schedule names moved in proportion. */
    public RunConfig shortened(int epochs) {
        return new RunConfig(
                name,
                task,
                model,
                data,
                train.withEpochs(epochs),
                optimizer,
                schedule.scaled(epochs, train.epochs()),
                engine,
                output,
                expect);
    }

    /** The learning rate before any schedule: the optimizer's, scaled to the images of a step if {@code lr-batch} says so. */
    public double lr() {
        double images = (double) train.step().accumulate() * train.batchSize();
        return optimizer.lr()
                * train.step().lrBatch().map(meant -> images / meant).orElse(1.0);
    }

    /**
     * What makes this training another than that of {@code other}, in words: {@code train.epochs 164 (there 12)}. Names,
     * folders, threads, the engine and what is kept and measured on the way do not.
     */
    public List<String> differences(RunConfig other) {
        return ConfigDifferences.of(this, other);
    }

    /** What stands at a key, as YAML on one line: {@code [horizontal-flip]} at {@code data.augment}. Absent if there is nothing. */
    public Optional<String> value(String key) {
        return YamlWriter.value(this, key);
    }

    /** This configuration as YAML with every default written out; {@link ConfigLoader#load} reads an equal one back. */
    public String toYaml() {
        return YamlWriter.write(this);
    }
}
