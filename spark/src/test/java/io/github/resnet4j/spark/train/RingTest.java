package io.github.resnet4j.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class RingTest {
    private static final byte[] SECRET = "a secret of the job".getBytes(StandardCharsets.UTF_8);

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final List<Ring> rings = new ArrayList<>();

    @AfterEach
    void end() throws IOException {
        for (Ring ring : rings) {
            ring.close();
        }
        pool.shutdownNow();
    }

    private List<Ring> rings(int count) throws Exception {
        List<Ring.Listener> listeners = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        for (int rank = 0; rank < count; rank++) {
            listeners.add(Ring.listen("127.0.0.1"));
            addresses.add(listeners.get(rank).address());
        }
        List<Future<Ring>> joined = new ArrayList<>();
        for (int rank = 0; rank < count; rank++) {
            int own = rank;
            joined.add(pool.submit(() -> listeners.get(own).join(own, addresses, SECRET)));
        }
        for (Future<Ring> ring : joined) {
            rings.add(ring.get(20, TimeUnit.SECONDS));
        }
        for (Ring.Listener listener : listeners) {
            listener.close();
        }
        return rings;
    }

    private static float[] values(int rank, int round, int length) {
        Random random = new Random(31L * rank + round);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(8)));
        }
        return values;
    }

    /** Single precision shows the order of a sum. */
    @ParameterizedTest
    @CsvSource({"2, 1", "2, 0", "2, 65536", "2, 200000", "3, 65537", "5, 1000", "8, 300001"})
    void sumsInTheOrderOfTheRanks(int count, int length) throws Exception {
        List<Ring> rings = rings(count);
        for (int round = 0; round < 3; round++) {
            float[] expected = values(0, round, length);
            double expectedTotal = 1.0 / 3;
            for (int rank = 1; rank < count; rank++) {
                float[] own = values(rank, round, length);
                for (int i = 0; i < length; i++) {
                    expected[i] += own[i];
                }
                expectedTotal += 1.0 / (rank + 3);
            }
            List<Future<Object[]>> results = new ArrayList<>();
            for (int rank = 0; rank < count; rank++) {
                Ring ring = rings.get(rank);
                float[] own = values(rank, round, length);
                double[] totals = {1.0 / (rank + 3), rank};
                results.add(pool.submit(() -> {
                    ring.sum(own, totals);
                    return new Object[] {own, totals};
                }));
            }
            for (Future<Object[]> result : results) {
                Object[] found = result.get(20, TimeUnit.SECONDS);
                assertThat((float[]) found[0]).isEqualTo(expected);
                assertThat((double[]) found[1]).containsExactly(expectedTotal, count * (count - 1) / 2.0);
            }
        }
    }

    @Test
    void allLearnThatOneIsLost() throws Exception {
        List<Ring> rings = rings(4);
        rings.get(2).close();
        List<Future<?>> others = new ArrayList<>();
        for (int rank : new int[] {0, 1, 3}) {
            Ring ring = rings.get(rank);
            others.add(pool.submit(() -> {
                try {
                    ring.sum(new float[1_000_000], new double[1]);
                } finally {
                    ring.close();
                }
                return null;
            }));
        }
        for (Future<?> other : others) {
            assertThatThrownBy(() -> other.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void whoDoesNotKnowTheSecretStaysOutside() throws Exception {
        try (Ring.Listener one = Ring.listen("127.0.0.1");
                Ring.Listener other = Ring.listen("127.0.0.1")) {
            List<String> addresses = List.of(one.address(), other.address());
            Future<Ring> own = pool.submit(() -> one.join(0, addresses, SECRET));
            Future<Ring> stranger = pool.submit(() -> other.join(1, addresses, new byte[] {1, 2, 3}));
            assertThatThrownBy(() -> own.get(20, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
            assertThatThrownBy(() -> stranger.get(20, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void differentSumsDoNotMix() throws Exception {
        List<Ring> rings = rings(2);
        Future<?> longer = pool.submit(() -> rings.get(0).sum(new float[200_000], new double[1]));
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> rings.get(1).sum(new float[10], new double[1]))
                .withMessageContaining("piece");
        rings.get(1).close();
        assertThatThrownBy(() -> longer.get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
    }
}
