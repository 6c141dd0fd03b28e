package io.github.resnet4j.datasets.audio;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Constant-Q cepstral coefficients with their first and second differences (Todisco et al. 2016, "A new feature for automatic
 * speaker verification anti-spoofing: constant Q cepstral coefficients"), as the ASVspoof 2019 baseline takes them:
 *
 * <ol>
 *   <li>the constant-Q transform c of Schörkhuber et al. 2014, from {@code fmin = rate / 2 / 2^octaves} on, its bands {@code
 *       gamma = 228.7 (2^(1/B) - 2^(-1/B))} Hz wider than a constant Q would have them;
 *   <li>{@code ln(|c|² + 2^-52)};
 *   <li>a cubic spline (not-a-knot) through the bands of a frame, read at {@code fmin}, {@code fmin + fmin / d}, {@code fmin + 2
 *       fmin / d}, … up to the highest band;
 *   <li>the first coefficients of the orthonormal cosine transform of these;
 *   <li>their differences, {@code sum n (c[t+n] - c[t-n]) / (2 sum n²)} over n = 1, 2, 3, end values repeated, and the
 *       differences of those, one below the other.
 * </ol>
 *
 * <p>Shorter sounds are repeated as a whole, as the authors' Matlab script has it. Unlike there, the sound is divided by its
 * peak as for the other features, so that its level tells nothing.
 *
 * @param rate samples a second
 * @param samples that it is made of
 * @param perOctave bands in an octave, B
 * @param octaves below half the rate
 * @param uniform frequencies that the spline is read at in the lowest octave, d
 * @param coefficients of the cosine transform, from 0 on; the map has three times as many rows
 */
public record Cqcc(int rate, int samples, int perOctave, int octaves, int uniform, int coefficients)
        implements SoundFeature {
    /** 1×90×469 of four seconds at 16 kHz, with the constants of the ASVspoof 2019 baseline. */
    public static final Cqcc SPEC_RESNET = new Cqcc(16_000, 64_000, 96, 9, 16, 30);

    /** Frames on either side that a difference is made of. */
    private static final int REACH = 3;

    private static final double LEAST_POWER = 0x1p-52;

    private static final ConcurrentHashMap<Cqcc, Tables> TABLES = new ConcurrentHashMap<>();

    /** @param weights from the bands' logarithms to the coefficients: spline and cosine transform, which are both linear */
    private record Tables(ConstantQ bands, double[][] weights) {}

    /** @throws IllegalArgumentException if it is not possible */
    public Cqcc {
        Prepared.requirePossible(rate, samples);
        if (perOctave < 1 || octaves < 1 || octaves > 12 || uniform < 1 || coefficients < 1) {
            throw new IllegalArgumentException(
                    "CQCC need at least one band an octave, 1 to 12 octaves, one frequency and"
                            + " one coefficient, got " + perOctave + ", " + octaves + ", " + uniform + ", "
                            + coefficients);
        }
    }

    @Override
    public String name() {
        return "cqcc";
    }

    @Override
    public Sound.Lengthening lengthening() {
        return Sound.Lengthening.TILE;
    }

    @Override
    public int rows() {
        return 3 * coefficients;
    }

    @Override
    public int frames() {
        return tables().bands.frames();
    }

    @Override
    public double[][] map(Sound prepared) {
        double[][] bands = tables().bands.power(Prepared.samples(prepared, this), Prepared.gain(prepared));
        for (double[] band : bands) {
            for (int t = 0; t < band.length; t++) {
                band[t] = Math.log(band[t] + LEAST_POWER);
            }
        }
        return Rows.withSlopes(Rows.product(tables().weights, bands), REACH, Rows.Ends.REPEATED);
    }

    private Tables tables() {
        return TABLES.computeIfAbsent(this, Cqcc::made);
    }

    private static Tables made(Cqcc of) {
        double lowest = of.rate / 2.0 / (1 << of.octaves);
        double gamma = 228.7 * (Math.pow(2, 1.0 / of.perOctave) - Math.pow(2, -1.0 / of.perOctave));
        ConstantQ bands = new ConstantQ(of.rate, of.samples, of.perOctave, lowest, gamma);
        double[] f = bands.frequencies();
        double step = lowest / of.uniform;
        double[] read = new double[(int) Math.floor((f[f.length - 1] - f[0]) / step * (1 + 1e-12)) + 1];
        if (of.coefficients > read.length) {
            throw new IllegalArgumentException(
                    of.coefficients + " coefficients of " + read.length + " frequencies: use fewer");
        }
        for (int i = 0; i < read.length; i++) {
            read[i] = f[0] + i * step;
        }
        Spline spline = new Spline(f, read);
        double[][] weights = Rows.cosines(of.coefficients, read.length);
        for (int c = 0; c < weights.length; c++) {
            weights[c] = spline.weights(weights[c]);
        }
        return new Tables(bands, weights);
    }
}
