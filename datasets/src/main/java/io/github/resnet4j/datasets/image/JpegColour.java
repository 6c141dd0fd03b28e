package io.github.resnet4j.datasets.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How the components of a pixel are to be read. The conversions are libjpeg's (jdcolor.c: 16 fraction bits, rounded to
 * nearest), and from CMYK to RGB Pillow's (Convert.c, cmyk2rgb). Their loops are short so that they are vectorised.
 */
enum JpegColour {
    GREY {
        @Override
        int[][] rgb(int[][] row, int count) {
            return new int[][] {row[0], row[0], row[0]};
        }
    },
    RGB {
        @Override
        int[][] rgb(int[][] row, int count) {
            return row;
        }
    },
    YCC {
        @Override
        int[][] rgb(int[][] row, int count) {
            return fromYcc(row, count);
        }
    },
    CMYK {
        @Override
        int[][] rgb(int[][] row, int count) {
            for (int c = 0; c < 3; c++) {
                fromInk(row[c], row[3], count);
            }
            return row;
        }
    },
    YCCK {
        @Override
        int[][] rgb(int[][] row, int count) {
            int[][] rgb = fromYcc(row, count);
            for (int[] colour : rgb) {
                // YCC codes the RGB that is the complement of CMY.
                for (int i = 0; i < count; i++) {
                    colour[i] = 255 - colour[i];
                }
                fromInk(colour, row[3], count);
            }
            return rgb;
        }
    };

    /** The transform that an Adobe marker names, where there is none. */
    static final int NO_ADOBE_MARKER = -1;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /**
     * The colour space by libjpeg's rules (jdapimin.c, default_decompress_parms).
     *
     * @param jfif whether there is a JFIF marker
     * @param adobe the transform that Adobe's marker names, or {@link #NO_ADOBE_MARKER}
     * @param ids of the components
     */
    static JpegColour of(boolean jfif, int adobe, int... ids) {
        if (ids.length == 1) {
            return GREY;
        }
        if (ids.length == 4) {
            return adobe == NO_ADOBE_MARKER || adobe == 0 ? CMYK : YCCK;
        }
        if (jfif) {
            return YCC;
        }
        if (adobe != NO_ADOBE_MARKER) {
            return adobe == 0 ? RGB : YCC;
        }
        return Arrays.equals(ids, new int[] {'R', 'G', 'B'}) ? RGB : YCC;
    }

    /**
     * Red, green and blue of {@code count} pixels.
     *
     * @param row the samples of each component, and behind them room for as many; all of it may be overwritten
     */
    abstract int[][] rgb(int[][] row, int count);

    /** Writes {@code count} pixels to {@code out} from {@code offset} on; {@code row} as for {@link #rgb}. */
    void write(int[][] row, int count, byte[] out, int offset) {
        int[][] rgb = rgb(row, count);
        int[] red = rgb[0];
        int[] green = rgb[1];
        int[] blue = rgb[2];
        int[] pixels = row[row.length - 1];
        for (int i = 0; i < count; i++) {
            pixels[i] = red[i] | green[i] << 8 | blue[i] << 16;
        }
        // Four bytes at a time: the fourth is the next pixel's.
        for (int i = 0; i < count - 1; i++) {
            INT.set(out, offset + 3 * i, pixels[i]);
        }
        int last = offset + 3 * (count - 1);
        for (int c = 0; c < 3; c++) {
            out[last + c] = (byte) (pixels[count - 1] >> 8 * c);
        }
    }

    private static int[][] fromYcc(int[][] row, int count) {
        int[] y = row[0];
        int[] cb = row[1];
        int[] cr = row[2];
        int[] green = row[row.length - 1];
        int half = 1 << 15;
        for (int i = 0; i < count; i++) {
            green[i] = JpegIdct.clamp(y[i] + (half - 22_554 * (cb[i] - 128) - 46_802 * (cr[i] - 128) >> 16));
        }
        for (int i = 0; i < count; i++) {
            cr[i] = JpegIdct.clamp(y[i] + (91_881 * (cr[i] - 128) + half >> 16));
        }
        for (int i = 0; i < count; i++) {
            cb[i] = JpegIdct.clamp(y[i] + (116_130 * (cb[i] - 128) + half >> 16));
        }
        return new int[][] {cr, green, cb};
    }

    /** From samples as stored, which are the complements of ink: each colour is its ink's complement, times black's. */
    private static void fromInk(int[] colour, int[] black, int count) {
        for (int i = 0; i < count; i++) {
            int product = (255 - colour[i]) * black[i] + 128;
            colour[i] = JpegIdct.clamp(black[i] - ((product >> 8) + product >> 8));
        }
    }
}
