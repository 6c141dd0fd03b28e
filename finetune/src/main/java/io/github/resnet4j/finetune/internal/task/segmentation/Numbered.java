package io.github.resnet4j.finetune.internal.task.segmentation;

/** From probabilities to the numbers of classes. */
final class Numbered {
    private Numbered() {}

    /**
     * The class with the largest of some values, of equals the first; -1 if one is not finite.
     *
     * @param at where that of class 0 is
     * @param step from one class to the next
     */
    static int largest(float[] values, int at, int step, int classes) {
        int largest = 0;
        float most = Float.NEGATIVE_INFINITY;
        for (int number = 0; number < classes; number++) {
            float value = values[at + number * step];
            if (!Float.isFinite(value)) {
                return -1;
            }
            if (value > most) {
                most = value;
                largest = number;
            }
        }
        return largest;
    }

    /**
     * Scales maps bilinearly, as PyTorch's {@code interpolate} without {@code align_corners}, and takes the largest at each
     * place. Needs memory for a row.
     *
     * @param maps classes × side × side, of which the first {@code rows} and {@code columns} count; finite
     * @return height × width
     */
    static byte[] scaled(float[] maps, int classes, int side, int rows, int columns, int height, int width) {
        byte[] numbers = new byte[Math.multiplyExact(height, width)];
        float[] row = new float[classes * columns];
        float[] place = new float[classes];
        for (int y = 0; y < height; y++) {
            double v = position(y, rows, height);
            int top = (int) v;
            int bottom = Math.min(top + 1, rows - 1);
            float down = (float) (v - top);
            for (int number = 0; number < classes; number++) {
                int map = number * side * side;
                for (int x = 0; x < columns; x++) {
                    float above = maps[map + top * side + x];
                    row[number * columns + x] = above + down * (maps[map + bottom * side + x] - above);
                }
            }
            for (int x = 0; x < width; x++) {
                double u = position(x, columns, width);
                int left = (int) u;
                int right = Math.min(left + 1, columns - 1);
                float across = (float) (u - left);
                for (int number = 0; number < classes; number++) {
                    float before = row[number * columns + left];
                    place[number] = before + across * (row[number * columns + right] - before);
                }
                numbers[y * width + x] = (byte) largest(place, 0, 1, classes);
            }
        }
        return numbers;
    }

    private static double position(int at, int from, int to) {
        return Math.min(from - 1.0, Math.max(0, (at + 0.5) * from / to - 0.5));
    }
}
