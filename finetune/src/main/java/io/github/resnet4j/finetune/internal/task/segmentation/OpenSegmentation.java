package io.github.resnet4j.finetune.internal.task.segmentation;

import io.github.resnet4j.datasets.MaskedImages;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.datasets.loader.SampleShape;
import io.github.resnet4j.datasets.transform.Fit;
import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigText;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.KeyNames;
import io.github.resnet4j.finetune.config.MixConfig;
import io.github.resnet4j.finetune.config.NormalizeConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.internal.report.TaskReport;
import io.github.resnet4j.finetune.internal.task.FinishedRun;
import io.github.resnet4j.finetune.internal.task.OpenTask;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.internal.task.classification.ClassWeighting;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.finetune.train.Objective;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The segmentation of a run's images. */
final class OpenSegmentation implements OpenTask<SegmentationEvaluation> {
    private final Task task;
    private final MaskedImages.TrainVal data;
    private final Shape input;
    private final Pipeline trainPipeline;
    private final Pipeline evalPipeline;

    OpenSegmentation(Task task, MaskedImages.TrainVal data, RunConfig config, Shape input) {
        this.task = task;
        this.data = data;
        this.input = input;
        Normalize normalize =
                config.data().normalize().orElse(NormalizeConfig.IMAGENET).toNormalize();
        Fit fit = new Fit(input.height());
        List<Transform> training = new ArrayList<>(config.data().augment());
        training.add(fit); // which changes nothing of what has the size already
        this.trainPipeline = new Pipeline(training, normalize).producing(input.height(), input.width());
        this.evalPipeline = new Pipeline(List.of(fit), normalize).producing(input.height(), input.width());
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public MaskedImages train() {
        return data.train();
    }

    @Override
    public MaskedImages val() {
        return data.val();
    }

    @Override
    public String how() {
        return data.how();
    }

    @Override
    public OpenTask<SegmentationEvaluation> prepared(RunConfig config, Shape other) {
        return new OpenSegmentation(task, data, config, other);
    }

    @Override
    public void check(RunConfig config, KeyNames names, Consumer<String> remarks) {
        DataConfig images = config.data();
        classWeights(config); // which may name classes that there are not
        images.augment().stream().filter(step -> !step.keepsMasks()).findFirst().ifPresent(step -> {
            throw new UsageException(names.of("data.augment") + ": " + ConfigText.of(List.of(step))
                    + " is for whole images: what it does to a mask is not known; leave it out");
        });
        List<Transform> steps = List.of(new Fit(input.height()));
        images.eval().filter(own -> !own.equals(steps)).ifPresent(own -> {
            throw new UsageException(names.of("data.eval") + " is " + ConfigText.of(own)
                    + ", but images to be segmented are measured as a whole: leave it out, or write "
                    + ConfigText.of(steps));
        });
        if (!config.train().loss().mix().equals(MixConfig.NONE)) {
            throw new UsageException(names.of("train.mix") + " is for classes of whole images");
        }
        if (config.train().loss().labelSmoothing() != 0) {
            throw new UsageException(names.of("train.label-smoothing") + " is for classes of whole images");
        }
        if (images.sampling() != DataConfig.Sampling.ALL) {
            throw new UsageException(names.of("data.sampling") + " is for classes of whole images; "
                    + names.setting("data.class-weights", "balanced") + " has the pixels of a rare class count more");
        }
        train().imagesWith().ifPresent(counts -> {
            List<String> never = IntStream.range(0, counts.length)
                    .filter(number -> counts[number] == 0)
                    .mapToObj(number -> Printable.line(classes().get(number)))
                    .toList();
            if (!never.isEmpty()) {
                remarks.accept("warning: in no mask to train on there is " + String.join(", ", never)
                        + ": the network cannot learn it");
            }
        });
    }

    @Override
    public BatchLoader trainLoader(LoaderOptions options) {
        return loader(train(), trainPipeline, input, options);
    }

    @Override
    public BatchLoader valLoader(LoaderOptions options) {
        return loader(val(), evalPipeline, input, options);
    }

    static BatchLoader loader(MaskedImages images, Pipeline pipeline, Shape input, LoaderOptions options) {
        return new BatchLoader(
                images,
                images.samples(pipeline),
                new SampleShape(input.channels(), input.height(), input.width()),
                Optional.of(new SampleShape(1, input.height(), input.width())),
                options);
    }

    @Override
    public Objective<SegmentationEvaluation> objective(RunConfig config) {
        return new PixelObjective(classes(), classWeights(config));
    }

    private Optional<float[]> classWeights(RunConfig config) {
        return config.data().classWeights().map(weights -> {
            if (weights.balanced() && train().pixels().isEmpty()) {
                throw new UsageException(
                        "data.class-weights: balanced needs a look at all masks: leave data.check-images"
                                + " true, or give weights");
            }
            return ClassWeighting.of(
                    weights,
                    classes(),
                    train().pixels().orElseGet(() -> new long[classes().size()]));
        });
    }

    @Override
    public Preprocessing preprocessing(RunConfig config) {
        Normalize normalize = config.data().normalize().orElseThrow().toNormalize();
        return new Preprocessing(
                OptionalInt.empty(),
                OptionalInt.empty(),
                "bilinear",
                decimals(normalize.mean()),
                decimals(normalize.std()));
    }

    private static List<Double> decimals(float[] values) {
        return IntStream.range(0, values.length)
                .mapToObj(i -> Double.valueOf(Float.toString(values[i]))) // 0.485f is to be written as 0.485
                .toList();
    }

    @Override
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Validation images", Numbers.count(val().size()));
        train().pixels().ifPresent(pixels -> {
            long all = 0;
            long most = 0;
            for (long count : pixels) {
                all += count;
                most = Math.max(most, count);
            }
            facts.put(
                    "Largest class", Numbers.percent((double) most / Math.max(1, all)) + " of the pixels to train on");
        });
        return facts;
    }

    @Override
    public TaskReport report(FinishedRun run, SegmentationEvaluation evaluation) throws IOException {
        return SegmentationReport.of(run, val(), evalPipeline, input, evaluation);
    }
}
