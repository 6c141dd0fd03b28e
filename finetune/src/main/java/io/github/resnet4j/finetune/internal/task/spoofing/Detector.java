package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.SoundFolder;
import io.github.resnet4j.datasets.audio.SoundDecoder;
import io.github.resnet4j.datasets.audio.SoundFeature;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.internal.task.ModelUse;
import io.github.resnet4j.finetune.train.BatchArrays;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A trained detector at work. */
final class Detector {
    /** What a card's provenance calls the score from which on a sound is taken for real. */
    static final String THRESHOLD = "threshold";

    private final ModelUse model;
    private final SoundFeature feature;

    Detector(ModelUse model) {
        this.model = model;
        this.feature = Feature.of(model.card().input());
    }

    /** How well it does on sounds. */
    SpoofingEvaluation evaluate(SpoofingSounds sounds) {
        Shape in = model.card().input();
        int workers = Runtime.getRuntime().availableProcessors();
        LoaderOptions loading = new LoaderOptions(model.batchSize(), 0, workers, 2 * workers, false, BadImages.FAIL);
        try (ModelUse.Loaded loaded = model.load();
                BatchLoader loader = new BatchLoader(
                        sounds, sounds.samples(feature), in.channels(), in.height(), in.width(), loading)) {
            return SpoofingObjective.evaluation(
                    loaded.inference(), loader, model.source().origin(), model.progress(), model.stop());
        }
    }

    /** Scores files, one after the other. */
    void predict(List<Path> inputs, Consumer<Map<String, Object>> answers) {
        double threshold = threshold();
        List<Path> files = new ArrayList<>();
        for (Path input : inputs) {
            if (Files.isDirectory(input)) {
                files.addAll(SoundFolder.filesBelow(input));
            } else {
                files.add(input);
            }
        }
        BatchArrays arrays = new BatchArrays();
        try (ModelUse.Loaded loaded = model.load()) {
            for (Path file : files) {
                if (model.stop().getAsBoolean()) {
                    throw new StoppedException();
                }
                answers.accept(answer(file, loaded.inference(), arrays, threshold));
            }
        }
    }

    private Map<String, Object> answer(Path file, Inference inference, BatchArrays arrays, double threshold) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("file", file.toString());
        float[] values;
        try {
            values = feature.of(SoundDecoder.decode(file));
        } catch (BadDataException e) {
            answer.put("problem", e.getMessage());
            return answer;
        }
        float[] probabilities = inference
                .output(arrays.of(values, 1, 1, feature.rows(), feature.frames()))
                .dup('c')
                .data()
                .asFloat();
        double score = SpoofingObjective.score(probabilities, 0);
        if (Double.isNaN(score)) {
            throw new NonFiniteOutputException(model.source().origin(), 1, 1);
        }
        answer.put(
                "answer",
                SpoofingSounds.CLASSES.get(score > threshold ? SpoofingSounds.REAL : 1 - SpoofingSounds.REAL));
        answer.put("score", score);
        return answer;
    }

    /** That of equal errors on the validation sounds, if the card has one. */
    private double threshold() {
        Optional<String> known = Optional.ofNullable(model.card().provenance().get(THRESHOLD));
        try {
            return known.map(Double::parseDouble).orElse(0.0);
        } catch (NumberFormatException e) {
            model.remarks().accept("the model's threshold, " + known.orElse("") + ", is no number: 0 is used");
            return 0;
        }
    }
}
