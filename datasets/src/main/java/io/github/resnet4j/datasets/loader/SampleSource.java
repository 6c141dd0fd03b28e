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
         * Writes a view of the sample as planes (C×H×W), every one of its values.
         *
         * @param view the number of the view: the epoch, or one of {@link LoaderOptions#views()}
         * @param random the random numbers of this view, the only source of randomness
         * @param out where to, from {@code offset} on
         * @throws io.github.resnet4j.datasets.image.BadImageException if the sample turns out to be undecodable
         */
        void write(int view, SampleRandom random, float[] out, int offset);
    }

    /** The images of a data set, each made into a sample by {@code writer}. */
    static SampleSource of(ImageDataset dataset, SampleWriter writer) {
        return index -> {
            LazyImage image = dataset.open(index);
            return (view, random, out, offset) -> writer.write(image, random, out, offset);
        };
    }
}
