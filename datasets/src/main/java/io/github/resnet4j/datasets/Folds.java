package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.transform.SampleRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A seeded, stratified division of a data set into folds that keeps groups of images together, as scikit-learn's {@code
 * StratifiedGroupKFold} does: every fold gets as equal a share of each class as the groups allow. Of images that are all groups of
 * their own, the numbers of a class differ by at most one from fold to fold, and so do those of all images.
 *
 * @param folds number of folds
 * @param of the fold of each image, from 1
 */
public record Folds(int folds, int[] of) {
    /**
     * Divides a data set.
     *
     * @param where it is, for messages
     * @param groups a number for each image, equal for those that must not be divided
     * @param folds at least 2
     * @throws BadDataException if there are fewer groups than folds, or a class is a single group: in one of the folds nobody would
     *     have learnt it
     */
    public static Folds of(String where, ImageDataset data, int[] groups, int folds, long seed) {
        if (folds < 2) {
            throw new IllegalArgumentException("at least 2 folds are needed, got " + folds);
        }
        Map<Integer, List<Integer>> members = new TreeMap<>(
                IntStream.range(0, data.size()).boxed().collect(Collectors.groupingBy(image -> groups[image])));
        requireGroups(where, data, members, folds);
        List<List<Integer>> order = new ArrayList<>(members.values());
        SampleRandom random = SampleRandom.of(seed, 0, 0);
        for (int i = order.size() - 1; i > 0; i--) {
            List<Integer> last = order.get(i);
            int j = random.nextInt(i + 1);
            order.set(i, order.get(j));
            order.set(j, last);
        }
        // Large ones first, while there is room everywhere; then class by class.
        order.sort(Comparator.<List<Integer>>comparingInt(List::size)
                .reversed()
                .thenComparingInt(group -> data.label(group.get(0))));
        int[] of = new int[data.size()];
        int[][] counts = new int[folds][data.classes().size()];
        int[] sizes = new int[folds];
        for (List<Integer> group : order) {
            int label = data.label(group.get(0));
            int best = 0;
            for (int fold = 1; fold < folds; fold++) {
                int fewer = Integer.compare(counts[fold][label], counts[best][label]);
                if (fewer < 0 || fewer == 0 && sizes[fold] < sizes[best]) {
                    best = fold;
                }
            }
            for (int image : group) {
                of[image] = best + 1;
                counts[best][data.label(image)]++;
                sizes[best]++;
            }
        }
        return new Folds(folds, of);
    }

    private static void requireGroups(String where, ImageDataset data, Map<Integer, List<Integer>> members, int folds) {
        List<String> problems = new ArrayList<>();
        if (members.size() < folds) {
            problems.add(folds + " folds need at least as many images, and " + data.size()
                    + (members.size() < data.size()
                            ? ", of which many are alike, make only " + members.size() + " groups"
                            : " are there"));
        }
        int[] groupsOf = new int[data.classes().size()];
        for (List<Integer> group : members.values()) {
            group.stream().map(data::label).distinct().forEach(label -> groupsOf[label]++);
        }
        List<String> single = IntStream.range(0, groupsOf.length)
                .filter(label -> groupsOf[label] == 1)
                .mapToObj(label -> data.classes().get(label))
                .toList();
        if (!single.isEmpty()) {
            problems.add("only one image, or only images that are alike, in class " + DataProblems.names(single)
                    + ": training and validation need one each; add images or remove the class");
        }
        if (!problems.isEmpty()) {
            throw new BadDataException(where + ": " + String.join("; ", problems));
        }
    }

    /** Every image a group of its own. */
    public static int[] singles(ImageDataset data) {
        int[] groups = new int[data.size()];
        Arrays.setAll(groups, i -> i);
        return groups;
    }
}
