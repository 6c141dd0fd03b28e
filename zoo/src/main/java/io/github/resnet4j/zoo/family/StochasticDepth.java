package io.github.resnet4j.zoo.family;

import io.github.resnet4j.zoo.OptionReader;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Per;
import io.github.resnet4j.zoo.network.Op.StochasticSum.Scaling;
import java.util.Map;

/**
 * Stochastic depth (Huang et al. 2016, arXiv:1603.09382), for every family of residual networks: in training, the l-th of
 * L blocks counts with probability {@code 1 - l/L (1 - survival)}, the paper's linear decay.
 *
 * @param survival probability of the last block to count, above 0 and at most 1; 1 is constant depth
 * @param scaling what keeps the mean of a block the same in training and afterwards
 * @param per what is dropped together
 */
public record StochasticDepth(double survival, Scaling scaling, Per per) {
    /** All blocks count in every step. */
    public static final StochasticDepth OFF = new StochasticDepth(1, Scaling.AT_TEST, Per.BATCH);

    private static final String SURVIVAL = "stochastic-depth";
    private static final String SCALING = "stochastic-depth-scaling";
    private static final String PER = "stochastic-depth-per";

    /** Below, the last blocks would hardly ever be trained. */
    private static final double LEAST_SURVIVAL = 0.001;

    public StochasticDepth {
        if (!(survival > 0 && survival <= 1)) {
            throw new IllegalArgumentException(
                    "stochastic depth needs a survival probability above 0 and at most 1, got " + survival);
        }
    }

    /** Adds its options to those of a spec. */
    void addTo(Map<String, String> options) {
        options.put(SURVIVAL, survival == 1 ? "1" : String.valueOf(survival));
        options.put(SCALING, scaling.toString());
        options.put(PER, per.toString());
    }

    /** The same with what the options say. */
    StochasticDepth with(OptionReader read) {
        return new StochasticDepth(
                read.number(SURVIVAL, survival, LEAST_SURVIVAL, 1),
                read.choice(SCALING, scaling, Scaling.class),
                read.choice(PER, per, Per.class));
    }

    /**
     * Writes the sum of a block's branch and shortcut.
     *
     * @param block the block's number, from 1
     * @param blocks how many the network has
     * @return the name of the node
     */
    String sum(NetworkWriter net, String name, String branch, String shortcut, int block, int blocks) {
        if (survival == 1) {
            return net.sum(name, branch, shortcut);
        }
        double kept = 1 - (double) block / blocks * (1 - survival);
        return net.add(name, new Op.StochasticSum(kept, scaling, per), branch, shortcut);
    }
}
