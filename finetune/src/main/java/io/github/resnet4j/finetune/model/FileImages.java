package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.files.Digest;
import java.nio.file.Path;
import java.util.List;

/** Image files without labels, for the loader: all are of one class. */
record FileImages(List<Path> files, long maxPixels) implements ImageDataset {
    @Override
    public int size() {
        return files.size();
    }

    @Override
    public List<String> classes() {
        return List.of("unlabelled");
    }

    @Override
    public int label(int index) {
        return 0;
    }

    @Override
    public String name(int index) {
        return files.get(index).toString();
    }

    @Override
    public Rgb8Image image(int index) {
        return ImageDecoder.decode(files.get(index), maxPixels);
    }

    @Override
    public LazyImage open(int index) {
        return ImageDecoder.open(files.get(index), maxPixels);
    }

    @Override
    public void check(int index) {
        ImageDecoder.check(files.get(index), maxPixels);
    }

    /** Of the paths alone. */
    @Override
    public String fingerprint() {
        Digest digest = Digest.sha256();
        files.forEach(file -> digest.add(file.toString(), 0));
        return digest.hex();
    }
}
