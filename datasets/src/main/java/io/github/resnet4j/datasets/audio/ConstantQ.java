package io.github.resnet4j.datasets.audio;

import java.util.Arrays;
import org.jtransforms.fft.DoubleFFT_1D;

/**
 * The magnitudes of the constant-Q transform of Schörkhuber et al. 2014 ("A Matlab toolbox for efficient perfect
 * reconstruction log-f time-frequency transforms"), a filter bank in the frequency domain, with one hop for all bands:
 *
 * <ul>
 *   <li>bands at {@code f = fmin 2^(k/B)} up to half the rate, of width {@code (2^(1/B) - 2^(-1/B)) f + gamma}; those that
 *       would reach below 0 or beyond half the rate are left out;
 *   <li>the filter of a band is a Hann window over {@code N = round(width L / rate)} (at least 4) of the L frequencies of the
 *       whole sound's transform X, around {@code p = floor(f L / rate)};
 *   <li>the band's M values, M being the N of the highest band, are {@code 2/L |sum_j X[p+j] hann[j] exp(2 pi i j m / M)|}: a
 *       sine of amplitude A gives A. The toolbox also turns their phase, which magnitudes do not show.
 * </ul>
 */
final class ConstantQ {
    private static final int LEAST_WIDTH = 4;

    private final int length;
    private final double[] frequencies;
    private final int[] places;
    private final int[] widths;
    private final int frames;

    /**
     * @param length samples of a sound
     * @param perOctave bands in an octave, B
     * @param lowest frequency of the lowest band
     * @param gamma what all widths have more than a constant Q would give, in Hz
     */
    ConstantQ(int rate, int length, int perOctave, double lowest, double gamma) {
        this.length = length;
        double nyquist = rate / 2.0;
        double q = Math.pow(2, 1.0 / perOctave) - Math.pow(2, -1.0 / perOctave);
        int most = (int) Math.floor(perOctave * Math.log(nyquist / lowest) / Math.log(2) + 1e-9);
        double[] all = new double[most + 1];
        int[] allPlaces = new int[most + 1];
        int[] allWidths = new int[most + 1];
        int count = 0;
        for (int k = 0; k <= most; k++) {
            double f = lowest * Math.pow(2, (double) k / perOctave);
            double width = q * f + gamma;
            if (f + width / 2 > nyquist) {
                break;
            }
            if (f - width / 2 < 0) {
                count = 0;
                continue;
            }
            all[count] = f;
            allPlaces[count] = (int) Math.floor(f * length / rate);
            allWidths[count] = Math.max(LEAST_WIDTH, (int) Math.floor(width * length / rate + 0.5));
            count++;
        }
        if (count < 2) {
            throw new IllegalArgumentException("no constant-Q bands between " + lowest + " and " + nyquist + " Hz");
        }
        frequencies = Arrays.copyOf(all, count);
        places = Arrays.copyOf(allPlaces, count);
        widths = Arrays.copyOf(allWidths, count);
        frames = widths[count - 1];
        for (int width : widths) {
            if (width > frames || width > length) {
                throw new IllegalArgumentException(
                        "constant-Q filters of " + width + " values in " + frames + " frames: use a longer sound");
            }
        }
    }

    /** Centres of the bands in Hz, rising. */
    double[] frequencies() {
        return frequencies;
    }

    /** Values of each band. */
    int frames() {
        return frames;
    }

    /** Squared magnitudes of the samples times {@code gain}, a row of all frames for each band. */
    double[][] power(float[] samples, double gain) {
        double[] spectrum = new double[2 * length];
        for (int n = 0; n < length; n++) {
            spectrum[n] = samples[n];
        }
        new DoubleFFT_1D(length).realForwardFull(spectrum);
        DoubleFFT_1D inverse = new DoubleFFT_1D(frames);
        double[] values = new double[2 * frames];
        double scale = 4 * gain * gain / length / length;
        double[][] power = new double[frequencies.length][frames];
        for (int band = 0; band < power.length; band++) {
            Arrays.fill(values, 0);
            int width = widths[band];
            for (int j = -(width / 2); j < (width + 1) / 2; j++) {
                double filter = 0.5 + 0.5 * Math.cos(2 * Math.PI * j / width);
                int from = 2 * Math.floorMod(places[band] + j, length);
                int to = 2 * Math.floorMod(j, frames);
                values[to] = filter * spectrum[from];
                values[to + 1] = filter * spectrum[from + 1];
            }
            inverse.complexInverse(values, false);
            for (int m = 0; m < frames; m++) {
                power[band][m] = scale * (values[2 * m] * values[2 * m] + values[2 * m + 1] * values[2 * m + 1]);
            }
        }
        return power;
    }
}
