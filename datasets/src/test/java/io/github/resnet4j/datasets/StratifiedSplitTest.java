package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StratifiedSplitTest {
    /** Classes interleaved: 0 1 2 0 1 2 ... until each has its count. */
    private static int[] labels(int... counts) {
        int most = Arrays.stream(counts).max().orElseThrow();
        return IntStream.range(0, most)
                .flatMap(i -> IntStream.range(0, counts.length).filter(label -> i < counts[label]))
                .toArray();
    }

    private static StratifiedSplit split(int[] labels, double fraction, long seed) {
        DataProblems problems = new DataProblems();
        StratifiedSplit split = StratifiedSplit.of(new LabelledImages(labels), fraction, seed, problems);
        problems.throwIfAny(Path.of("data"));
        return split;
    }

    private static long count(int[] indices, int[] labels, int label) {
        return Arrays.stream(indices).filter(i -> labels[i] == label).count();
    }

    @Test
    void everyImageIsOnExactlyOneSideAndBothKeepTheOrder() {
        int[] labels = labels(7, 20, 3);
        StratifiedSplit split = split(labels, 0.3, 5);
        assertThat(split.train()).isSorted().doesNotHaveDuplicates();
        assertThat(split.val()).isSorted().doesNotHaveDuplicates();
        assertThat(IntStream.concat(Arrays.stream(split.train()), Arrays.stream(split.val()))
                        .toArray())
                .containsExactlyInAnyOrder(IntStream.range(0, 30).toArray());
    }

    /** round(fraction n), but at least one and not all. */
    @ParameterizedTest
    @CsvSource({
        "10, 0.2, 2",
        "10, 0.25, 3",
        "10, 0.24, 2",
        "10, 0.01, 1",
        "10, 0.99, 9",
        "2, 0.9, 1",
        "2, 0.1, 1",
        "100, 0.333, 33"
    })
    void takesTheFractionOfEachClass(int size, double fraction, long expected) {
        int[] labels = labels(size, 40, size);
        StratifiedSplit split = split(labels, fraction, 1);
        for (int label : new int[] {0, 2}) {
            assertThat(count(split.val(), labels, label)).isEqualTo(expected);
            assertThat(count(split.train(), labels, label)).isEqualTo(size - expected);
        }
        assertThat(count(split.val(), labels, 1)).isEqualTo(Math.max(1, Math.min(39, Math.round(40 * fraction))));
    }

    @Test
    void dependsOnTheSeedAlone() {
        int[] labels = labels(50, 50);
        assertThat(split(labels, 0.2, 1).val()).isEqualTo(split(labels, 0.2, 1).val());
        assertThat(split(labels, 0.2, 1).val())
                .isNotEqualTo(split(labels, 0.2, 2).val());
    }

    /** A published run must hold out the same images for ever. */
    @Test
    void isStable() {
        assertThat(split(labels(10, 10), 0.2, 1).val()).containsExactly(1, 2, 6, 17);
    }

    /** Each class draws on its own: an image more in one does not change what another holds out. */
    @Test
    void classesDrawIndependently() {
        Set<Integer> before = heldOut(labels(9, 10), 0);
        Set<Integer> after = heldOut(labels(9, 12), 0);
        assertThat(after).isEqualTo(before);
        assertThat(heldOut(labels(20, 20), 0)).isNotEqualTo(heldOut(labels(20, 20), 1));
    }

    /** The ranks in their class of the images held out. */
    private static Set<Integer> heldOut(int[] labels, int label) {
        StratifiedSplit split = split(labels, 0.3, 7);
        int[] members = IntStream.range(0, labels.length)
                .filter(i -> labels[i] == label)
                .toArray();
        Set<Integer> ranks = new HashSet<>();
        for (int rank = 0; rank < members.length; rank++) {
            if (Arrays.binarySearch(split.val(), members[rank]) >= 0) {
                ranks.add(rank);
            }
        }
        return ranks;
    }

    /** Every image has its chance: over many seeds each is held out about as often. */
    @Test
    void choosesUniformly() {
        int[] labels = labels(10, 2);
        int[] times = new int[labels.length];
        int seeds = 4000;
        for (int seed = 0; seed < seeds; seed++) {
            Arrays.stream(split(labels, 0.3, seed).val()).forEach(i -> times[i]++);
        }
        for (int i = 0; i < labels.length; i++) {
            double expected = labels[i] == 0 ? 0.3 : 0.5;
            assertThat(times[i] / (double) seeds).isBetween(expected - 0.04, expected + 0.04);
        }
    }

    @Test
    void namesClassesOfOneImage() {
        assertThatThrownBy(() -> split(labels(3, 1, 1), 0.5, 1))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining(
                        "only one image in class \"class1\", \"class2\": training and validation need one each");
    }

    @Test
    void subsetsGiveTheImagesTheyName() {
        ImageDataset whole = new LabelledImages(labels(4, 4)).bad(1);
        Subset subset = new Subset(whole, new int[] {6, 1});
        assertThat(subset.size()).isEqualTo(2);
        assertThat(subset.classes()).isEqualTo(whole.classes());
        assertThat(List.of(subset.name(0), subset.name(1))).containsExactly("image6", "image1");
        assertThat(subset.label(0)).isEqualTo(whole.label(6));
        assertThat(subset.label(1)).isEqualTo(whole.label(1));
        assertThat(subset.image(0).pixels()[0]).isEqualTo((byte) 6);
        assertThatThrownBy(() -> subset.check(1)).hasMessage("image1: cannot be read");
        assertThat(subset.classCounts()).containsExactly(1, 1);
        assertThat(subset.fingerprint())
                .isEqualTo(new Subset(whole, new int[] {6, 1}).fingerprint())
                .isNotEqualTo(new Subset(whole, new int[] {1, 6}).fingerprint())
                .isNotEqualTo(new Subset(new LabelledImages(labels(4, 5)), new int[] {6, 1}).fingerprint());
    }

    @Test
    void limitsSpreadEvenly() {
        LabelledImages whole = new LabelledImages(labels(5, 5));
        assertThat(whole.limit(10)).isSameAs(whole);
        assertThat(whole.limit(11)).isSameAs(whole);
        ImageDataset four = whole.limit(4);
        assertThat(IntStream.range(0, 4).mapToObj(four::name)).containsExactly("image0", "image2", "image5", "image7");
    }
}
