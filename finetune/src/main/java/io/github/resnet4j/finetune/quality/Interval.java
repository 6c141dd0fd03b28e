package io.github.resnet4j.finetune.quality;

/**
 * Where what was measured on some images probably lies for all like them.
 *
 * @param low lower end, of a share in [0, 1]; NaN without images
 * @param high upper end
 */
public record Interval(double low, double high) {
    /** The normal distribution has 95 % within so many standard deviations. */
    private static final double Z = 1.959963984540054;

    /**
     * The interval of 95 % of a mean, by the normal approximation.
     *
     * @param deviation standard deviation of the values
     * @param count how many there are
     */
    public static Interval ofMean(double mean, double deviation, long count) {
        double half = Z * deviation / Math.sqrt(count);
        return new Interval(mean - half, mean + half);
    }

    /**
     * Wilson's interval of 95 % (Wilson 1927): unlike the normal approximation it stays within [0, 1] and is not empty if
     * all images or none are right.
     *
     * @param right images counted, of {@code images}
     */
    public static Interval wilson(long right, long images) {
        if (images == 0) {
            return new Interval(Double.NaN, Double.NaN);
        }
        double n = images;
        double share = right / n;
        double middle = share + Z * Z / (2 * n);
        double half = Z * Math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n));
        double scale = 1 + Z * Z / n;
        return new Interval(right == 0 ? 0 : (middle - half) / scale, right == images ? 1 : (middle + half) / scale);
    }
}
