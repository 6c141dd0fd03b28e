package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.report.Numbers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Notices a training that goes wrong while all its numbers still are numbers: losses far above what they were. */
final class LossWatch {
    private static final int REMEMBERED = 100;
    private static final int FEWEST = 20;
    private static final int IN_A_ROW = 20;
    private static final double TIMES = 10;

    private final Deque<Double> last = new ArrayDeque<>();
    private int high;

    /**
     * Takes in the loss of a step.
     *
     * @param iteration its number, from 1
     * @return a warning, once for all the steps in a row that it is about
     */
    Optional<String> add(long iteration, double loss) {
        double median = median();
        // A few losses tell nothing yet, and one of nothing is no measure.
        boolean isHigh = last.size() >= FEWEST && median > 0 && loss > TIMES * median;
        high = isHigh ? high + 1 : 0;
        if (!isHigh) {
            // What is compared with are losses as they should be.
            last.addLast(loss);
            if (last.size() > REMEMBERED) {
                last.removeFirst();
            }
        }
        return high == IN_A_ROW
                ? Optional.of("warning: the loss of the last " + IN_A_ROW + " iterations, now " + Numbers.loss(loss)
                        + " at iteration " + iteration + ", is more than " + (int) TIMES + " times what it was ("
                        + Numbers.loss(median) + "): the training diverges; a lower learning rate, a warm-up or"
                        + " train.clip-norm helps")
                : Optional.empty();
    }

    private double median() {
        return last.isEmpty()
                ? 0
                : last.stream()
                        .mapToDouble(each -> each)
                        .sorted()
                        .skip(last.size() / 2)
                        .findFirst()
                        .orElseThrow();
    }
}
