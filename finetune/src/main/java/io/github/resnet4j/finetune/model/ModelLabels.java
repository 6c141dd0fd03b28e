package io.github.resnet4j.finetune.model;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.finetune.UsageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Images labelled with a model's classes: class folders are matched with the model's classes by name, in any order, and
 * may be a subset. If either side has no names, they are matched by order.
 */
public final class ModelLabels implements ImageDataset {
    private static final int MOST_NAMES = 10;

    private final ImageDataset images;
    private final List<String> classes;
    private final int[] labels;

    private ModelLabels(ImageDataset images, List<String> classes, int[] labels) {
        this.images = images;
        this.classes = classes;
        this.labels = labels;
    }

    /**
     * By name.
     *
     * @param classes the model's, in the order of its outputs; a name may be there twice (ImageNet has two cranes)
     * @param remarks receives the classes of the model without images
     * @throws UsageException naming all classes of the images that the model does not have, or has more than once
     */
    public static ImageDataset byName(ImageDataset images, List<String> classes, Consumer<String> remarks) {
        Map<String, Integer> positions = new HashMap<>();
        TreeSet<String> twice = new TreeSet<>();
        for (int i = 0; i < classes.size(); i++) {
            if (positions.putIfAbsent(classes.get(i), i) != null) {
                twice.add(classes.get(i));
            }
        }
        List<String> problems = new ArrayList<>();
        List<String> unknown = images.classes().stream()
                .filter(name -> !positions.containsKey(name))
                .toList();
        if (!unknown.isEmpty()) {
            Optional<String> near = unknown.size() == 1 ? Suggest.nearest(unknown.get(0), classes) : Optional.empty();
            problems.add("the model does not know " + some(unknown)
                    + near.map(name -> " (did you mean " + name + "?)").orElse("") + "; its " + classes.size()
                    + " classes are " + some(classes));
        }
        List<String> ambiguous =
                images.classes().stream().filter(twice::contains).toList();
        if (!ambiguous.isEmpty()) {
            problems.add("the model has several classes called " + some(ambiguous)
                    + "; give them distinct names with --class-names");
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("; ", problems));
        }
        int[] labels = images.classes().stream().mapToInt(positions::get).toArray();
        remarkMissing(images, classes, labels, remarks);
        return new ModelLabels(images, List.copyOf(classes), labels);
    }

    /**
     * By order.
     *
     * @param classes number of the model's classes
     * @param remarks receives the assumed order
     * @throws UsageException if the images have another number of classes
     */
    public static ImageDataset inOrder(ImageDataset images, int classes, Consumer<String> remarks) {
        List<String> here = images.classes();
        if (here.size() != classes) {
            throw new UsageException("the model has " + classes + " classes, the images have " + here.size() + " ("
                    + some(here) + "); the model does not name its classes, so name them with --class-names");
        }
        remarks.accept("the model's classes have no names; assuming these, in this order: " + some(here)
                + "; if it was trained in another order, name its classes with --class-names");
        return images;
    }

    private static void remarkMissing(
            ImageDataset images, List<String> classes, int[] labels, Consumer<String> remarks) {
        long[] counts = images.classCounts();
        boolean[] there = new boolean[classes.size()];
        for (int i = 0; i < labels.length; i++) {
            there[labels[i]] = counts[i] > 0;
        }
        List<String> missing = IntStream.range(0, classes.size())
                .filter(i -> !there[i])
                .mapToObj(classes::get)
                .toList();
        if (!missing.isEmpty()) {
            remarks.accept("measured on " + (classes.size() - missing.size()) + " of the model's " + classes.size()
                    + " classes: there are no images of " + some(missing) + ", which the model may still predict");
        }
    }

    private static String some(List<String> names) {
        String shown = names.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
        return names.size() > MOST_NAMES ? shown + ", … (" + names.size() + ")" : shown;
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
        return labels[images.label(index)];
    }

    @Override
    public String name(int index) {
        return images.name(index);
    }

    @Override
    public Rgb8Image image(int index) {
        return images.image(index);
    }

    @Override
    public LazyImage open(int index) {
        return images.open(index);
    }

    @Override
    public void check(int index) {
        images.check(index);
    }

    @Override
    public String fingerprint() {
        return images.fingerprint();
    }

    @Override
    public long lastModified(int index) {
        return images.lastModified(index);
    }
}
