package io.github.resnet4j.spark.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A rank of a ring that is a process of its own. It takes part in as many sums as a line of standard input says, all ranks
 * beginning at the same time, and answers with the seconds after which each of them ended here.
 */
final class RingRank {
    private RingRank() {}

    /** Prints the own address and reads those of all, a line each; then reads {@code LENGTH SUMS PAUSE-MILLIS}. */
    public static void main(String[] args) throws Exception {
        int rank = Integer.parseInt(args[0]);
        int count = Integer.parseInt(args[1]);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (Ring.Listener listener = Ring.listen(args[2])) {
            System.out.println(listener.address());
            List<String> addresses = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                addresses.add(in.readLine());
            }
            try (Ring ring = listener.join(rank, addresses, new byte[] {1})) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    String[] order = line.split(" ");
                    System.out.println(sums(
                            ring,
                            rank,
                            Integer.parseInt(order[0]),
                            Integer.parseInt(order[1]),
                            Long.parseLong(order[2])));
                }
            }
        }
    }

    private static String sums(Ring ring, int rank, int length, int sums, long pause)
            throws IOException, InterruptedException {
        float[] values = new float[length];
        StringBuilder seconds = new StringBuilder();
        for (int i = 0; i < sums; i++) {
            // The clock is the machine's, so that the first rank can set the time for all.
            double[] start = {rank == 0 ? System.nanoTime() + pause * 1_000_000 : 0, 0};
            ring.sum(new float[0], start);
            Thread.sleep(Math.max(0, (long) start[0] - System.nanoTime()) / 1_000_000);
            while (System.nanoTime() < (long) start[0]) {
                Thread.onSpinWait();
            }
            ring.sum(values, new double[2]);
            seconds.append(String.format(Locale.ROOT, "%.6f ", (System.nanoTime() - (long) start[0]) / 1e9));
        }
        return seconds.toString().trim();
    }
}
