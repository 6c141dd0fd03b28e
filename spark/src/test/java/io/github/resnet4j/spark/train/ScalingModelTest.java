package io.github.resnet4j.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.spark.train.Agreement.Exchange;
import io.github.resnet4j.spark.train.ScalingModel.Costs;
import io.github.resnet4j.spark.train.ScalingModel.Network;
import io.github.resnet4j.spark.train.ScalingModel.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScalingModelTest {
    private static final double ENDLESS = 1e20;
    private static final Agreement SYNCHRONOUS = new Agreement(1, Exchange.RING);
    private static final Costs FREE = new Costs(ENDLESS, ENDLESS, 0, 0);
    private static final Costs COSTS = new Costs(1e9, 2e8, 0.1, 1);
    private static final Workload WORKLOAD = new Workload(25_000_000, 1_000_000, 0.1, 0.2);

    private static Network network(double bytesPerSecond, double latency) {
        return new Network(bytesPerSecond, latency, Double.POSITIVE_INFINITY);
    }

    /** A piece on its way: of which lap, from which rank it goes next, and since when it waits there. */
    private record Piece(boolean summing, int number, int rank, double since) {}

    /** Follows every piece from rank to rank: each sends one at a time, in the order in which they came. */
    private static double followed(int ranks, long values, Network network, Costs costs) {
        double rate = Math.min(network.bytesPerSecond(), costs.ringRate());
        List<Double> bytes = new ArrayList<>();
        for (long from = 0; from < values; from += Ring.PIECE) {
            bytes.add(Ring.HEADER + 4.0 * Math.min(Ring.PIECE, values - from));
        }
        bytes.add(Ring.HEADER + 16.0);
        PriorityQueue<Piece> waiting = new PriorityQueue<>(Comparator.comparingDouble(Piece::since)
                .thenComparing(piece -> !piece.summing())
                .thenComparingInt(Piece::number));
        for (int piece = 0; piece < bytes.size(); piece++) {
            waiting.add(new Piece(true, piece, 0, 0));
        }
        double[] idle = new double[ranks];
        double end = 0;
        while (!waiting.isEmpty()) {
            Piece piece = waiting.poll();
            double length = bytes.get(piece.number);
            idle[piece.rank] = Math.max(idle[piece.rank], piece.since) + length / rate;
            double there = idle[piece.rank] + network.latency() + length / costs.ringRate();
            int next = (piece.rank + 1) % ranks;
            boolean summing = piece.summing && next != ranks - 1;
            end = Math.max(end, there);
            if (piece.summing || next != ranks - 2) {
                waiting.add(new Piece(summing, piece.number, next, there));
            }
        }
        return end;
    }

    @ParameterizedTest
    @CsvSource({
        "2, 271098",
        "3, 271098",
        "4, 271098",
        "8, 271098",
        "64, 271098",
        "2, 25610152",
        "3, 25610152",
        "4, 25610152",
        "8, 25610152",
        "64, 25610152",
        "512, 25610152",
        "5, 1000"
    })
    void theRingTakesAsLongAsItsPieces(int ranks, long values) {
        for (double latency : new double[] {0, 1e-4, 1e-2}) {
            for (double rate : new double[] {1e7, 1e8, 3e9}) {
                Network network = network(rate, latency);
                assertThat(new ScalingModel(network, COSTS).ringSeconds(ranks, values))
                        .isCloseTo(followed(ranks, values, network, COSTS), Percentage.withPercentage(3));
            }
        }
    }

    @Test
    void oneExecutorExchangesNothing() {
        ScalingModel model = new ScalingModel(network(1e6, 1), COSTS);
        assertThat(model.ringSeconds(1, 1_000_000)).isZero();
        assertThat(model.efficiency(1, SYNCHRONOUS, WORKLOAD, 16, true)).isEqualTo(1);
        assertThat(model.efficiency(1, new Agreement(16, Exchange.DRIVER), WORKLOAD, 16, false))
                .isEqualTo(1);
    }

    @Test
    void twoExecutorsSendTheValuesOnceAndMoreSendThemTwice() {
        ScalingModel model = new ScalingModel(network(1e8, 0), FREE);
        assertThat(model.ringSeconds(2, 25_000_000)).isCloseTo(1, within(0.01));
        assertThat(model.ringSeconds(3, 25_000_000)).isCloseTo(2, within(0.01));
        assertThat(model.ringSeconds(8, 25_000_000)).isCloseTo(2, within(0.02));
    }

    @Test
    void aRingOfManyTakesTheLatencyOfAllConnectionsTwice() {
        ScalingModel model = new ScalingModel(network(ENDLESS, 0.001), FREE);
        assertThat(model.ringSeconds(1024, 271_098)).isCloseTo(2 * 1023 * 0.001, within(1e-6));
    }

    /** 1, 2 and 4 kB leave before the 5th can; the pieces go one after the other. */
    @Test
    void aConnectionBeginsSlowly() {
        Network slow = new Network(1e9, 0.01, 1000);
        double stalled = 3 * 0.02 - 7000 / 1e9;
        double warm = new ScalingModel(network(1e9, 0.01), FREE).ringSeconds(2, 2500);
        assertThat(new ScalingModel(slow, FREE).ringSeconds(2, 2500) - warm).isCloseTo(2 * stalled, within(1e-6));
    }

    @Test
    void aWindowThatHoldsTheRoundTripDoesNotStall() {
        Network network = new Network(1e6, 1e-4, Network.INITIAL_WINDOW);
        assertThat(new ScalingModel(network, FREE).ringSeconds(4, 271_098))
                .isEqualTo(new ScalingModel(network(1e6, 1e-4), FREE).ringSeconds(4, 271_098));
    }

    @Test
    void withAnEndlessNetworkEveryExecutorIsWorthOne() {
        ScalingModel model = new ScalingModel(network(ENDLESS, 0), FREE);
        for (int ranks : new int[] {2, 8, 1000}) {
            assertThat(model.efficiency(ranks, SYNCHRONOUS, WORKLOAD, 1, true)).isCloseTo(1, within(1e-6));
        }
        assertThat(model.worthwhile(1024, SYNCHRONOUS, WORKLOAD, 1, true)).isEqualTo(1024);
    }

    @Test
    void aBatchThatIsSharedLeavesTheFixedTimeWithEveryExecutor() {
        ScalingModel model = new ScalingModel(network(ENDLESS, 0), FREE);
        assertThat(model.efficiency(8, SYNCHRONOUS, WORKLOAD, 16, false))
                .isCloseTo((0.1 + 16 * 0.2) / (8 * (0.1 + 2 * 0.2)), within(1e-3));
        assertThat(model.efficiency(32, SYNCHRONOUS, WORKLOAD, 16, false)).isNaN();
    }

    @Test
    void withoutANetworkNothingPays() {
        ScalingModel model = new ScalingModel(network(1, 0), COSTS);
        assertThat(model.worthwhile(1024, SYNCHRONOUS, WORKLOAD, 16, true)).isEqualTo(1);
    }

    @Test
    void averagesThatAreRareCostLess() {
        ScalingModel model = new ScalingModel(Network.ethernet(1, 1e-4), COSTS);
        double every = model.efficiency(16, SYNCHRONOUS, WORKLOAD, 16, true);
        double sixteenth = model.efficiency(16, new Agreement(16, Exchange.RING), WORKLOAD, 16, true);
        double driver = model.efficiency(16, new Agreement(16, Exchange.DRIVER), WORKLOAD, 16, true);
        assertThat(sixteenth).isGreaterThan(every);
        assertThat(driver).isLessThan(sixteenth);
    }

    @Test
    void theDriverTakesTheStatesOfAllOneAfterAnother() {
        ScalingModel model = new ScalingModel(network(1e8, 0), FREE);
        assertThat(model.driverSeconds(64, 1e8)).isCloseTo(64 + 6, within(1e-6));
    }

    @Test
    void anEpochWithoutAStepHasNoRate() {
        ScalingModel model = new ScalingModel(network(1e8, 0), FREE);
        assertThat(model.rate(1024, SYNCHRONOUS, new Workload(1000, 50_000, 0, 1e-3), 128))
                .isNaN();
    }
}
