package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.finetune.explain.ActivationMap;
import io.github.resnet4j.finetune.explain.ClassActivationMaps;
import io.github.resnet4j.finetune.model.EvaluationSteps;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.report.HeatMap;
import io.github.resnet4j.finetune.report.Jpeg;
import io.github.resnet4j.finetune.report.PredictionGallery;
import io.github.resnet4j.zoo.network.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Makes the page of {@code predict --html}: reads again the images that it shows, and asks for their heat maps. */
final class Gallery {
    /** A page of as many still opens at once, and is as much as anybody will look at. */
    static final int MOST_SHOWN = 200;

    private static final int SIDE = 192;
    private static final int AT_ONCE = 16;
    private static final SampleRandom UNUSED = SampleRandom.of(0, 0, 0);

    private final Predictor predictor;
    private final long maxPixels;
    private final Pipeline view;

    /** What is shown of an image: the network's view at another resolution, and the image as the network takes it. */
    private record View(PredictCommand.Answer answer, Rgb8Image image, float[] input) {}

    Gallery(Predictor predictor, long maxPixels) {
        this.predictor = predictor;
        this.maxPixels = maxPixels;
        this.view = new Pipeline(
                EvaluationSteps.of(predictor.card(), SIDE), predictor.pipeline().normalize());
    }

    void write(Path file, List<PredictCommand.Answer> answers, Optional<Double> threshold, Unreadable unreadable)
            throws IOException {
        List<PredictCommand.Answer> shown = answers.stream()
                .sorted(Comparator.comparingDouble(PredictCommand.Answer::confidence))
                .limit(MOST_SHOWN)
                .toList();
        long unsure = answers.stream().filter(PredictCommand.Answer::isUnsure).count();
        Optional<ClassActivationMaps> maps = maps();
        List<PredictionGallery.Shot> shots = new ArrayList<>();
        try {
            for (int from = 0; from < shown.size(); from += AT_ONCE) {
                shots.addAll(shots(shown.subList(from, Math.min(from + AT_ONCE, shown.size())), maps));
            }
        } finally {
            maps.ifPresent(ClassActivationMaps::close);
        }
        new PredictionGallery(
                        predictor.origin(),
                        answers.size(),
                        threshold.map(p -> new PredictionGallery.Unsure(unsure, p)),
                        classes(answers),
                        shots,
                        maps.map(ClassActivationMaps::method),
                        unreadable.problems())
                .write(file);
    }

    /** None, with a remark, where they cannot be computed. */
    private Optional<ClassActivationMaps> maps() {
        try {
            Optional<ClassActivationMaps> maps = predictor.activationMaps();
            if (maps.isEmpty()) {
                Terminal.view(true).line("no heat maps: " + predictor.network().name() + " has no maps");
            }
            return maps;
        } catch (UnsupportedGraphException | EngineUnavailableException e) {
            Terminal.view(true).line("no heat maps: " + e.getMessage());
            return Optional.empty();
        }
    }

    private List<PredictionGallery.Shot> shots(
            List<PredictCommand.Answer> answers, Optional<ClassActivationMaps> maps) {
        List<View> views = answers.parallelStream().map(this::view).toList();
        List<ActivationMap> heats =
                maps.map(some -> some.of(batch(views), best(views))).orElse(List.of());
        return IntStream.range(0, views.size())
                .parallel()
                .mapToObj(i -> {
                    View shown = views.get(i);
                    return new PredictionGallery.Shot(
                            shown.answer.file().toString(),
                            Jpeg.encode(shown.image),
                            heats.isEmpty() ? Optional.empty() : Optional.of(HeatMap.jpeg(shown.image, heats.get(i))),
                            shown.answer.guesses().stream()
                                    .map(guess -> new PredictionGallery.Bar(guess.label(), guess.probability()))
                                    .toList(),
                            shown.answer.isUnsure());
                })
                .toList();
    }

    private View view(PredictCommand.Answer answer) {
        Rgb8Image image = ImageDecoder.decode(answer.file(), maxPixels);
        return new View(answer, view.image(image, UNUSED), predictor.prepare(image));
    }

    private INDArray batch(List<View> views) {
        Shape in = predictor.network().input();
        float[][] inputs = views.stream().map(View::input).toArray(float[][]::new);
        return Nd4j.createFromArray(inputs).reshape(views.size(), in.channels(), in.height(), in.width());
    }

    private int[] best(List<View> views) {
        return views.stream().mapToInt(shown -> shown.answer.best()).toArray();
    }

    /** Of the best answers, the most frequent first. */
    private static List<PredictionGallery.ClassCount> classes(List<PredictCommand.Answer> answers) {
        Map<String, List<Double>> byName = new LinkedHashMap<>();
        answers.forEach(answer -> byName.computeIfAbsent(answer.guesses().get(0).label(), name -> new ArrayList<>())
                .add(answer.confidence()));
        return byName.entrySet().stream()
                .map(entry -> new PredictionGallery.ClassCount(
                        entry.getKey(),
                        entry.getValue().size(),
                        entry.getValue().stream().mapToDouble(p -> p).average().orElseThrow()))
                .sorted(Comparator.comparingLong(PredictionGallery.ClassCount::images)
                        .reversed()
                        .thenComparing(PredictionGallery.ClassCount::name))
                .toList();
    }
}
