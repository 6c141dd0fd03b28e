package io.github.resnet4j.zoo.weights;

/** Which weights are meant, of a file that has the weights of the last step and an average over many steps. */
public enum WeightSet {
    /** Those of the last step; the average, if the file has nothing else. */
    TRAINED,
    /** The average: of an exponential moving average (EMA) or of stochastic weight averaging (SWA). */
    AVERAGED
}
