package io.github.resnet4j.finetune.train;

/**
 * Sums over the steps done of the pass that a run is in.
 *
 * @param images images trained on
 * @param correct of these, classified rightly at the time
 * @param loss sum over images
 * @param seconds spent in the loop
 * @param waited seconds of these spent waiting for data
 */
public record EpochProgress(long images, long correct, double loss, double seconds, double waited) {
    /** Nothing done yet. */
    public static final EpochProgress NONE = new EpochProgress(0, 0, 0, 0, 0);

    public EpochProgress {
        if (images < 0
                || correct < 0
                || correct > images
                || !Double.isFinite(loss)
                || !(seconds >= 0)
                || !(waited >= 0)) {
            throw new IllegalArgumentException("sums of an epoch cannot be " + images + " images, " + correct
                    + " correct, loss " + loss + ", " + seconds + " s, waited " + waited + " s");
        }
    }

    /** Mean loss. */
    public double meanLoss() {
        return loss / images;
    }

    /** Share classified rightly. */
    public double top1() {
        return (double) correct / images;
    }

    /** Training images per second. */
    public double imagesPerSecond() {
        return images / seconds;
    }

    /** Share of the time spent waiting for data. */
    public double dataWaitShare() {
        return waited / seconds;
    }
}
