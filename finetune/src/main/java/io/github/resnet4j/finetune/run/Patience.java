package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import java.util.List;
import java.util.Optional;

/**
 * How long a run goes on without getting better. What it says follows from the log alone, so that a resumed run ends where
 * an uninterrupted one does.
 *
 * @param epochs how many without an improvement end the run; absent: none do
 * @param from epochs that are done when the last part thaws, before which no run ends
 */
record Patience(Optional<Integer> epochs, int from) {

    static Patience of(RunConfig config) {
        List<Phase> phases = Phase.of(config);
        return new Patience(
                config.train().monitoring().patience(),
                phases.get(phases.size() - 1).from());
    }

    /** Whether a run ends with the last of its epochs, which is one that was evaluated. */
    boolean isExhausted(List<EpochRow> rows) {
        if (epochs.isEmpty() || rows.isEmpty()) {
            return false;
        }
        EpochRow last = rows.get(rows.size() - 1);
        return last.evaluated() && last.epoch() - Math.max(from, improved(rows)) >= epochs.get();
    }

    /** The last epoch with a better main figure or a lower loss than any before; 0 if there is none. */
    static int improved(List<EpochRow> rows) {
        double loss = Double.POSITIVE_INFINITY;
        double best = Double.NaN;
        int improved = 0;
        for (EpochRow row : rows) {
            if (!row.evaluated()) {
                continue;
            }
            double bestBefore = best;
            boolean better = row.main()
                    .map(metric -> Double.isNaN(bestBefore) || metric.better(row.val(metric), bestBefore))
                    .orElse(false);
            improved = better || row.valLoss() < loss ? row.epoch() : improved;
            best = better ? row.mainValue() : best;
            loss = Math.min(loss, row.valLoss());
        }
        return improved;
    }

    /** Why the run ended with the last of its epochs. */
    String words(List<EpochRow> rows, int planned) {
        return "stopped early, after epoch " + rows.get(rows.size() - 1).epoch() + " of " + planned
                + ": neither validation " + words(rows) + " nor loss has been better than in epoch " + improved(rows)
                + " and before (train.patience " + epochs.orElseThrow() + ")";
    }

    private static String words(List<EpochRow> rows) {
        return rows.get(rows.size() - 1)
                .main()
                .filter(metric -> !metric.equals(Metric.TOP1))
                .map(Metric::label)
                .orElse("accuracy");
    }
}
