package io.github.resnet4j.spark.train;

import io.github.resnet4j.spark.train.Agreement.Exchange;
import io.github.resnet4j.spark.train.ScalingModel.Costs;
import io.github.resnet4j.spark.train.ScalingModel.Network;
import io.github.resnet4j.spark.train.ScalingModel.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints the tables of docs/scaling.md. */
final class ScalingTables {
    /** With two executors of one machine; docs/scaling.md says how. */
    private static final Costs MEASURED = new Costs(1.46e9, 1.5e8, 0.06, 1);

    private static final int MOST = 1024;
    private static final List<Integer> SHOWN = List.of(1, 4, 16, 64, 256, MOST);
    private static final List<Double> GIGABITS = List.of(1.0, 10.0, 25.0);

    /**
     * A network to train.
     *
     * @param name as in the file of measured steps
     * @param values parameters and running statistics
     * @param images of an epoch
     * @param share images of an executor in a step, where every executor has as many
     * @param batch images of all executors in a step, where these are given
     */
    private record Training(String name, long values, long images, int share, int batch) {}

    private static final List<Training> TRAININGS = List.of(
            new Training("resnet20-cifar", 271_098, 50_000, 128, 128),
            new Training("resnet50", 25_610_152, 1_281_167, 32, 256),
            new Training("resnet152", 60_344_232, 1_281_167, 32, 256));

    private static final Map<String, Agreement> AGREEMENTS = new LinkedHashMap<>();

    static {
        AGREEMENTS.put("every step, ring", new Agreement(1, Exchange.RING));
        AGREEMENTS.put("every 16, ring", new Agreement(16, Exchange.RING));
        AGREEMENTS.put("every 16, driver", new Agreement(16, Exchange.DRIVER));
        AGREEMENTS.put("every 64, driver", new Agreement(64, Exchange.DRIVER));
    }

    private final Map<String, List<double[]>> steps;
    private final double speed;
    private final double latency;
    private final double price;

    private ScalingTables(Map<String, List<double[]>> steps, Map<String, Double> options) {
        this.steps = steps;
        this.speed = options.getOrDefault("speed", 1.0);
        this.latency = options.getOrDefault("latency", 1e-4);
        this.price = options.getOrDefault("price", 0.0);
    }

    /**
     * @param args the file of measured steps, then any of {@code speed=K}, an executor K times as fast; {@code latency=SECONDS};
     *     {@code price=P} of an executor for an hour
     */
    public static void main(String[] args) throws IOException {
        Map<String, Double> options = Stream.of(args)
                .skip(1)
                .map(arg -> arg.split("=", 2))
                .collect(Collectors.toMap(arg -> arg[0], arg -> Double.valueOf(arg[1])));
        Map<String, List<double[]>> steps = Files.readAllLines(Path.of(args[0])).stream()
                .skip(1)
                .map(line -> line.split(","))
                .collect(Collectors.groupingBy(
                        line -> line[0],
                        Collectors.mapping(
                                line -> new double[] {Double.parseDouble(line[1]), Double.parseDouble(line[2])},
                                Collectors.toList())));
        new ScalingTables(steps, options).print();
    }

    private void print() {
        System.out.printf(Locale.ROOT, "executor of speed %s, latency %s ms%n", number(speed), number(latency * 1000));
        limits();
        for (boolean weak : new boolean[] {true, false}) {
            for (Training training : TRAININGS) {
                rates(training, weak);
            }
        }
    }

    /** The straight line through the smallest and the largest batch. */
    private Workload workload(Training training) {
        List<double[]> measured = steps.get(training.name);
        double[] least = measured.get(0);
        double[] most = measured.get(measured.size() - 1);
        double image = (most[1] - least[1]) / (most[0] - least[0]);
        double fixed = most[1] - most[0] * image;
        return new Workload(training.values, training.images, fixed / speed, image / speed);
    }

    private ScalingModel model(double gigabits) {
        return new ScalingModel(Network.ethernet(gigabits, latency), MEASURED);
    }

    private void limits() {
        System.out.println("\nMost executors that pay:\n");
        System.out.println("| | "
                + TRAININGS.stream()
                        .map(training ->
                                training.name + ", " + training.share + " each | " + training.batch + " together")
                        .collect(Collectors.joining(" | "))
                + " |");
        System.out.println("|---".repeat(1 + 2 * TRAININGS.size()) + "|");
        for (double gigabits : GIGABITS) {
            AGREEMENTS.forEach((words, agreement) -> {
                ToIntFunction<Training> each = training ->
                        model(gigabits).worthwhile(MOST, agreement, workload(training), training.share, true);
                ToIntFunction<Training> together = training ->
                        model(gigabits).worthwhile(MOST, agreement, workload(training), training.batch, false);
                System.out.println("| " + number(gigabits) + " Gbit/s, " + words + " | "
                        + TRAININGS.stream()
                                .map(training -> each.applyAsInt(training) + " | " + together.applyAsInt(training))
                                .collect(Collectors.joining(" | "))
                        + " |");
            });
        }
    }

    private void rates(Training training, boolean weak) {
        int batch = weak ? training.share : training.batch;
        System.out.printf(
                Locale.ROOT,
                "%n%s, %d images in a step of %s: images/s (%s)%n%n",
                training.name,
                batch,
                weak ? "every executor" : "all executors",
                price == 0 ? "cost of an image; 1: on one executor" : "price of a million images");
        System.out.println(
                "| executors | " + SHOWN.stream().map(String::valueOf).collect(Collectors.joining(" | ")) + " |");
        System.out.println("|---".repeat(1 + SHOWN.size()) + "|");
        for (double gigabits : GIGABITS) {
            AGREEMENTS.forEach((words, agreement) -> System.out.println("| " + number(gigabits) + " Gbit/s, " + words
                    + " | "
                    + SHOWN.stream()
                            .map(ranks -> cell(ranks, agreement, training, batch, weak, model(gigabits)))
                            .collect(Collectors.joining(" | "))
                    + " |"));
        }
    }

    private String cell(
            int ranks, Agreement agreement, Training training, int batch, boolean weak, ScalingModel model) {
        Workload workload = workload(training);
        double rate = model.rate(ranks, agreement, workload, weak ? batch : (double) batch / ranks);
        if (Double.isNaN(rate)) {
            return "–";
        }
        double cost = price == 0
                ? 1 / model.efficiency(ranks, agreement, workload, batch, weak)
                : ranks * price / 3600 / rate * 1e6;
        return number(rate) + " (" + number(cost) + ")";
    }

    /** Three digits at least, none behind the point where there are as many before it. */
    private static String number(double value) {
        int decimals = value >= 100 || value == Math.rint(value) ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
