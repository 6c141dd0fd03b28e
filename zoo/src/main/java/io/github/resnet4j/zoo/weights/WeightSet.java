package io.github.resnet4j.zoo.weights;

/** Which weights to use from a file that holds both those of the last step and an average over many steps. */
public enum WeightSet {
    /** Those of the last step; the average, if the file has nothing else. */
    TRAINED,
    /** The average: of an exponential moving average (EMA) or of stochastic weight averaging (SWA). */
    AVERAGED
}
