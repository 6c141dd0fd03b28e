package io.github.resnet4j.finetune.lesion;

/** Kendall's rank correlation: how far an order is from the original one. */
final class KendallTau {
    private KendallTau() {}

    /**
     * Of an order without ties: 1 for the original, -1 for its reverse.
     *
     * @param order the items 0 to n - 1 as they stand now; fewer than two have the only order there is
     */
    static double of(int[] order) {
        long discordant = 0;
        for (int i = 0; i < order.length; i++) {
            for (int j = i + 1; j < order.length; j++) {
                discordant += order[i] > order[j] ? 1 : 0;
            }
        }
        long pairs = (long) order.length * (order.length - 1) / 2;
        return pairs == 0 ? 1 : 1 - 2.0 * discordant / pairs;
    }
}
