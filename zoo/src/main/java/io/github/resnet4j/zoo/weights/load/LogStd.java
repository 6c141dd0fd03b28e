package io.github.resnet4j.zoo.weights.load;

/**
 * DL4J's other way to keep a batch normalisation's running variance: the decimal logarithm of its root, without epsilon
 * ({@code log10stdev}; {@code BatchNormalization} computes the variance as the square of 10 to that power). Its default,
 * though not the zoo's.
 *
 * <p>Both directions are computed in double precision and rounded once. A single holds a logarithm between -4 and 4 to
 * within 1.2e-7, so a variance between 1e-8 and 1e8 comes back from its logarithm within 6e-7 of itself; a logarithm comes
 * back from its variance within 2.1e-8, that is unchanged where it is 1/4 or more in magnitude.
 */
final class LogStd {
    /**
     * What stands for a variance of 0, whose logarithm is infinite and would make every later average NaN: a number whose
     * variance, 1e-46, is 0 in single precision.
     */
    private static final float ZERO = -23;

    private LogStd() {}

    /** The logarithm of a variance, which is finite and not negative. */
    static float ofVariance(float variance) {
        return variance == 0 ? ZERO : (float) (0.5 * Math.log10(variance));
    }

    /** The variance of a logarithm. */
    static float toVariance(float log10Std) {
        return (float) Math.pow(10, 2.0 * log10Std);
    }
}
