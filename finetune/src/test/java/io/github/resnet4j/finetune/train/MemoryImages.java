package io.github.resnet4j.finetune.train;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Images of noise in memory, labelled 0, 1, …, 0, 1, …; the label's channel is brighter, so that there is something to learn. */
public final class MemoryImages implements ImageDataset {
    public static final int SIDE = 8;

    private final List<String> classes;
    private final List<Rgb8Image> images = new ArrayList<>();

    public MemoryImages(List<String> classes, int size, long seed) {
        this.classes = classes;
        Random random = new Random(seed);
        for (int i = 0; i < size; i++) {
            byte[] pixels = new byte[SIDE * SIDE * 3];
            for (int p = 0; p < pixels.length; p++) {
                pixels[p] = (byte) (random.nextInt(156) + (p % 3 == i % classes.size() ? 100 : 0));
            }
            images.add(new Rgb8Image(SIDE, SIDE, pixels));
        }
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int label(int index) {
        return index % classes.size();
    }

    @Override
    public String name(int index) {
        return "noise-" + index;
    }

    @Override
    public Rgb8Image image(int index) {
        return images.get(index);
    }

    @Override
    public String fingerprint() {
        return "noise";
    }
}
