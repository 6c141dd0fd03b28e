package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.files.Digest;
import java.util.List;

/** Some of the images of another data set, with all of its classes. */
final class Subset implements ImageDataset {
    private final ImageDataset whole;
    private final int[] indices;
    private final boolean fold;
    private final String fingerprint;

    Subset(ImageDataset whole, int[] indices) {
        this(whole, indices, false);
    }

    private Subset(ImageDataset whole, int[] indices, boolean fold) {
        this.whole = whole;
        this.indices = indices;
        this.fold = fold;
        Digest sum = Digest.sha256();
        for (int index : indices) {
            sum.add(whole.fingerprint(), index);
        }
        this.fingerprint = sum.hex();
    }

    /** A part whose {@link #whole} is {@code whole}. */
    static Subset ofWhole(ImageDataset whole, int[] indices) {
        return new Subset(whole, indices, true);
    }

    @Override
    public ImageDataset whole() {
        return fold ? whole : this;
    }

    @Override
    public int indexInWhole(int index) {
        return fold ? indices[index] : index;
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public List<String> classes() {
        return whole.classes();
    }

    @Override
    public int label(int index) {
        return whole.label(indices[index]);
    }

    @Override
    public String name(int index) {
        return whole.name(indices[index]);
    }

    @Override
    public Rgb8Image image(int index) {
        return whole.image(indices[index]);
    }

    @Override
    public LazyImage open(int index) {
        return whole.open(indices[index]);
    }

    @Override
    public void check(int index) {
        whole.check(indices[index]);
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public long lastModified(int index) {
        return whole.lastModified(indices[index]);
    }
}
