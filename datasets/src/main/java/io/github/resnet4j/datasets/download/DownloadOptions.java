package io.github.resnet4j.datasets.download;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How to download files.
 *
 * @param patience how long to wait, how often to try again
 * @param mirror used instead of the publisher; see {@link Source}
 * @param offline use only the cache and {@code file:} mirrors
 * @param progress receives the number of bytes as they arrive
 */
public record DownloadOptions(Patience patience, Optional<URI> mirror, boolean offline, DownloadProgress progress) {
    /**
     * How long to wait, how often to try again.
     *
     * @param connect for a connection
     * @param stall for a response, and then for the next byte of it
     * @param total for one file, including all retries
     * @param retries after the first attempt
     * @param firstWait before the first retry; doubles with each, and half of it is random
     * @param longestWait the longest {@code Retry-After} that is honoured; a server that asks for more fails the fetch
     */
    public record Patience(
            Duration connect, Duration stall, Duration total, int retries, Duration firstWait, Duration longestWait) {
        /** 10 s to connect, 30 s without a byte, 6 h in all; 5 retries after 0.5, 1, 2, 4 and 8 s. */
        public static final Patience STANDARD = new Patience(
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofHours(6),
                5,
                Duration.ofMillis(500),
                Duration.ofMinutes(2));

        public Patience {
            if (connect.isNegative() || connect.isZero() || stall.isNegative() || stall.isZero()) {
                throw new IllegalArgumentException("time-outs must be positive, got " + connect + " and " + stall);
            }
            if (retries < 0 || retries > 20) {
                throw new IllegalArgumentException("retries must be 0 to 20, got " + retries);
            }
        }
    }

    /** The standard patience, and the mirror that the environment names. */
    public static DownloadOptions standard() {
        return from(System.getenv());
    }

    static DownloadOptions from(Map<String, String> environment) {
        return new DownloadOptions(Patience.STANDARD, Source.mirrorFrom(environment), false, DownloadProgress.SILENT);
    }

    public DownloadOptions withOffline(boolean other) {
        return new DownloadOptions(patience, mirror, other, progress);
    }

    public DownloadOptions withProgress(DownloadProgress other) {
        return new DownloadOptions(patience, mirror, offline, other);
    }
}
