package io.github.resnet4j.finetune.internal.task.superresolution;

import io.github.resnet4j.datasets.Samples;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.datasets.loader.SampleShape;
import io.github.resnet4j.datasets.loader.SampleSource;
import io.github.resnet4j.datasets.superresolution.Colours;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.MixConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.TaskReport;
import io.github.resnet4j.finetune.internal.task.FinishedRun;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.model.Upscaler;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.pretrained.ModelName;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Super-resolution on a run's photographs. */
final class OpenSuperResolution implements OpenTask<SuperResolutionEvaluation> {
    private final Task task;
    private final PhotographData data;
    private final Network network;
    private final Patches patches;
    private final int factor;

    private OpenSuperResolution(Task task, PhotographData data, Network network, int each) {
        this.task = task;
        this.data = data;
        this.network = network;
        this.factor = Upscaler.factor(network)
                .orElseThrow(() -> new UsageException(network.name() + " does not make images larger"));
        this.patches = new Patches(data.train(), each, network.input(), factor);
    }

    static OpenSuperResolution of(Task task, RunConfig config, Shape input) {
        return new OpenSuperResolution(
                task,
                PhotographData.open(config.data(), config.train().seed()),
                network(config, input),
                config.data().patches());
    }

    /** Of its options, the configuration may not know all: weights have some, too. */
    private static Network network(RunConfig config, Shape input) {
        return Zoo.find(ModelName.parse(config.model().name()).architecture()).network(input, input.channels());
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public Patches train() {
        return patches;
    }

    @Override
    public Photographs val() {
        return data.val();
    }

    @Override
    public String how() {
        return data.how();
    }

    /** What the channels of the network's images are called. */
    @Override
    public List<String> classes() {
        return colours().channels();
    }

    private Colours colours() {
        return SuperResolution.colours(network.input());
    }

    @Override
    public OpenTask<SuperResolutionEvaluation> prepared(RunConfig config, Shape other) {
        return new OpenSuperResolution(
                task, data, network(config, other), config.data().patches());
    }

    @Override
    public OpenTask<SuperResolutionEvaluation> training(Network trained) {
        return new OpenSuperResolution(task, data, trained, patches.each());
    }

    @Override
    public void check(RunConfig config, KeyNames names, Consumer<String> remarks) {
        if (!config.data().augment().isEmpty()) {
            throw new UsageException(names.of("data.augment") + " is for classifiers: patches are cut out, flipped and"
                    + " turned at random by themselves");
        }
        if (!config.train().loss().mix().equals(MixConfig.NONE)
                || config.train().loss().labelSmoothing() != 0) {
            throw new UsageException(
                    names.of("train.mix") + " and " + names.of("train.label-smoothing") + " are for classifiers");
        }
        if (config.data().classWeights().isPresent() || config.data().sampling() == DataConfig.Sampling.BALANCED) {
            throw new UsageException(names.of("data.class-weights") + " and " + names.of("data.sampling")
                    + " are for samples with classes, which photographs have not");
        }
    }

    @Override
    public BatchLoader trainLoader(LoaderOptions options) {
        Shape in = network.input();
        Shape out = network.out();
        return new BatchLoader(
                patches,
                patches.source(),
                new SampleShape(in.channels(), in.height(), in.width()),
                Optional.of(new SampleShape(out.channels(), out.height(), out.width())),
                options);
    }

    /** Says which photographs can be read, one after the other; they are of many sizes, and so are not in a batch. */
    @Override
    public BatchLoader valLoader(LoaderOptions options) {
        LoaderOptions one = new LoaderOptions(
                1, options.seed(), options.workers(), Math.max(1, options.workers()), false, options.badImages());
        SampleSource readable = index -> {
            data.val().pair(index, factor);
            return (view, random, slot) -> slot.features()[slot.at()] = 1;
        };
        int least = new FidelityObjective(network, data.val()).least();
        return new BatchLoader(new LargeEnough(data.val(), least), readable, 1, 1, 1, one);
    }

    @Override
    public Objective<SuperResolutionEvaluation> objective(RunConfig config) {
        return new FidelityObjective(network, data.val());
    }

    @Override
    public Preprocessing preprocessing(RunConfig config) {
        return Upscaler.preprocessing(network.input().channels());
    }

    @Override
    public Map<String, String> provenance() {
        return Map.of("scale", String.valueOf(factor));
    }

    @Override
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Photographs", Numbers.count(data.train().size()));
        facts.put("Validation photographs", Numbers.count(data.val().size()));
        facts.put("Scale", factor + ", made smaller by MATLAB's bicubic interpolation");
        return facts;
    }

    @Override
    public TaskReport report(FinishedRun run, SuperResolutionEvaluation evaluation) throws IOException {
        return SuperResolutionReport.of(run, network, data.val(), evaluation);
    }

    /** Photographs that are to be measured, and so must not be too small for that. */
    private record LargeEnough(Photographs photographs, int side) implements Samples {
        @Override
        public int size() {
            return photographs.size();
        }

        @Override
        public List<String> classes() {
            return photographs.classes();
        }

        @Override
        public int label(int index) {
            return 0;
        }

        @Override
        public String name(int index) {
            return photographs.name(index);
        }

        @Override
        public void check(int index) {
            photographs.check(index, side, "measuring");
        }

        @Override
        public String fingerprint() {
            return photographs.fingerprint();
        }
    }
}
