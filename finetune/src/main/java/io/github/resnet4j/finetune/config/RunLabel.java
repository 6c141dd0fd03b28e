package io.github.resnet4j.finetune.config;

/**
 * Names a run of an experiment. In a file it must be the {@code label} of one of the experiment's runs.
 *
 * @param text the label
 */
public record RunLabel(String text) {
    /** The label. */
    @Override
    public String toString() {
        return text;
    }
}
