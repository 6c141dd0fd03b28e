package io.github.resnet4j.serving;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.model.BatchQueue;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/**
 * How a server listens, batches and protects itself.
 *
 * @param host address or name to listen on; whoever reaches it reaches the models
 * @param port TCP port, or 0 for any that is free
 * @param token what clients have to send as {@code Authorization: Bearer}; required unless {@code host} is this machine's
 *     own loopback
 * @param engine what runs the networks
 * @param batching how images of several clients run together, for each model
 * @param limits what clients may use
 * @param drain how long {@link PredictionServer#close} waits for requests under way
 */
public record ServerOptions(
        String host,
        int port,
        Optional<String> token,
        Engine engine,
        Batching batching,
        Limits limits,
        Duration drain) {
    /** Port 8080 of the loopback, for this machine alone. */
    public static final ServerOptions DEFAULT = new ServerOptions(
            "127.0.0.1", 8080, Optional.empty(), Engine.AUTO, Batching.DEFAULT, Limits.DEFAULT, Duration.ofSeconds(25));

    private static final int LEAST_TOKEN = 16;
    private static final int LAST_PORT = 65_535;

    /**
     * How images are put together.
     *
     * @param maxBatch most images that a network takes at once, at least 1
     * @param delay how long an image may wait for others, not negative. Zero batches what waits anyway
     * @param queue images that may be prepared or wait for a model, at least 1; more are refused
     * @param deadline how long after its arrival an image may still begin to be computed
     */
    public record Batching(int maxBatch, Duration delay, int queue, Duration deadline) {
        /** Batches of at most 16 of what waits, a queue of 100, five seconds. */
        public static final Batching DEFAULT = new Batching(16, Duration.ZERO, 100, Duration.ofSeconds(5));

        public Batching {
            BatchQueue.Options.forNetwork(maxBatch, delay, queue); // says what is wrong
            requirePositive("deadline", deadline);
        }

        /** The same for the queue itself. */
        public BatchQueue.Options queueOptions() {
            return BatchQueue.Options.forNetwork(maxBatch, delay, queue);
        }
    }

    /**
     * What clients may use.
     *
     * @param body bytes of a request's body
     * @param pixels of an image
     * @param connections at once
     * @param head time for the head of a request, from its first byte
     * @param transfer time for its body
     * @param idle time for which a connection may do nothing
     */
    public record Limits(int body, long pixels, int connections, Duration head, Duration transfer, Duration idle) {
        /** 10 MiB, 40 million pixels, 2,048 connections; 10, 30 and 60 seconds. */
        public static final Limits DEFAULT = new Limits(
                10 << 20, 40_000_000, 2048, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60));

        public Limits {
            if (body < 1 || connections < 1) {
                throw new IllegalArgumentException(
                        "bodies and connections need a limit of at least 1, got " + body + " and " + connections);
            }
            if (pixels < 1 || pixels > ImageDecoder.MOST_PIXELS) {
                throw new IllegalArgumentException(
                        "images may have 1 to " + ImageDecoder.MOST_PIXELS + " pixels, got " + pixels);
            }
            requirePositive("time for a head", head);
            requirePositive("time for a body", transfer);
            requirePositive("idle time", idle);
        }
    }

    public ServerOptions {
        if (port < 0 || port > LAST_PORT) {
            throw new IllegalArgumentException("port must be 0 to " + LAST_PORT + ", got " + port);
        }
        token.ifPresent(ServerOptions::requireStrong);
        requirePositive("time to drain", drain);
        if (token.isEmpty() && !isLoopback(host)) {
            throw new IllegalArgumentException("others can reach " + host
                    + ": give the clients a token, or listen on 127.0.0.1 behind a proxy that authenticates them");
        }
    }

    private static void requireStrong(String token) {
        boolean printable = token.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (token.length() < LEAST_TOKEN || !printable) {
            throw new IllegalArgumentException("a token needs at least " + LEAST_TOKEN
                    + " printable ASCII characters without blanks; make one with `openssl rand -hex 32`");
        }
    }

    private static void requirePositive(String what, Duration time) {
        if (time.isZero() || time.isNegative()) {
            throw new IllegalArgumentException("the " + what + " must be positive, got " + time);
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("there is no address " + host + " here; use 127.0.0.1 or 0.0.0.0", e);
        }
    }

    /** The same on another address. */
    public ServerOptions at(String otherHost, int otherPort) {
        return new ServerOptions(otherHost, otherPort, token, engine, batching, limits, drain);
    }

    /** The same for clients with a token. */
    public ServerOptions withToken(Optional<String> other) {
        return new ServerOptions(host, port, other, engine, batching, limits, drain);
    }

    /** The same with other batches. */
    public ServerOptions withBatching(Batching other) {
        return new ServerOptions(host, port, token, engine, other, limits, drain);
    }

    /** The same with other limits. */
    public ServerOptions withLimits(Limits other) {
        return new ServerOptions(host, port, token, engine, batching, other, drain);
    }
}
