package io.github.resnet4j.spark.train;

import java.io.Serializable;

/**
 * How the executors come to have the same parameters.
 *
 * @param every so many steps they average all they hold, at least 1; 1: they sum the gradients of every step instead
 * @param exchange how their values get to each other
 */
public record Agreement(int every, Exchange exchange) implements Serializable {
    /** From so many steps on, the time that Spark needs for a job does not matter much. */
    static final int EVERY_OF_DRIVER = 8;

    /** How values get from executor to executor. */
    public enum Exchange {
        /**
         * From executor to executor over connections of their own, for the length of a job: fast, but one executor that is lost
         * costs all steps since the last checkpoint, which are taken again.
         */
        RING,
        /** By Spark alone: to the driver, which averages, and back as a broadcast. A job for every average. */
        DRIVER
    }

    /** Throws {@link IllegalArgumentException} unless {@code every} is at least 1. */
    public Agreement {
        if (every < 1) {
            throw new IllegalArgumentException("parameters can be averaged every 1 or more steps, not every " + every);
        }
    }

    /** With the exchange that suits the interval. */
    public static Agreement every(int steps) {
        return new Agreement(steps, steps < EVERY_OF_DRIVER ? Exchange.RING : Exchange.DRIVER);
    }

    /** Whether the gradients of every step are summed, so that the replicas never differ. */
    boolean isSynchronous() {
        return every == 1 && exchange == Exchange.RING;
    }

    /** For people. */
    String words() {
        return isSynchronous()
                ? " that sum the gradients of every step"
                : " that average all they hold every " + (every == 1 ? "step" : every + " steps");
    }
}
