package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.report.EpochRow;
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

    /** The last epoch with a higher accuracy or a lower loss than any before; 0 if there is none. */
    static int improved(List<EpochRow> rows) {
        double loss = Double.POSITIVE_INFINITY;
        double top1 = -1;
        int improved = 0;
        for (EpochRow row : rows) {
            if (row.evaluated() && (row.valLoss() < loss || row.valTop1() > top1)) {
                improved = row.epoch();
                loss = Math.min(loss, row.valLoss());
                top1 = Math.max(top1, row.valTop1());
            }
        }
        return improved;
    }

    /** Why the run ended with the last of its epochs. */
    String words(List<EpochRow> rows, int planned) {
        return "stopped early, after epoch " + rows.get(rows.size() - 1).epoch() + " of " + planned
                + ": neither validation accuracy nor loss has been better than in epoch " + improved(rows)
                + " and before (train.patience " + epochs.orElseThrow() + ")";
    }
}
