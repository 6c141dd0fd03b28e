package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.audio.SoundFeature;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.MixConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.TaskReport;
import io.github.resnet4j.finetune.internal.task.FinishedRun;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.internal.task.classification.ClassWeighting;
import io.github.resnet4j.finetune.internal.task.classification.LabelObjective;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** The detection of spoofing on a run's sounds. */
final class OpenSpoofing implements OpenTask<SpoofingEvaluation> {
    private final Task task;
    private final SpoofingData data;
    private final Shape input;
    private final SoundFeature feature;

    OpenSpoofing(Task task, SpoofingData data, Shape input) {
        this.task = task;
        this.data = data;
        this.input = input;
        this.feature = Feature.of(input);
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public SpoofingSounds train() {
        return data.train();
    }

    @Override
    public SpoofingSounds val() {
        return data.val();
    }

    @Override
    public String how() {
        return data.how();
    }

    @Override
    public OpenTask<SpoofingEvaluation> prepared(RunConfig config, Shape other) {
        return new OpenSpoofing(task, data, other);
    }

    @Override
    public void check(RunConfig config, KeyNames names, Consumer<String> remarks) {
        objective(config); // class weights may name classes that there are not
        if (!config.data().augment().isEmpty()) {
            throw new UsageException(names.of("data.augment") + " is for images: sounds are not augmented");
        }
        if (!config.train().loss().mix().equals(MixConfig.NONE)) {
            throw new UsageException(names.of("train.mix") + " is for images: sounds are not mixed");
        }
        List<String> unheard = val().attacks().stream()
                .filter(attack -> !train().attacks().contains(attack))
                .toList();
        if (!unheard.isEmpty()) {
            remarks.accept("not trained on, but measured: " + String.join(", ", unheard));
        }
    }

    @Override
    public BatchLoader trainLoader(LoaderOptions options) {
        return loader(train(), options);
    }

    @Override
    public BatchLoader valLoader(LoaderOptions options) {
        return loader(val(), options);
    }

    private BatchLoader loader(SpoofingSounds sounds, LoaderOptions options) {
        return new BatchLoader(
                sounds, sounds.samples(feature), input.channels(), input.height(), input.width(), options);
    }

    @Override
    public Objective<SpoofingEvaluation> objective(RunConfig config) {
        return new SpoofingObjective(new LabelObjective(
                config.train(),
                classes().size(),
                config.data().classWeights().map(weights -> ClassWeighting.of(weights, train()))));
    }

    @Override
    public Preprocessing preprocessing(RunConfig config) {
        return new Preprocessing(OptionalInt.empty(), OptionalInt.empty(), "bilinear", List.of(0.0), List.of(1.0));
    }

    @Override
    public Map<String, String> provenance() {
        return Map.of(Feature.KEY, feature.name());
    }

    @Override
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Validation sounds", Numbers.count(val().size()));
        facts.put("Feature", feature.name() + ", " + input);
        facts.put("Attacks", String.join(", ", val().attacks()));
        return facts;
    }

    @Override
    public TaskReport report(FinishedRun run, SpoofingEvaluation evaluation) throws IOException {
        return SpoofingReport.of(run, val(), data.behind(), feature, evaluation);
    }
}
