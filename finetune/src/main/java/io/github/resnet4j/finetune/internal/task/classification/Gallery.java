package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.finetune.explain.ActivationMap;
import io.github.resnet4j.finetune.explain.ClassActivationMaps;
import io.github.resnet4j.finetune.internal.report.Prediction;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.quality.LabelErrors;
import io.github.resnet4j.finetune.quality.Scores;
import io.github.resnet4j.finetune.quality.Temperature;
import io.github.resnet4j.finetune.report.HeatMap;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.factory.Nd4j;

/** Validation images with what {@code model.zip} says of them, as pictures for the report. */
final class Gallery implements AutoCloseable {
    private static final int THUMBNAIL = 96;

    private final ImageDataset data;
    private final Predictor predictor;
    private final Optional<ClassActivationMaps> maps;
    private final Temperature temperature;
    private final Scores scores;

    private Gallery(
            ImageDataset data,
            Predictor predictor,
            Optional<ClassActivationMaps> maps,
            Temperature temperature,
            Scores scores) {
        this.data = data;
        this.predictor = predictor;
        this.maps = maps;
        this.temperature = temperature;
        this.scores = scores;
    }

    /**
     * @param scores the network's own probabilities for the images, which the temperature is to calibrate
     */
    static Gallery open(ImageDataset data, Path model, Temperature temperature, Scores scores) {
        Predictor predictor = Predictor.open(model, 1, Engine.AUTO);
        try {
            return new Gallery(data, predictor, maps(predictor), temperature, scores);
        } catch (RuntimeException e) {
            predictor.close();
            throw e;
        }
    }

    private static Optional<ClassActivationMaps> maps(Predictor predictor) {
        try {
            return predictor.activationMaps();
        } catch (UnsupportedGraphException | EngineUnavailableException e) {
            return Optional.empty(); // a report without maps is better than none
        }
    }

    /** Without maps. */
    List<Prediction> plain(List<Evaluation.Answer> answers) {
        return answers.stream().map(answer -> prediction(answer, false)).toList();
    }

    /** With maps of the predicted class, if the network has any. */
    List<Prediction> explained(List<Evaluation.Answer> answers) {
        return answers.stream().map(answer -> prediction(answer, true)).toList();
    }

    /** With what the network would rather call them. */
    List<Prediction> suspects(List<LabelErrors.Suspect> suspects) {
        List<Prediction> predictions = new ArrayList<>();
        for (LabelErrors.Suspect suspect : suspects) {
            double probability =
                    calibrated(suspect.index(), suspect.suggested()).orElse(suspect.probability());
            predictions.add(prediction(suspect.index(), suspect.actual(), suspect.suggested(), probability, false));
        }
        return predictions;
    }

    private Prediction prediction(Evaluation.Answer answer, boolean explain) {
        double probability = calibrated(answer.index(), answer.predicted()).orElse(answer.probability());
        return prediction(answer.index(), answer.actual(), answer.predicted(), probability, explain);
    }

    private Prediction prediction(int index, int actual, int predicted, double probability, boolean explain) {
        Optional<Rgb8Image> image = image(index);
        return new Prediction(
                data.name(index),
                image.map(read -> Prediction.thumbnail(read, THUMBNAIL)).orElse(new byte[0]),
                image.filter(read -> explain)
                        .flatMap(read -> map(read, predicted))
                        .orElse(new byte[0]),
                data.classes().get(actual),
                data.classes().get(predicted),
                probability,
                actual == predicted);
    }

    /** It was read a while ago, but files come and go. */
    private Optional<Rgb8Image> image(int index) {
        try {
            return Optional.of(data.image(index));
        } catch (BadDataException e) {
            return Optional.empty();
        }
    }

    private Optional<Double> calibrated(int index, int label) {
        return scores.of(index).map(own -> {
            float[] probabilities = own.clone();
            temperature.apply(probabilities, 0, probabilities.length);
            return (double) probabilities[label];
        });
    }

    private Optional<byte[]> map(Rgb8Image image, int label) {
        return maps.map(known -> {
            Shape in = predictor.network().input();
            ActivationMap map = known.of(
                            Nd4j.createFromArray(predictor.prepare(image))
                                    .reshape(1, in.channels(), in.height(), in.width()),
                            label)
                    .get(0);
            Rgb8Image seen = predictor.pipeline().image(image, SampleRandom.of(0, 0, 0));
            return HeatMap.png(seen, map);
        });
    }

    @Override
    public void close() {
        maps.ifPresent(ClassActivationMaps::close);
        predictor.close();
    }
}
