package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.transform.SampleRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A seeded split of one data set that takes the same fraction of every class. Both sides keep the order of the whole.
 *
 * @param train indices of the training images
 * @param val indices of the validation images
 */
record StratifiedSplit(int[] train, int[] val) {
    /**
     * Takes {@code round(fraction * n)} of the {@code n} images of each class for validation, but at least one, and leaves at
     * least one. Classes that have a single image are reported to {@code problems}.
     */
    static StratifiedSplit of(ImageDataset whole, double fraction, long seed, DataProblems problems) {
        long[] counts = whole.classCounts();
        int[][] members = new int[counts.length][];
        Arrays.setAll(members, label -> new int[(int) counts[label]]);
        int[] seen = new int[counts.length];
        for (int i = 0; i < whole.size(); i++) {
            int label = whole.label(i);
            members[label][seen[label]++] = i;
        }
        boolean[] toVal = new boolean[whole.size()];
        List<String> single = new ArrayList<>();
        for (int label = 0; label < members.length; label++) {
            int[] of = members[label];
            if (of.length < 2) {
                single.add(whole.classes().get(label));
                continue;
            }
            int take = (int) Math.max(1, Math.min(of.length - 1, Math.round(fraction * of.length)));
            SampleRandom random = SampleRandom.of(seed, 0, label);
            for (int i = 0; i < take; i++) {
                int j = i + random.nextInt(of.length - i);
                int chosen = of[j];
                of[j] = of[i];
                toVal[chosen] = true;
            }
        }
        if (!single.isEmpty()) {
            problems.add("only one image in class " + DataProblems.names(single)
                    + ": training and validation need one each; add images or remove the class");
        }

        return new StratifiedSplit(indices(toVal, false), indices(toVal, true));
    }

    private static int[] indices(boolean[] side, boolean wanted) {
        return IntStream.range(0, side.length).filter(i -> side[i] == wanted).toArray();
    }
}
