package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;

/** Labelled images in a fixed order. Everything but {@link #image} is in memory. */
public interface ImageDataset extends Samples {
    /**
     * The image; files are decoded on every call.
     *
     * @throws BadDataException if it cannot be read
     */
    Rgb8Image image(int index);

    /**
     * The image, to be decoded when its pixels are asked for.
     *
     * @throws BadDataException if it cannot be read
     */
    default LazyImage open(int index) {
        return image(index);
    }

    @Override
    default ImageDataset whole() {
        return this;
    }

    /** {@code size} samples spread evenly over the data set, or all of them if it has fewer. */
    default ImageDataset limit(int size) {
        if (size >= size()) {
            return this;
        }
        int[] indices = new int[size];
        for (int i = 0; i < size; i++) {
            indices[i] = (int) ((long) i * size() / size);
        }
        return new Subset(this, indices);
    }
}
