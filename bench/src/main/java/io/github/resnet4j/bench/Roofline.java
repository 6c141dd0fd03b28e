package io.github.resnet4j.bench;

import io.github.resnet4j.engine.InferencePlan;
import io.github.resnet4j.engine.PeakFlops;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.TrainingPlan;
import io.github.resnet4j.engine.report.PlanProfile;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How close the engine's plans come to this machine's peak, measured by a product of two large matrices, and how close
 * each kind of step comes.
 */
public final class Roofline {
    private static final int PRODUCTS = 30;
    private static final int ROUNDS = 7;

    private Roofline() {}

    /**
     * Prints the peak alone, or followed by the profiles of the named networks.
     *
     * @param args {@code peak}, or {@code roofline} and networks of the table; without any, all
     */
    public static void main(String[] args) {
        List<String> names = new ArrayList<>(List.of(args));
        boolean peakOnly = names.remove(0).equals("peak");
        List<Workload> chosen;
        try {
            Set<String> networks = names.isEmpty()
                    ? Set.copyOf(Workload.networks())
                    : OptionNames.networks().of(names);
            chosen = Workload.TABLE.stream()
                    .filter(workload -> networks.contains(workload.network()))
                    .toList();
        } catch (IllegalArgumentException e) {
            System.err.println("error: " + e.getMessage());
            System.exit(2);
            return;
        }
        double peak = PeakFlops.gigaflops(PRODUCTS);
        System.out.printf(Locale.ROOT, "peak: %.0f GFLOP/s, best of %d matrix products%n", peak, PRODUCTS);
        for (Workload workload : peakOnly ? List.<Workload>of() : chosen) {
            print(workload, peak);
        }
    }

    private static void print(Workload workload, double peak) {
        Dl4jBatch dl4j = Dl4jBatch.create(workload.built(), workload.batch());
        PlanProfile profile = workload.mode() == Mode.TRAIN ? training(dl4j) : inference(dl4j);
        System.out.printf(
                Locale.ROOT,
                "%n%s: %.1f images/s, %.0f %% of peak%n%s",
                workload.title(),
                profile.imagesPerSecond(),
                100 * profile.gigaflops() / peak,
                profile.table(peak));
        NetworkGraph.close(dl4j.graph());
    }

    private static PlanProfile training(Dl4jBatch dl4j) {
        try (TrainingPlan plan =
                TrainingPlan.compile(dl4j.graph(), dl4j.network().input(), Sgd.paper())) {
            return plan.profile(dl4j.images(), dl4j.targets(), ROUNDS);
        }
    }

    private static PlanProfile inference(Dl4jBatch dl4j) {
        int batch = Math.toIntExact(dl4j.images().size(0));
        dl4j.settle();
        try (InferencePlan plan =
                InferencePlan.compile(dl4j.graph(), dl4j.network().input(), batch)) {
            return plan.profile(dl4j.images(), ROUNDS);
        }
    }
}
