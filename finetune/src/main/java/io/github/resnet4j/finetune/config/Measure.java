package io.github.resnet4j.finetune.config;

/** What an experiment compares its runs by. */
public enum Measure {
    /** {@code test-error}: share of the test images classified wrongly after the last epoch. */
    TEST_ERROR("test error"),
    /**
     * {@code training-error}: share of the training images classified wrongly during the last epoch, as augmented and
     * while the weights change, which is what the papers plot.
     */
    TRAINING_ERROR("training error"),
    /** {@code training-time}: time to train on one image, in the median epoch. */
    TRAINING_TIME("training time"),
    /**
     * {@code lesion-error}: test error of the trained network without one of its residual blocks, or of its layers if it has
     * no blocks; the median over those that can be removed (Veit et al. 2016, section 4.1).
     */
    LESION_ERROR("test error without a block");

    private final String words;

    Measure(String words) {
        this.words = words;
    }

    /** In words: {@code test error}. */
    public String words() {
        return words;
    }
}
