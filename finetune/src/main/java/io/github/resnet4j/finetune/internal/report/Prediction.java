package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.finetune.report.Numbers;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One image and the network's prediction for it.
 *
 * @param file its path as the user knows it
 * @param thumbnailPng a small image of it, PNG; empty where there is none
 * @param heatMapPng the same with what speaks for the predicted class glowing, PNG; empty where there is none
 * @param actual its class
 * @param predicted the most probable class
 * @param probability of the predicted class, in [0, 1]
 * @param right whether the prediction counts as correct
 */
public record Prediction(
        String file,
        byte[] thumbnailPng,
        byte[] heatMapPng,
        String actual,
        String predicted,
        double probability,
        boolean right) {
    private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int PNG_HEADER_BYTES = 33;
    private static final int PNG_WIDTH_AT = 16;

    public Prediction {
        Numbers.requireFraction("probability", probability);
        if (!isPngOrNothing(thumbnailPng) || !isPngOrNothing(heatMapPng)) {
            throw new IllegalArgumentException(file + ": the thumbnail is not a PNG");
        }
        thumbnailPng = thumbnailPng.clone();
        heatMapPng = heatMapPng.clone();
    }

    /** Without a heat map. */
    public Prediction(
            String file, byte[] thumbnailPng, String actual, String predicted, double probability, boolean right) {
        this(file, thumbnailPng, new byte[0], actual, predicted, probability, right);
    }

    private static boolean isPngOrNothing(byte[] bytes) {
        return bytes.length == 0
                || bytes.length >= PNG_HEADER_BYTES
                        && Arrays.equals(bytes, 0, PNG_SIGNATURE.length, PNG_SIGNATURE, 0, PNG_SIGNATURE.length);
    }

    /** The image of {@code image}, PNG, its longer side at most {@code side} pixels; never enlarged. */
    public static byte[] thumbnail(Rgb8Image image, int side) {
        return Png.encode(Png.within(Png.image(image), side));
    }

    /** The thumbnail's width in pixels, 0 without one. */
    public int thumbnailWidth() {
        return thumbnailPng.length == 0 ? 0 : ByteBuffer.wrap(thumbnailPng).getInt(PNG_WIDTH_AT);
    }
}
