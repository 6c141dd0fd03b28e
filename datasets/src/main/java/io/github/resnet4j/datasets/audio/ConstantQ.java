package io.github.resnet4j.datasets.audio;

import java.util.Arrays;

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
    private static final int LANES = 32;

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
        OneDft spectrum = new OneDft(samples);
        AnyLengthDft inverse = new AnyLengthDft(frames, LANES);
        double[][] power = new double[frequencies.length][frames];
        for (int first = 0; first < power.length; first += LANES) {
            int count = Math.min(LANES, power.length - first);
            inverse.clear();
            for (int lane = 0; lane < count; lane++) {
                int band = first + lane;
                int width = widths[band];
                for (int j = -(width / 2); j < (width + 1) / 2; j++) {
                    double filter = 0.5 + 0.5 * Math.cos(2 * Math.PI * j / width);
                    int at = Math.floorMod(places[band] + j, length);
                    // The transform of real samples is conjugate-symmetric.
                    boolean mirrored = at > length / 2;
                    int bin = mirrored ? length - at : at;
                    double im = mirrored ? -spectrum.im[bin] : spectrum.im[bin];
                    inverse.put(Math.floorMod(j, frames), lane, filter * spectrum.re[bin], filter * im);
                }
            }
            inverse.invert();
            double scale = 4 * gain * gain / length / length;
            for (int m = 0; m < frames; m++) {
                double[] re = inverse.re(m);
                double[] im = inverse.im(m);
                for (int lane = 0; lane < count; lane++) {
                    power[first + lane][m] = scale * (re[lane] * re[lane] + im[lane] * im[lane]);
                }
            }
        }
        return power;
    }
}
