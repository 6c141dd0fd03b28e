package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** From any image to a model's input. */
public final class EvaluationSteps {
    private EvaluationSteps() {}

    /** All of the card's preprocessing: to its size, and normalised. */
    public static Pipeline pipeline(ModelCard card) {
        Preprocessing steps = card.preprocessing();
        Shape in = card.input();
        Normalize normalize = new Normalize(floats(steps.mean()), floats(steps.std()));
        return new Pipeline(of(card, in.height()), normalize).producing(in.height(), in.width());
    }

    private static float[] floats(List<Double> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).floatValue();
        }
        return floats;
    }

    /**
     * The steps of the card before normalisation, for another input in proportion. A model whose images came in its own size says neither resize
     * nor crop: others' images are scaled to it.
     *
     * @param size height and width of the network's input
     */
    public static List<Transform> of(ModelCard card, int size) {
        Preprocessing steps = card.preprocessing();
        int published = steps.crop().orElse(card.input().height());
        Interpolation interpolation =
                Interpolation.valueOf(steps.interpolation().toUpperCase(Locale.ROOT));
        List<Transform> transforms = new ArrayList<>();
        if (steps.resize().isPresent() || steps.crop().isEmpty()) {
            int resize = steps.resize().orElse(published);
            transforms.add(new Resize((int) Math.round((double) resize * size / published), interpolation));
        }
        transforms.add(new CenterCrop(size));
        return transforms;
    }
}
