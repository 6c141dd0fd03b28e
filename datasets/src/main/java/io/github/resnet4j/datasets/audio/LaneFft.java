package io.github.resnet4j.datasets.audio;

/**
 * The discrete Fourier transforms, {@code X[k] = sum x[n] exp(-2 pi i k n / N)}, of many signals of one length, a power of
 * two, at once. Row {@code n} holds the values at {@code n} of all signals, so that every step of the transform is the same
 * arithmetic on neighbouring values, which the compiler vectorises, and putting the result in order only swaps rows.
 *
 * <p>Decimation in frequency with radix 4, and one step of radix 2 where the length is not a power of four; in place. Not
 * thread-safe.
 */
final class LaneFft {
    final int size;
    final int lanes;
    /** Real parts: {@code size} rows of {@code lanes} values. */
    final double[][] re;
    /** Imaginary parts. */
    final double[][] im;

    private final double[] cos;
    private final double[] sin;
    /** The row that has the value for each place, after the steps. */
    private final int[] order;

    private final double[][] spare;

    LaneFft(int size, int lanes) {
        if (size < 2 || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("the length must be a power of two from 2, got " + size);
        }
        this.size = size;
        this.lanes = lanes;
        re = new double[size][lanes];
        im = new double[size][lanes];
        spare = new double[size][];
        cos = new double[size];
        sin = new double[size];
        for (int i = 0; i < size; i++) {
            double angle = -2 * Math.PI * i / size;
            cos[i] = Math.cos(angle);
            sin[i] = Math.sin(angle);
        }
        order = order(size);
    }

    /** Where the steps leave each place: its digits, in the radices of the steps, the other way round. */
    private static int[] order(int size) {
        int[] order = new int[size];
        for (int k = 0; k < size; k++) {
            int rest = k;
            int row = 0;
            for (int n = size; n > 1; ) {
                int radix = n >= 4 ? 4 : 2;
                n /= radix;
                row += rest % radix * n;
                rest /= radix;
            }
            order[k] = row;
        }
        return order;
    }

    /** Transforms what the rows hold. */
    void transform() {
        transform(0, size);
        sort(re);
        sort(im);
    }

    /** Each part is finished before the next is begun, so that it stays in the cache. */
    private void transform(int start, int n) {
        if (n == 1) {
            return;
        }
        if (n == 2) {
            two(re[start], im[start], re[start + 1], im[start + 1]);
            return;
        }
        int quarter = n / 4;
        for (int p = 0; p < quarter; p++) {
            four(start + p, quarter, p * (size / n));
        }
        for (int part = 0; part < 4; part++) {
            transform(start + part * quarter, quarter);
        }
    }

    /** Transforms the other way, without dividing by the length: with {@code exp(+2 pi i k n / N)}. */
    void invert() {
        for (int i = 0; i < size; i++) {
            double[] row = re[i];
            re[i] = im[i];
            im[i] = row;
        }
        transform();
        for (int i = 0; i < size; i++) {
            double[] row = re[i];
            re[i] = im[i];
            im[i] = row;
        }
    }

    private void sort(double[][] rows) {
        for (int k = 0; k < size; k++) {
            spare[k] = rows[order[k]];
        }
        System.arraycopy(spare, 0, rows, 0, size);
    }

    private void four(int start, int step, int turn) {
        int b = start + step;
        int c = b + step;
        int d = c + step;
        if (turn == 0) {
            plain(re[start], im[start], re[b], im[b], re[c], im[c], re[d], im[d]);
        } else {
            int two = 2 * turn;
            int three = 3 * turn;
            turned(
                    re[start],
                    im[start],
                    re[b],
                    im[b],
                    re[c],
                    im[c],
                    re[d],
                    im[d],
                    cos[turn],
                    sin[turn],
                    cos[two],
                    sin[two],
                    cos[three],
                    sin[three]);
        }
    }

    private static void two(double[] ar, double[] ai, double[] br, double[] bi) {
        for (int l = 0; l < ar.length; l++) {
            double r = ar[l];
            double i = ai[l];
            ar[l] = r + br[l];
            ai[l] = i + bi[l];
            br[l] = r - br[l];
            bi[l] = i - bi[l];
        }
    }

    private static void plain(
            double[] ar, double[] ai, double[] br, double[] bi, double[] cr, double[] ci, double[] dr, double[] di) {
        for (int l = 0; l < ar.length; l++) {
            double acr = ar[l] + cr[l];
            double aci = ai[l] + ci[l];
            double sacr = ar[l] - cr[l];
            double saci = ai[l] - ci[l];
            double bdr = br[l] + dr[l];
            double bdi = bi[l] + di[l];
            double sbdr = br[l] - dr[l];
            double sbdi = bi[l] - di[l];
            ar[l] = acr + bdr;
            ai[l] = aci + bdi;
            br[l] = sacr + sbdi;
            bi[l] = saci - sbdr;
            cr[l] = acr - bdr;
            ci[l] = aci - bdi;
            dr[l] = sacr - sbdi;
            di[l] = saci + sbdr;
        }
    }

    private static void turned(
            double[] ar,
            double[] ai,
            double[] br,
            double[] bi,
            double[] cr,
            double[] ci,
            double[] dr,
            double[] di,
            double c1,
            double s1,
            double c2,
            double s2,
            double c3,
            double s3) {
        for (int l = 0; l < ar.length; l++) {
            double acr = ar[l] + cr[l];
            double aci = ai[l] + ci[l];
            double sacr = ar[l] - cr[l];
            double saci = ai[l] - ci[l];
            double bdr = br[l] + dr[l];
            double bdi = bi[l] + di[l];
            double sbdr = br[l] - dr[l];
            double sbdi = bi[l] - di[l];
            double onr = sacr + sbdi;
            double oni = saci - sbdr;
            double twr = acr - bdr;
            double twi = aci - bdi;
            double thr = sacr - sbdi;
            double thi = saci + sbdr;
            ar[l] = acr + bdr;
            ai[l] = aci + bdi;
            br[l] = onr * c1 - oni * s1;
            bi[l] = onr * s1 + oni * c1;
            cr[l] = twr * c2 - twi * s2;
            ci[l] = twr * s2 + twi * c2;
            dr[l] = thr * c3 - thi * s3;
            di[l] = thr * s3 + thi * c3;
        }
    }
}
