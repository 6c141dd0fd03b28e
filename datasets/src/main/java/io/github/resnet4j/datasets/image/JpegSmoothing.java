package io.github.resnet4j.datasets.image;

import java.util.Arrays;

/**
 * What libjpeg does for a progressive file whose scans stop before the lowest coefficients are exact: those that are still
 * zero it estimates by the DC coefficients of the 5×5 blocks around, so that a file without its finer scans looks smooth
 * (jdcoefct.c, decompress_smooth_data, of libjpeg-turbo 2.1; after T.81, K.8).
 */
final class JpegSmoothing {
    /** Coefficients that are estimated, the DC coefficient with them, in the order in which they are coded. */
    static final int COEFFICIENTS = 10;
    /** Instead of a coefficient's lowest bit: no scan has brought it. */
    static final int UNKNOWN = -1;

    private static final int AROUND = 5;
    private static final int REACH = AROUND / 2;

    /** Where nothing but DC coefficients is known: how each of the 5×5 counts, in 256ths; row after row. */
    private static final int[][] FROM_DC_ALONE = {
        {-2, -6, -8, -6, -2, -6, 6, 42, 6, -6, -8, 42, 152, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8, -6, -2},
        {-1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1},
        {-1, -3, -3, -3, -1, -1, 13, 38, 13, -1, 0, 0, 0, 0, 0, 1, -13, -38, -13, 1, 1, 3, 3, 3, 1},
        {0, 0, 1, 0, 0, 0, 2, 7, 2, 0, 0, -5, -14, -5, 0, 0, 2, 7, 2, 0, 0, 0, 1, 0, 0},
        {-1, 0, 0, 0, 1, 0, 9, 0, -9, 0, 0, 0, 0, 0, 0, 0, -9, 0, 9, 0, 1, 0, 0, 0, -1},
        {0, 0, 0, 0, 0, 0, 2, -5, 2, 0, 1, 7, -14, 7, 1, 0, 2, -5, 2, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, 2, 0, -2, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 1, -3, 1, 0, 0, 0, 0, 0, 0, 0, -1, 3, -1, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, -3, 0, 3, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, -1, -2, -1, 0, 0, 0, 0, 0, 0},
    };

    /** The same for coefficients 1 to 5 where some AC coefficients are known. */
    private static final int[][] BESIDE_AC = {
        {},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -7, 50, 0, -50, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {0, 0, -7, 0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, -50, 0, 0, 0, 0, 7, 0, 0},
        {0, 0, -1, 0, 0, 0, 0, 13, 0, 0, 0, 0, -24, 0, 0, 0, 0, 13, 0, 0, 0, 0, -1, 0, 0},
        {0, -1, 0, 1, 0, -1, 10, 0, -10, 1, 0, 0, 0, 0, 0, 1, -10, 0, 10, -1, 0, 1, 0, -1, 0},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 13, -24, 13, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    };

    private final JpegComponent component;
    private final int unitsDown;
    private final int[] lowestBits;
    private final int[] scale;
    private final boolean fromDcAlone;
    private final int[] around = new int[AROUND * AROUND];
    private final int[] rows = new int[AROUND];

    /**
     * @param lowestBits the lowest bit of each coefficient that is known, or {@link #UNKNOWN}
     * @param scale what coefficients are multiplied with, in natural order
     */
    JpegSmoothing(JpegComponent component, int unitsDown, int[] lowestBits, int[] scale) {
        this.component = component;
        this.unitsDown = unitsDown;
        this.lowestBits = lowestBits;
        this.scale = scale;
        this.fromDcAlone = Arrays.stream(lowestBits, 1, COEFFICIENTS).allMatch(bit -> bit == UNKNOWN);
    }

    /** Puts estimates into {@code block}, a copy of the block at {@code column} and {@code row}. */
    void estimate(int column, int row, short[] block) {
        look(column, row);
        int[][] weights = fromDcAlone ? FROM_DC_ALONE : BESIDE_AC;
        for (int k = 1; k < weights.length; k++) {
            int place = JpegBits.NATURAL[k];
            if (lowestBits[k] != 0 && block[place] == 0) {
                block[place] = (short) estimate(weights[k], place, lowestBits[k]);
            }
        }
        if (fromDcAlone) {
            block[0] = (short) estimate(weights[0], 0, UNKNOWN);
        }
    }

    private int estimate(int[] weights, int place, int lowestBit) {
        int sum = 0;
        for (int i = 0; i < around.length; i++) {
            sum += weights[i] * around[i];
        }
        long product = (long) scale[0] * sum;
        long step = scale[place];
        int size = (int) (((step << 7) + Math.abs(product)) / (step << 8));
        if (lowestBit > 0) {
            // More would have been known.
            size = Math.min(size, (1 << lowestBit) - 1);
        }
        return product < 0 ? -size : size;
    }

    private void look(int column, int row) {
        findRows(row);
        short[] coefficients = component.coefficients();
        for (int r = 0; r < AROUND; r++) {
            for (int c = 0; c < AROUND; c++) {
                around[r * AROUND + c] = coefficients[component.block(column(column, c - REACH), rows[r])];
            }
        }
    }

    /** Two rows up and down as far as libjpeg looks, which at the edges counts rows of units. */
    private void findRows(int row) {
        int perUnit = component.vertical();
        int unit = row / perUnit;
        int inUnit = row % perUnit;
        int unitsBelow = unitsDown - 1 - unit;
        int rowsBelow = (unitsBelow > 0 ? perUnit : component.rows() - unit * perUnit) - 1 - inUnit;
        rows[1] = row > 0 ? row - 1 : row;
        rows[0] = inUnit > 1 || unit > 1 ? row - 2 : rows[1];
        rows[2] = row;
        rows[3] = rowsBelow > 0 || unitsBelow > 0 ? row + 1 : row;
        rows[4] = rowsBelow > 1 || unitsBelow > 1 ? row + 2 : rows[3];
    }

    private int column(int column, int away) {
        int last = component.columns() - 1;
        if (last == 1 && away > 0) {
            // libjpeg has not seen the second column when it looks two columns ahead.
            return away == 1 && column == 0 ? 1 : 0;
        }
        return Math.max(0, Math.min(last, column + away));
    }
}
