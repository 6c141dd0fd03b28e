package io.github.resnet4j.engine;

import java.util.List;
import java.util.OptionalDouble;

/** How gradients change parameters: an optimiser of {@code torch.optim} without its learning rate, which every step is given. */
public sealed interface Optimizer permits Sgd, AdamW {
    /** Which parameters weight decay covers. */
    enum DecayOn {
        /** All that are trained, as in He et al. and torchvision. */
        ALL,
        /** All but biases and BN's scale and shift (Goyal et al. 2017, section 5.3). */
        NO_NORM_BIAS
    }

    /** The share of a parameter that is taken away, for a learning rate of 1. */
    double weightDecay();

    /** Which parameters decay. */
    DecayOn decayOn();

    /**
     * If present, the gradients of all trained parameters together are scaled down to this L2 norm, as {@code
     * torch.nn.utils.clip_grad_norm_}; BN's running statistics are not touched.
     */
    OptionalDouble clipNorm();

    /** Names of what it remembers of every parameter: {@code velocity}, for example. */
    List<String> stateNames();
}
