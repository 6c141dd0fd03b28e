package io.github.resnet4j.bench;

import io.github.resnet4j.zoo.network.Network;
import java.io.IOException;

/** A contestant in a JVM of its own; a row of {@link Who} names the class, which has a constructor without arguments. */
interface JvmContestant {
    /**
     * Builds the network and a random batch, ready to be trained.
     *
     * @throws AbsentException if something it needs is not installed
     * @throws IOException if it cannot be built
     */
    Work train(Network network, int batch) throws AbsentException, IOException;

    /**
     * Builds the network and a random batch, ready to be put through it.
     *
     * @throws AbsentException if something it needs is not installed
     * @throws IOException if it cannot be built
     */
    Work infer(Network network, int batch) throws AbsentException, IOException;

    /**
     * A network and a batch in memory.
     *
     * @param parameters trained values of the network, as this contestant counts them
     * @param description software, version, and what matters of its settings
     * @param step computes the batch once, and has the result when it returns
     */
    record Work(long parameters, String description, Runnable step) {}
}
