package io.github.resnet4j.spark.train;

import io.github.resnet4j.spark.train.ScalingModel.Costs;
import io.github.resnet4j.spark.train.ScalingModel.Network;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Compares {@link ScalingModel#ringSeconds} with rings whose ranks are processes in network namespaces of this machine. tc's
 * token bucket limits what each sends; the packets go over a bridge, or, to arrive late, through delay.py. Needs root.
 */
public final class RingCheck {
    private static final List<Integer> COUNTS = List.of(2, 4, 8);
    /** Values of ResNet-20 and ResNet-50. */
    private static final int[] LENGTHS = {271_098, 25_610_152};

    private static final double[][] MEGABITS = {{10, 100, 1000}, {100, 1000}};
    private static final double[][] DELAYS = {{0.001, 0.01, 0.1}, {0.01}};
    /** TCP begins slowly after a pause, as it does unless told otherwise, in the points of this delay too. */
    private static final double ALSO_SLOW = 0.01;

    private static final String PREFIX = "resnet4j-ring-";
    private static final String SWITCH = PREFIX + "switch";
    /** From so many seconds on, two sums must do, and from a tenth of that on, three. */
    private static final double LONG = 5;

    /** So much for so long is more than delay.py can carry. */
    private static final double MOST_LATE_MEGABITS = 100;

    private static final int SUMS = 7;
    /** For all ranks to hear when to begin. */
    private static final int PAUSE = 400;
    /** Of several retransmission timeouts, after each of which TCP halves its window: as a step of training. */
    private static final int LONG_PAUSE = 1800;

    private static final double WARM = Double.POSITIVE_INFINITY;
    private static final double PAYLOAD_OF_FRAME = 1448.0 / 1514;
    private static final double PAYLOAD_OF_PACKET = 1448.0 / 1500;

    private final int count;
    private final boolean late;
    private final double ringRate;
    private final List<Process> processes = new ArrayList<>();
    private final List<BufferedReader> answers = new ArrayList<>();

    private RingCheck(int count, boolean late, double ringRate) {
        this.count = count;
        this.late = late;
        this.ringRate = ringRate;
    }

    /**
     * Prints a Markdown table.
     *
     * @param args the Python script that delays, bytes per second of a ring that no network limits, and numbers of ranks: 2, 4
     *     and 8 if there are none
     */
    public static void main(String[] args) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(RingCheck::removeAll));
        System.out.println(
                "| values | executors | Mbit/s | delay, ms | predicted, s | measured, s: least (median) | deviation"
                        + " | no limit, s | load |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        List<Integer> counts = args.length == 2
                ? COUNTS
                : Stream.of(args).skip(2).map(Integer::valueOf).toList();
        for (int ranks : counts) {
            for (boolean late : new boolean[] {false, true}) {
                RingCheck check = new RingCheck(ranks, late, Double.parseDouble(args[1]));
                try {
                    check.start(args[0]);
                    check.rows();
                } finally {
                    check.stop();
                }
            }
        }
    }

    private void rows() throws IOException {
        measure(LENGTHS[0], 10, PAUSE); // compiles
        for (int network = 0; network < LENGTHS.length; network++) {
            int length = LENGTHS[network];
            limit(0);
            delay(0);
            slowStart(false);
            double free = measure(length, network == 0 ? SUMS : 3, PAUSE)[0];
            for (double megabits : MEGABITS[network]) {
                if (late && network > 0 && megabits > MOST_LATE_MEGABITS) {
                    continue;
                }
                limit(megabits);
                for (double delay : late ? DELAYS[network] : new double[] {0}) {
                    delay(delay);
                    if (late && predicted(length, megabits, delay, WARM) < LONG) {
                        measure(length, 3, PAUSE); // opens TCP's windows
                    }
                    row(length, megabits, delay, WARM, free);
                    if (delay == ALSO_SLOW && predicted(length, megabits, delay, WARM) < LONG) {
                        slowStart(true);
                        row(length, megabits, delay, Network.INITIAL_WINDOW, free);
                        slowStart(false);
                    }
                }
            }
        }
    }

    private double predicted(int length, double megabits, double delay, double window) {
        double rate = megabits * 1e6 / 8 * (late ? PAYLOAD_OF_PACKET : PAYLOAD_OF_FRAME);
        return new ScalingModel(new Network(rate, delay, window), new Costs(ringRate, 1, 0, 0))
                .ringSeconds(count, length);
    }

    private void row(int length, double megabits, double delay, double window, double free) throws IOException {
        double predicted = predicted(length, megabits, delay, window);
        int sums = predicted > LONG ? 2 : predicted > LONG / 10 ? 3 : SUMS;
        double[] measured = measure(length, sums, window == WARM ? PAUSE : LONG_PAUSE);
        System.out.printf(
                Locale.ROOT,
                "| %,d | %d | %,.0f | %.0f%s | %.3f | %.3f (%.3f) | %+.0f %% | %.3f%s | %.0f |%n",
                length,
                count,
                megabits,
                delay * 1000,
                window == WARM ? "" : ", slow start",
                predicted,
                measured[0],
                measured[1],
                100 * (measured[0] / predicted - 1),
                free,
                free > predicted / 2 ? ", processors" : "",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /** Least and median time from the common beginning until the last rank has its sums. */
    private double[] measure(int length, int sums, int pause) throws IOException {
        for (int rank = 0; rank < count; rank++) {
            tell(ranks().get(rank), length + " " + sums + " " + pause);
        }
        double[] last = new double[sums];
        for (int rank = 0; rank < count; rank++) {
            String line = answers.get(rank).readLine();
            if (line == null) {
                throw new IOException("rank " + rank + " has ended");
            }
            String[] seconds = line.split(" ");
            for (int i = 0; i < sums; i++) {
                last[i] = Math.max(last[i], Double.parseDouble(seconds[i]));
            }
        }
        double[] sorted =
                IntStream.range(0, sums).mapToDouble(i -> last[i]).sorted().toArray();
        return new double[] {sorted[0], sorted[sums / 2]};
    }

    private List<Process> ranks() {
        return processes.subList(processes.size() - count, processes.size());
    }

    private static void tell(Process process, String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
    }

    private void start(String script) throws IOException {
        removeAll();
        if (late) {
            List<String> relay = new ArrayList<>(List.of("python3", script));
            IntStream.range(0, count).forEach(rank -> relay.add(device(rank)));
            reader(begin(relay)).readLine();
        } else {
            ip("netns add " + SWITCH);
            ip("-n " + SWITCH + " link add bridge type bridge");
            ip("-n " + SWITCH + " link set bridge up");
        }
        for (int rank = 0; rank < count; rank++) {
            connect(rank);
        }
        List<String> addresses = new ArrayList<>();
        String java = ProcessHandle.current().info().command().orElse("java");
        for (int rank = 0; rank < count; rank++) {
            String command = "ip netns exec " + space(rank) + " " + java + " -XX:+UseSerialGC -Xms200m -Xmx400m -cp "
                    + System.getProperty("java.class.path") + " " + RingRank.class.getName() + " " + rank + " " + count
                    + " " + address(rank);
            answers.add(reader(begin(List.of(command.split(" ")))));
        }
        for (BufferedReader answer : answers) {
            addresses.add(answer.readLine());
        }
        for (Process rank : ranks()) {
            tell(rank, String.join("\n", addresses));
        }
    }

    private void connect(int rank) throws IOException {
        String space = space(rank);
        ip("netns add " + space);
        // With CUBIC, what the model leaves out mattered more where packets came late; see docs/scaling.md.
        run("ip netns exec " + space + " sysctl -q -w net.ipv4.tcp_congestion_control=reno");
        if (late) {
            ip("link set " + device(rank) + " netns " + space);
        } else {
            ip("-n " + space + " link add " + device(rank) + " type veth peer name port" + rank + " netns " + SWITCH);
            ip("-n " + SWITCH + " link set port" + rank + " master bridge");
            ip("-n " + SWITCH + " link set port" + rank + " up");
        }
        ip("-n " + space + " address add " + address(rank) + "/24 dev " + device(rank));
        // Small enough for a bucket that does not let much pass at once.
        ip("-n " + space + " link set " + device(rank) + " mtu 1500 gso_max_size 16384 txqueuelen 4000 up");
    }

    private void limit(double megabits) throws IOException {
        for (int rank = 0; rank < count; rank++) {
            String queue = megabits == 0
                    ? "pfifo limit 4000"
                    : String.format(Locale.ROOT, "tbf rate %.0fmbit burst 32kb limit 8mb", megabits);
            run("tc -n " + space(rank) + " qdisc replace dev " + device(rank) + " root " + queue);
        }
    }

    private void delay(double seconds) throws IOException {
        if (late) {
            tell(processes.get(0), Double.toString(seconds));
        }
    }

    private void slowStart(boolean restart) throws IOException {
        for (int rank = 0; rank < count; rank++) {
            run("ip netns exec " + space(rank) + " sysctl -q -w net.ipv4.tcp_slow_start_after_idle="
                    + (restart ? 1 : 0));
        }
    }

    private Process begin(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process;
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    private void stop() {
        processes.forEach(Process::destroy);
        removeAll();
    }

    private static void removeAll() {
        try {
            Process list = new ProcessBuilder("ip", "netns", "list").start();
            for (String line : reader(list).lines().toList()) {
                if (line.startsWith(PREFIX)) {
                    ip("netns del " + line.split(" ")[0]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String space(int rank) {
        return PREFIX + rank;
    }

    private static String device(int rank) {
        return "ring" + rank;
    }

    private static String address(int rank) {
        return "10.77.0." + (rank + 1);
    }

    private static void ip(String arguments) throws IOException {
        run("ip " + arguments);
    }

    private static void run(String command) throws IOException {
        Process process = new ProcessBuilder(Stream.of(command.split(" ")).toList())
                .redirectErrorStream(true)
                .start();
        String output = String.join(" ", reader(process).lines().toList());
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
