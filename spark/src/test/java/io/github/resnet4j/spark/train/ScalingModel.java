package io.github.resnet4j.spark.train;

/**
 * What training on N executors costs, from measured times of one executor and an assumed network. The derivation is in
 * docs/scaling.md.
 *
 * @param network between the executors, and between them and the driver
 * @param costs what does not depend on the network
 */
record ScalingModel(Network network, Costs costs) {
    private static final double TOTALS = Ring.HEADER + 2 * Double.BYTES;

    /**
     * Every machine has one port, and the switch between them is not the bottleneck.
     *
     * @param bytesPerSecond of payload, in each direction
     * @param latency seconds from one machine to another
     * @param window bytes that TCP sends before the first acknowledgement; infinite for a connection that was not idle
     */
    record Network(double bytesPerSecond, double latency, double window) {
        /** Ten segments: with these Linux begins, also after a pause that is longer than its retransmission timeout. */
        static final double INITIAL_WINDOW = 10 * 1448;

        /** Of the bytes on an Ethernet with frames of 1,538 bytes, preamble and gap included, these are TCP's payload. */
        private static final double PAYLOAD = 1448.0 / 1538;

        static Network ethernet(double gigabitsPerSecond, double latency) {
            return new Network(gigabitsPerSecond * 1e9 / 8 * PAYLOAD, latency, INITIAL_WINDOW);
        }

        /** Seconds that a connection which begins with its first window waits for acknowledgements while it sends so much. */
        private double stalled(double bytes, double rate) {
            double seconds = 0;
            double sent = window;
            double round = 2 * latency - window / rate;
            for (double next = window; sent < bytes && round > 0; sent += next) {
                seconds += round;
                next *= 2;
                round = 2 * latency - next / rate;
            }
            return seconds;
        }
    }

    /**
     * Measured.
     *
     * @param ringRate bytes per second that a rank of the ring receives, adds and sends, if the network does not limit it
     * @param driverRate bytes per second of an executor's state that the driver collects and adds, or broadcasts
     * @param job seconds of a Spark job that does nothing
     * @param barrier seconds more of a barrier job, whose executors tell each other their addresses
     */
    record Costs(double ringRate, double driverRate, double job, double barrier) {}

    /**
     * What an executor computes.
     *
     * @param values parameters and running statistics: the length of the gradients' exchange
     * @param images of an epoch
     * @param fixedSeconds of a step, whatever its batch
     * @param imageSeconds of a step for each image besides
     */
    record Workload(long values, long images, double fixedSeconds, double imageSeconds) {
        double stepSeconds(double share) {
            return fixedSeconds + share * imageSeconds;
        }

        private double bytes() {
            return (double) values * Float.BYTES;
        }
    }

    /** Seconds of a sum over the ring. */
    double ringSeconds(int ranks, long values) {
        if (ranks == 1) {
            return 0;
        }
        double rate = Math.min(network.bytesPerSecond, costs.ringRate);
        long pieces = (values + Ring.PIECE - 1) / Ring.PIECE;
        double all = (values * (double) Float.BYTES + pieces * Ring.HEADER + TOTALS) / rate;
        double bytes = Math.min(values, Ring.PIECE) * (double) Float.BYTES + Ring.HEADER;
        double piece = Math.max(bytes, TOTALS) / rate;
        double forward = network.latency + bytes / costs.ringRate;
        double stalled = network.stalled(all * rate, rate);
        int hops = 2 * ranks - 2;
        // In its second lap a piece meets connections that have already begun.
        double beginning = (ranks - 1) * network.stalled(bytes, rate) + stalled;
        double filled = all + (hops - 1) * piece + hops * forward + beginning;
        // The connection behind the first rank carries both laps if another needs the sums after it.
        double shared = ranks == 2 ? 0 : 2 * all + (ranks - 3) * piece + (ranks - 2) * forward + stalled;
        return Math.max(filled, shared);
    }

    /** Seconds of an average of all that the executors hold, by way of the driver, with the job that this takes. */
    double driverSeconds(int ranks, double bytes) {
        double rate = Math.min(network.bytesPerSecond, costs.driverRate);
        return costs.job + 2 * network.latency + (ranks + broadcasts(ranks)) * bytes / rate;
    }

    /** Who has a block of a broadcast passes it on, so that their number doubles. */
    private static int broadcasts(int ranks) {
        return 32 - Integer.numberOfLeadingZeros(Math.max(1, ranks - 1));
    }

    /**
     * Seconds of an epoch, which is one stretch between two checkpoints.
     *
     * @param share images of an executor in a step
     * @return NaN if the epoch has not enough images for a step
     */
    double epochSeconds(int ranks, Agreement agreement, Workload workload, double share) {
        long steps = steps(ranks, workload, share);
        if (steps == 0 || share < 1) {
            return Double.NaN;
        }
        double computing = steps * workload.stepSeconds(share);
        double state = 2 * workload.bytes(); // the velocity is as long as the parameters
        if (ranks == 1) {
            return computing + driverSeconds(1, state);
        }
        long averages = (steps + agreement.every() - 1) / agreement.every();
        if (agreement.exchange() == Agreement.Exchange.DRIVER) {
            return computing + averages * driverSeconds(ranks, state);
        }
        // Only the first rank sends its state back.
        double rate = Math.min(network.bytesPerSecond, costs.driverRate);
        double job = costs.barrier + driverSeconds(ranks, state) - (ranks - 1) * state / rate;
        int sums = agreement.isSynchronous() ? 1 : 2;
        return computing + job + averages * sums * ringSeconds(ranks, workload.values);
    }

    private static long steps(int ranks, Workload workload, double share) {
        return (long) (workload.images / (ranks * share));
    }

    /** Images per second of all executors together; NaN as {@link #epochSeconds}. */
    double rate(int ranks, Agreement agreement, Workload workload, double share) {
        return steps(ranks, workload, share) * ranks * share / epochSeconds(ranks, agreement, workload, share);
    }

    /**
     * Images per second of an executor relative to one that trains alone; its inverse is the cost of an image.
     *
     * @param batch images in a step
     * @param weak whether an executor has so many, or all together
     */
    double efficiency(int ranks, Agreement agreement, Workload workload, int batch, boolean weak) {
        double share = weak ? batch : (double) batch / ranks;
        return rate(ranks, agreement, workload, share) / (ranks * rate(1, agreement, workload, batch));
    }

    /** The most executors, a power of two, of which the second half added at least half its worth. */
    int worthwhile(int most, Agreement agreement, Workload workload, int batch, boolean weak) {
        int ranks = 1;
        while (2 * ranks <= most) {
            double before = ranks * efficiency(ranks, agreement, workload, batch, weak);
            double after = 2 * ranks * efficiency(2 * ranks, agreement, workload, batch, weak);
            if (!(after - before >= 0.5 * ranks)) {
                break;
            }
            ranks *= 2;
        }
        return ranks;
    }
}
