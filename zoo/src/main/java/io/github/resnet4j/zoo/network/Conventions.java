package io.github.resnet4j.zoo.network;

/**
 * What a paper leaves to the framework. Where these differ, the same architecture has other tensors or gives other
 * logits, so published weights fit only a network with the same conventions.
 *
 * @param convBias convolutions have biases, also in front of BN, which takes their effect away in training
 * @param bnEps what BN adds to the variance, above 0
 * @param bnDecay weight of the old running average of BN, at least 0 and below 1; PyTorch's momentum is 1 minus this
 * @param padding where convolutions put their zeros
 */
public record Conventions(boolean convBias, double bnEps, double bnDecay, Padding padding) {

    /** Where convolutions put the zeros that make {@code ceil(n / stride)} rows of {@code n}. */
    public enum Padding {
        /** {@code kernel / 2} on every side: PyTorch, and Keras Applications by explicit layers. */
        SYMMETRIC,
        /**
         * Just as many as the windows need, an odd one at the bottom and at the right: TensorFlow's {@code same}. With
         * stride 2 an even number of rows gets none at the top.
         */
        TF_SAME
    }

    /** torchvision: no biases, eps 1e-5, decay 0.9. */
    public static final Conventions TORCHVISION = new Conventions(false, 1e-5, 0.9, Padding.SYMMETRIC);
    /** {@code keras.applications.resnet}: biases, eps 1.001e-5, decay 0.99. */
    public static final Conventions KERAS_APPLICATIONS = new Conventions(true, 1.001e-5, 0.99, Padding.SYMMETRIC);
    /** Keras layers as they come, with {@code padding="same"}: biases, eps 1e-3, decay 0.99. */
    public static final Conventions KERAS = new Conventions(true, 1e-3, 0.99, Padding.TF_SAME);

    public Conventions {
        if (!(bnEps > 0)) {
            throw new IllegalArgumentException("BN's eps must be positive, got " + bnEps);
        }
        if (!(bnDecay >= 0 && bnDecay < 1)) {
            throw new IllegalArgumentException("BN's decay must be in [0, 1), got " + bnDecay);
        }
    }
}
