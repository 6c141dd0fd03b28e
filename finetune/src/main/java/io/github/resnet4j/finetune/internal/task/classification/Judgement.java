package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.finetune.internal.report.Prediction;
import io.github.resnet4j.finetune.quality.TemperatureScaling;
import java.util.List;
import java.util.Optional;

/**
 * How far a model and its validation images are to be trusted.
 *
 * @param scaling calibration, without and with the temperature
 * @param suspects validation images whose label the model confidently disagrees with, the worst first; of many, the first
 * @param suspectCount how many there are
 * @param duplicates validation images that are in the training images, too; absent if nobody looked
 */
public record Judgement(
        TemperatureScaling scaling, List<Prediction> suspects, int suspectCount, Optional<Duplicates> duplicates) {
    public Judgement {
        suspects = List.copyOf(suspects);
    }

    /**
     * What a search for duplicates found.
     *
     * @param trainImages that were compared
     * @param valImages that were compared
     * @param exact how many validation images equal a training image in every pixel
     * @param alike how many more look like one
     * @param twins some of both, exact ones first
     */
    public record Duplicates(int trainImages, int valImages, long exact, long alike, List<Twin> twins) {
        public Duplicates {
            twins = List.copyOf(twins);
        }
    }

    /**
     * A validation image and the training image it looks like.
     *
     * @param exact whether all pixels are equal
     * @param likeness correlation of their greys, at most 1
     */
    public record Twin(Side val, Side train, boolean exact, double likeness) {}

    /**
     * One of the two.
     *
     * @param file its path as the user knows it
     * @param label its class
     * @param thumbnailPng a small image of it
     */
    public record Side(String file, String label, byte[] thumbnailPng) {
        public Side {
            thumbnailPng = thumbnailPng.clone();
        }
    }
}
