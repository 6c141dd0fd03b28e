package io.github.resnet4j.datasets.image;

/**
 * The inverse cosine transform of blocks of 8×8 coefficients to 8×8, 4×4, 2×2 or 1×1 samples, bit for bit as libjpeg's
 * slow integer transforms (jidctint.c: Loeffler, Ligtenberg and Moschytz 1989; jidctred.c).
 *
 * <p>The blocks of a row stand side by side: array r holds row r of each, eight numbers a block. Each step does the same with
 * the numbers of few arrays, from their beginnings on: such loops, and only such, the JVM's compiler turns into vector
 * instructions. So the transforms are not factored as libjpeg's are; their sums are the same, since nothing is rounded
 * within a pass. Only where damage makes numbers of more than 16 bits do they differ; there libjpeg's own C and vector code
 * differ too.
 */
final class JpegIdct {
    static final int SIDE = 8;

    private static final int CONST_BITS = 13;
    private static final int PASS1_BITS = 2;
    private static final int CENTRE = 128;

    /** What the results are made of, in {@link #CONST_BITS} fraction bits. */
    private enum Size {
        EIGHT(
                0,
                new int[][] {
                    {1 << CONST_BITS, 1 << CONST_BITS, 10703, 4433}, {1 << CONST_BITS, -1 << CONST_BITS, 4433, -10704}
                },
                new int[][] {
                    {11363, 9633, 6437, 2260},
                    {9633, -2259, -11362, -6436},
                    {6437, -11362, 2261, 9633},
                    {2260, -6436, 9633, -11363}
                }),
        FOUR(1, new int[][] {{2 << CONST_BITS, 0, 15137, -6270}}, new int[][] {
            {20995, 7373, -4926, -4176}, {8697, -17799, 11893, -1730}
        }),
        TWO(2, new int[][] {{4 << CONST_BITS, 0, 0, 0}}, new int[][] {{29692, -10426, 6967, -5906}});

        /** Bits by which the sums are larger than those of 8×8 samples. */
        private final int extraBits;
        /** Factors of coefficients 0, 4, 2 and 6: the last two are added for one result and subtracted for another. */
        private final int[][] even;
        /** Factors of coefficients 1, 3, 5 and 7: added for the first results and subtracted for the last ones. */
        private final int[][] odd;

        Size(int extraBits, int[][] even, int[][] odd) {
            this.extraBits = extraBits;
            this.even = even;
            this.odd = odd;
        }

        static Size of(int samples) {
            return samples == 8 ? EIGHT : samples == 4 ? FOUR : TWO;
        }
    }

    private final int[][] sums;
    private final int[][] halfway;
    private final int[][] turned;

    /** A transform of at most {@code blocks} blocks at a time. */
    JpegIdct(int blocks) {
        sums = new int[4][blocks * SIDE];
        halfway = new int[SIDE][blocks * SIDE];
        turned = new int[SIDE][blocks * SIDE];
    }

    /**
     * Transforms the first {@code blocks} blocks of {@code rows}.
     *
     * @param samples of a side of the results: 8, 4, 2 or 1
     * @param out rows of samples, 0..255
     */
    void transform(int[][] rows, int blocks, int samples, int[][] out) {
        if (samples == 1) {
            averages(rows[0], blocks, out[0]);
            return;
        }
        Size size = Size.of(samples);
        pass(rows, halfway, blocks * SIDE, size, CONST_BITS - PASS1_BITS, 0);
        turn(halfway, samples, turned, blocks);
        pass(turned, halfway, blocks * SIDE, size, CONST_BITS + PASS1_BITS + 3, CENTRE);
        for (int c = 0; c < samples; c++) {
            clamp(halfway[c], blocks * SIDE);
        }
        if (samples == SIDE) {
            turn(halfway, SIDE, out, blocks);
        } else {
            turnSmall(halfway, samples, out, blocks);
        }
    }

    private static void averages(int[] dc, int count, int[] out) {
        for (int i = 0; i < count; i++) {
            out[i] = (dc[i * SIDE] + 4 >> 3) + CENTRE;
        }
        clamp(out, count);
    }

    /** One dimension, for {@code count} places of the arrays; {@code centre} is added. */
    private void pass(int[][] a, int[][] out, int count, Size size, int shift, int centre) {
        int bits = shift + size.extraBits;
        int bias = (1 << bits - 1) + (centre << bits);
        int results = 2 * size.odd.length;
        for (int i = 0; i < size.even.length; i++) {
            int[] factors = size.even[i];
            even(
                    a[0],
                    a[4],
                    a[2],
                    a[6],
                    factors[0],
                    factors[1],
                    factors[2],
                    factors[3],
                    bias,
                    sums[i],
                    sums[3 - i],
                    count);
        }
        // Two results share the sums 0 and 3.
        int[][] by = size == Size.FOUR ? new int[][] {sums[0], sums[3]} : sums;
        for (int i = 0; i < size.odd.length; i++) {
            int[] factors = size.odd[i];
            odd(
                    by[i],
                    a[1],
                    a[3],
                    a[5],
                    a[7],
                    factors[0],
                    factors[1],
                    factors[2],
                    factors[3],
                    bits,
                    out[i],
                    out[results - 1 - i],
                    count);
        }
    }

    private static void even(
            int[] a,
            int[] b,
            int[] c,
            int[] d,
            int ka,
            int kb,
            int kc,
            int kd,
            int bias,
            int[] plus,
            int[] minus,
            int count) {
        for (int i = 0; i < count; i++) {
            int fixed = a[i] * ka + b[i] * kb + bias;
            int change = c[i] * kc + d[i] * kd;
            plus[i] = fixed + change;
            minus[i] = fixed - change;
        }
    }

    private static void odd(
            int[] even,
            int[] a,
            int[] b,
            int[] c,
            int[] d,
            int ka,
            int kb,
            int kc,
            int kd,
            int bits,
            int[] plus,
            int[] minus,
            int count) {
        for (int i = 0; i < count; i++) {
            int change = a[i] * ka + b[i] * kb + c[i] * kc + d[i] * kd;
            plus[i] = even[i] + change >> bits;
            minus[i] = even[i] - change >> bits;
        }
    }

    /** Turns rows into columns within each block, of the first {@code rows} rows. */
    private static void turn(int[][] from, int rows, int[][] to, int blocks) {
        int[] to0 = to[0];
        int[] to1 = to[1];
        int[] to2 = to[2];
        int[] to3 = to[3];
        int[] to4 = to[4];
        int[] to5 = to[5];
        int[] to6 = to[6];
        int[] to7 = to[7];
        for (int r = 0; r < rows; r++) {
            int[] row = from[r];
            for (int i = 0; i < blocks * SIDE; i += SIDE) {
                int o = i + r;
                to0[o] = row[i];
                to1[o] = row[i + 1];
                to2[o] = row[i + 2];
                to3[o] = row[i + 3];
                to4[o] = row[i + 4];
                to5[o] = row[i + 5];
                to6[o] = row[i + 6];
                to7[o] = row[i + 7];
            }
        }
    }

    private static void turnSmall(int[][] from, int samples, int[][] to, int blocks) {
        for (int c = 0; c < samples; c++) {
            int[] column = from[c];
            for (int r = 0; r < samples; r++) {
                int[] row = to[r];
                for (int b = 0; b < blocks; b++) {
                    row[b * samples + c] = column[b * SIDE + r];
                }
            }
        }
    }

    /** Without branches, so that it is vectorised. */
    static int clamp(int v) {
        return (v | 255 - v >> 31) & ~(v >> 31) & 255;
    }

    private static void clamp(int[] samples, int count) {
        for (int i = 0; i < count; i++) {
            samples[i] = clamp(samples[i]);
        }
    }
}
