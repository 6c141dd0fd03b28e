package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/** Images of 2×1 pixels whose first byte is their number; some cannot be read. */
public class LabelledImages implements ImageDataset {
    private final int[] labels;
    private final Set<Integer> bad = ConcurrentHashMap.newKeySet();
    private final Set<Integer> damaged = ConcurrentHashMap.newKeySet();
    private final List<Integer> decoded = new CopyOnWriteArrayList<>();

    public LabelledImages(int... labels) {
        this.labels = labels;
    }

    /** Images that already the check finds bad. */
    public LabelledImages bad(int... indices) {
        Arrays.stream(indices).forEach(bad::add);
        return this;
    }

    /** Images that only decoding finds bad. */
    public LabelledImages damaged(int... indices) {
        Arrays.stream(indices).forEach(damaged::add);
        return this;
    }

    /** The images that were asked for, in that order. */
    public List<Integer> decoded() {
        return decoded;
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public List<String> classes() {
        return IntStream.rangeClosed(0, Arrays.stream(labels).max().orElse(0))
                .mapToObj(label -> "class" + label)
                .toList();
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public String name(int index) {
        return "image" + index;
    }

    @Override
    public Rgb8Image image(int index) {
        decoded.add(index);
        if (bad.contains(index) || damaged.contains(index)) {
            throw new BadDataException("image" + index + ": cannot be read");
        }
        return new Rgb8Image(2, 1, new byte[] {(byte) index, 1, 2, 3, 4, 5});
    }

    @Override
    public void check(int index) {
        if (bad.contains(index)) {
            throw new BadDataException("image" + index + ": cannot be read");
        }
    }

    @Override
    public String fingerprint() {
        return "labelled images " + Arrays.toString(labels);
    }
}
