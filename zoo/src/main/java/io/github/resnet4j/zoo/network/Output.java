package io.github.resnet4j.zoo.network;

/** What the value of a network's last node means, and so the loss that the network is trained with. */
public sealed interface Output {
    /** Label of places that no class is given for: they count in no loss. Hence, a map has at most this many classes. */
    int VOID = 255;

    /** One class for the whole image: N×classes logits, trained with the cross-entropy of their softmax. */
    record Classes() implements Output {}

    /**
     * One class at each place: N×classes×H×W logits, trained with the cross-entropy of their softmax over the classes. A
     * label is a class from 0, or {@link #VOID}. The loss is PyTorch's {@code CrossEntropyLoss(ignore_index=255)}.
     */
    record ClassMap() implements Output {}

    /** Values N×C×H×W, such as those of pixels, trained to be near others. */
    record Values(Distance distance) implements Output {}

    /** How far values are from what they are to be, as a mean over all of them. */
    enum Distance {
        /** The absolute difference: PyTorch's {@code L1Loss}. It has no gradient where there is no difference. */
        L1,
        /** The squared difference: PyTorch's {@code MSELoss}. */
        L2
    }
}
