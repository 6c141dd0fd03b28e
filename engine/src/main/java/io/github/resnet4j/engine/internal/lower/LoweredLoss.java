package io.github.resnet4j.engine.internal.lower;

/** A loss. Its backward pass computes it and begins the way back: there is no gradient above it. */
abstract class LoweredLoss extends Lowered {
    final Losses losses;

    /** Of the last execution: the sum of the batch's losses. */
    double sum;

    /** What this sum is divided by to get the mean. */
    double total;

    /** How many images or places had their largest logit at the label. */
    int correct;

    /** How many could have had it. */
    int counted;

    LoweredLoss(Context context, int position, Losses losses) {
        super(context, position);
        this.losses = losses;
        losses.add(this);
    }
}
