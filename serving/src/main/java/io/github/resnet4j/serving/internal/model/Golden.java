package io.github.resnet4j.serving.internal.model;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.serving.ModelRefusedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What a model must answer to fixed images before it is served: what DL4J's own layers compute, which share no code with the
 * engine's plans. The first answers also warm the network up.
 *
 * @param origin of the model
 * @param images prepared: grey, a gradient, noise
 * @param probabilities DL4J's for each
 * @param features DL4J's for each; they differ where softmax has hidden it
 */
record Golden(String origin, List<float[]> images, List<float[]> probabilities, List<float[]> features) {
    /** Measured: 2.1e-6 at most, for trained networks of 8 to 56 layers and random ones of up to 152. */
    private static final double TOLERANCE = 1e-4;

    /** Reads the model a second time, for DL4J. */
    static Golden of(SourceModel source) {
        try (Predictor dl4j = Predictor.open(source, 3, Engine.DL4J)) {
            List<float[]> images = images(Math.toIntExact(dl4j.network().input().elements()));
            return new Golden(
                    source.origin(), images, dl4j.rows(images, dl4j::probabilities), dl4j.rows(images, dl4j::features));
        } catch (NonFiniteOutputException e) {
            throw nonFinite(source.origin());
        }
    }

    private static ModelRefusedException nonFinite(String origin) {
        return new ModelRefusedException(origin, "its answers to fixed images are NaN or infinite; use other weights");
    }

    private static List<float[]> images(int length) {
        Random random = new Random(1);
        float[] gradient = new float[length];
        float[] noise = new float[length];
        for (int i = 0; i < length; i++) {
            gradient[i] = 4f * i / length - 2;
            noise[i] = (float) random.nextGaussian();
        }
        return List.of(new float[length], gradient, noise);
    }

    /**
     * Asks for each image alone and for as many of them as a batch may hold.
     *
     * @throws ModelRefusedException if an answer is not DL4J's
     */
    void require(Predictor predictor, int maxBatch) {
        try {
            for (int i = 0; i < images.size(); i++) {
                require(predictor, List.of(i));
            }
            List<Integer> all = new ArrayList<>();
            for (int i = 0; i < maxBatch; i++) {
                all.add(i % images.size());
            }
            require(predictor, all);
        } catch (NonFiniteOutputException e) {
            throw nonFinite(origin);
        }
    }

    private void require(Predictor predictor, List<Integer> which) {
        List<float[]> batch = which.stream().map(images::get).toList();
        require("probabilities", predictor.rows(batch, predictor::probabilities), which, probabilities);
        require("features", predictor.rows(batch, predictor::features), which, features);
    }

    private void require(String what, List<float[]> own, List<Integer> which, List<float[]> golden) {
        for (int i = 0; i < own.size(); i++) {
            float[] expected = golden.get(which.get(i));
            double difference = difference(own.get(i), expected);
            if (!(difference <= TOLERANCE)) {
                throw new ModelRefusedException(
                        origin,
                        String.format(
                                Locale.ROOT,
                                "its %s for fixed images differ by %.2g from DL4J's own, at most %.0g may be; serve it with"
                                        + " --engine dl4j, and please report it",
                                what,
                                difference,
                                TOLERANCE));
            }
        }
    }

    /** The largest difference, by the largest of the expected values if that is above 1. */
    private static double difference(float[] own, float[] expected) {
        double scale = 1;
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            scale = Math.max(scale, Math.abs(expected[i]));
            largest = Math.max(largest, Math.abs((double) own[i] - expected[i]));
        }
        return Arrays.equals(own, expected) ? 0 : largest / scale;
    }
}
