package io.github.resnet4j.finetune.internal.report;

import java.util.Locale;

/**
 * How an executor of a cluster spent an epoch, or several.
 *
 * @param rank from 0
 * @param host where it ran
 * @param images it trained on
 * @param seconds it took steps for
 * @param waited seconds of these spent waiting for images
 * @param exchanged seconds of these spent exchanging with the others, and waiting for them
 */
public record ExecutorRow(int rank, String host, long images, double seconds, double waited, double exchanged) {
    static final String HEADER = "rank,host,images,seconds,waited,exchanged";

    /** Both one after the other. */
    public ExecutorRow plus(ExecutorRow more) {
        return new ExecutorRow(
                rank,
                more.host,
                images + more.images,
                seconds + more.seconds,
                waited + more.waited,
                exchanged + more.exchanged);
    }

    /** Training images per second. */
    public double imagesPerSecond() {
        return images / seconds;
    }

    /** Seconds spent on its own steps: what differs between executors that wait for each other. */
    public double computed() {
        return seconds - waited - exchanged;
    }

    String csv() {
        return String.format(Locale.ROOT, "%d,%s,%d,%.3f,%.3f,%.3f", rank, host, images, seconds, waited, exchanged);
    }
}
