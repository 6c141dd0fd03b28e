package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.spark.InferenceOptions.DataFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;

/** Matches the classes of data with those of a model, on the driver, before anything is computed. */
public record LabelMatching(Labels labels) {
    /** For what is not evaluated. */
    public static final LabelMatching NONE = new LabelMatching(new Labels(Map.of(), List.of(), 0));

    private static final int MOST_NAMES = 10;

    /**
     * Matches them.
     *
     * @param classes the model's
     * @param byName whether by their names; otherwise in their order
     * @param remarks receives classes without images, and an assumed order
     * @throws UsageException if the data has a class that the model does not have, or another number of classes
     */
    public static LabelMatching of(
            Inputs inputs,
            Inputs.Tables tables,
            List<String> classes,
            boolean byName,
            Configuration configuration,
            Consumer<String> remarks) {
        if (inputs.format() == DataFormat.PARQUET) {
            return new LabelMatching(
                    tables.columns().numbered()
                            ? new Labels(Map.of(), List.of(), classes.size())
                            : new Labels(positions(classes, new TreeSet<>()), List.of(), 0));
        }
        boolean shards = inputs.format() == DataFormat.SHARDS;
        List<String> names = shards ? inputs.shardClasses(configuration) : inputs.labels();
        if (shards && names.isEmpty()) {
            remarks.accept(
                    "the shards have no classes.txt beside them; assuming that the numbers in .cls are the model's");
            return new LabelMatching(new Labels(Map.of(), List.of(), classes.size()));
        }
        List<Integer> matched = byName ? byName(names, classes, remarks) : inOrder(names, classes, remarks);
        if (shards) {
            return new LabelMatching(new Labels(Map.of(), matched, classes.size()));
        }
        Map<String, Integer> byFolder = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            byFolder.put(names.get(i), matched.get(i));
        }
        return new LabelMatching(new Labels(byFolder, List.of(), 0));
    }

    private static Map<String, Integer> positions(List<String> classes, TreeSet<String> twice) {
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < classes.size(); i++) {
            if (positions.putIfAbsent(classes.get(i), i) != null) {
                twice.add(classes.get(i));
            }
        }
        return positions;
    }

    private static List<Integer> byName(List<String> names, List<String> classes, Consumer<String> remarks) {
        TreeSet<String> twice = new TreeSet<>();
        Map<String, Integer> positions = positions(classes, twice);
        List<String> problems = new ArrayList<>();
        List<String> unknown =
                names.stream().filter(name -> !positions.containsKey(name)).toList();
        if (!unknown.isEmpty()) {
            problems.add("the model does not know the class" + (unknown.size() == 1 ? " " : "es ") + some(unknown)
                    + (unknown.size() == 1
                            ? Suggest.nearest(unknown.get(0), classes)
                                    .map(near -> " (did you mean " + near + "?)")
                                    .orElse("")
                            : "")
                    + "; its " + classes.size() + " classes are " + some(classes)
                    + "; if the data has them in the same order under other names, say so with --labels-in-order");
        }
        List<String> ambiguous = names.stream().filter(twice::contains).toList();
        if (!ambiguous.isEmpty()) {
            problems.add("the model has several classes called " + some(ambiguous)
                    + "; give them distinct names with --class-names");
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("; ", problems));
        }
        List<String> missing =
                classes.stream().filter(name -> !names.contains(name)).toList();
        if (!missing.isEmpty()) {
            remarks.accept("measured on " + (classes.size() - missing.size()) + " of the model's " + classes.size()
                    + " classes: there are no images of " + some(missing) + ", which the model may still predict");
        }
        return names.stream().map(positions::get).toList();
    }

    private static List<Integer> inOrder(List<String> names, List<String> classes, Consumer<String> remarks) {
        if (names.size() != classes.size()) {
            throw new BadDataException("the model has " + classes.size() + " classes, the images have " + names.size()
                    + " (" + some(names) + "), so that they cannot be the same in the same order");
        }
        remarks.accept("assuming that the model's classes are, in this order: " + some(names));
        return IntStream.range(0, classes.size()).boxed().toList();
    }

    private static String some(List<String> names) {
        String shown = names.stream().limit(MOST_NAMES).collect(Collectors.joining(", "));
        return names.size() > MOST_NAMES ? shown + ", … (" + names.size() + ")" : shown;
    }
}
