package io.github.resnet4j.datasets.loader;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.transform.SampleRandom;

/** Where a loader gets the values of its samples from. Several threads share one source. */
@FunctionalInterface
public interface SampleSource {
    /**
     * What sample {@code index} is made from, whichever view of it is wanted.
     *
     * @throws io.github.resnet4j.datasets.BadDataException if it cannot be read
     */
    Sample read(int index);

    /** A sample that was read. */
    @FunctionalInterface
    interface Sample {
        /**
         * Writes a view of the sample as planes (C×H×W), every one of its values, and those of its target where the loader
         * has targets.
         *
         * @param view the number of the view: the epoch, or one of {@link LoaderOptions#views()}
         * @param random the random numbers of this view, the only source of randomness
         * @param slot where to
         * @throws io.github.resnet4j.datasets.image.BadImageException if the sample turns out to be undecodable
         */
        void write(int view, SampleRandom random, Slot slot);
    }

    /**
     * Where a sample of a batch belongs. Its neighbours are written at the same time.
     *
     * @param features of the batch
     * @param at where those of the sample begin
     * @param targets of the batch; empty where samples have labels only
     * @param targetAt where that of the sample begins
     */
    record Slot(float[] features, int at, float[] targets, int targetAt) {
        /** Of a sample with a label only. */
        public Slot(float[] features, int at) {
            this(features, at, new float[0], 0);
        }
    }

    /** The images of a data set, each made into a sample by {@code writer}. */
    static SampleSource of(ImageDataset dataset, SampleWriter writer) {
        return index -> {
            LazyImage image = dataset.open(index);
            return (view, random, slot) -> writer.write(image, random, slot.features(), slot.at());
        };
    }
}
