package io.github.resnet4j.datasets;

/**
 * Training and validation images, with the same classes.
 *
 * @param how where the two come from, for the run's report
 */
public record TrainVal(ImageDataset train, ImageDataset val, String how) {
    public TrainVal {
        if (!train.classes().equals(val.classes())) {
            throw new IllegalArgumentException("classes differ: " + train.classes() + " and " + val.classes());
        }
    }
}
