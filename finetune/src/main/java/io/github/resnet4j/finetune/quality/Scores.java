package io.github.resnet4j.finetune.quality;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The probabilities of all classes for labelled images. Of so many that they would not fit into 64 MB, every second is kept,
 * or every fourth, and so on, in the order in which they come.
 */
public final class Scores {
    private static final long MOST_VALUES = 1 << 24;

    private final int classes;
    private final long mostValues;
    private final List<Row> rows = new ArrayList<>();
    private long seen;
    private long stride = 1;

    /**
     * One image.
     *
     * @param index in the data set
     * @param actual its class
     * @param probabilities of all classes
     */
    public record Row(int index, int actual, float[] probabilities) {}

    /** @param classes how many the network knows */
    public Scores(int classes) {
        this(classes, MOST_VALUES);
    }

    Scores(int classes, long mostValues) {
        this.classes = classes;
        this.mostValues = mostValues;
    }

    /**
     * Adds an image.
     *
     * @param index in the data set
     * @param actual its class
     * @param probabilities of the batch
     * @param from where those of the image begin
     */
    public void add(int index, int actual, float[] probabilities, int from) {
        if (seen++ % stride != 0) {
            return;
        }
        float[] own = new float[classes];
        System.arraycopy(probabilities, from, own, 0, classes);
        rows.add(new Row(index, actual, own));
        if (rows.size() > 1 && (long) rows.size() * classes > mostValues) {
            List<Row> kept = new ArrayList<>();
            for (int i = 0; i < rows.size(); i += 2) {
                kept.add(rows.get(i));
            }
            rows.clear();
            rows.addAll(kept);
            stride *= 2;
        }
    }

    /** How many images are kept. */
    public int size() {
        return rows.size();
    }

    /** The probabilities of an image, by its index in the data set; absent if it was not kept. Not to be changed. */
    public Optional<float[]> of(int index) {
        return rows.stream().filter(row -> row.index == index).findFirst().map(Row::probabilities);
    }

    int classes() {
        return classes;
    }

    /** The images that are kept, in the order in which they came. Not to be changed. */
    public List<Row> rows() {
        return Collections.unmodifiableList(rows);
    }
}
