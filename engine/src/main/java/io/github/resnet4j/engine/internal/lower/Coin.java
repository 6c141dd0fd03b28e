package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;

/** Whether the branch of a sum counts in the next execution, for all images of a batch alike. */
record Coin(Operation.StochasticSum sum, DropoutMask draw) {

    boolean kept() {
        return draw.draws(sum.name()).get(0) < sum.survival();
    }
}
