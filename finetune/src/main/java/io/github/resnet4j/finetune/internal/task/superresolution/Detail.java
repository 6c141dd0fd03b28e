package io.github.resnet4j.finetune.internal.task.superresolution;

import io.github.resnet4j.datasets.image.Rgb8Image;

/** A square part of an image. */
record Detail(int left, int top, int width, int height) {
    private static final int SIDE = 112;
    private static final int STEP = 8;

    /** Where two images of one size differ most. */
    static Detail where(Rgb8Image one, Rgb8Image other) {
        int width = Math.min(SIDE, one.width());
        int height = Math.min(SIDE, one.height());
        long[][] sums = sums(one, other);
        long most = -1;
        Detail best = new Detail(0, 0, width, height);
        for (int y = 0; y + height <= one.height(); y += STEP) {
            for (int x = 0; x + width <= one.width(); x += STEP) {
                long sum = sums[y + height][x + width] - sums[y][x + width] - sums[y + height][x] + sums[y][x];
                if (sum > most) {
                    most = sum;
                    best = new Detail(x, y, width, height);
                }
            }
        }
        return best;
    }

    /** Of absolute differences, over all that is above and to the left. */
    private static long[][] sums(Rgb8Image one, Rgb8Image other) {
        long[][] sums = new long[one.height() + 1][one.width() + 1];
        for (int y = 0; y < one.height(); y++) {
            long row = 0;
            for (int x = 0; x < one.width(); x++) {
                for (int c = 0; c < 3; c++) {
                    row += Math.abs(one.at(x, y, c) - other.at(x, y, c));
                }
                sums[y + 1][x + 1] = sums[y][x + 1] + row;
            }
        }
        return sums;
    }

    Rgb8Image of(Rgb8Image image) {
        return image.part(left, top, width, height);
    }
}
