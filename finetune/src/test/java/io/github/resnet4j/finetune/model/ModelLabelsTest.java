package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.finetune.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ModelLabelsTest {
    private final List<String> remarks = new ArrayList<>();

    /** Folders sort as text; a model may have been trained on numbers in their order. */
    @Test
    void findsClassesByNameInAnyOrder() {
        List<String> numeric =
                IntStream.rangeClosed(1, 12).mapToObj(String::valueOf).toList();
        List<String> folders = numeric.stream().sorted().toList();
        Images images =
                new Images(folders, IntStream.range(0, 24).map(i -> i % 12).toArray());
        ImageDataset labelled = ModelLabels.byName(images, numeric, remarks::add);
        assertThat(labelled.classes()).isEqualTo(numeric);
        assertThat(labelled.size()).isEqualTo(24);
        for (int i = 0; i < 24; i++) {
            assertThat(labelled.classes().get(labelled.label(i))).isEqualTo(folders.get(i % 12));
            assertThat(labelled.name(i)).isEqualTo("image " + i);
        }
        assertThat(remarks).isEmpty();
    }

    @Test
    void someOfTheClassesAreEnoughAndTheOthersAreNamed() {
        ImageDataset labelled = ModelLabels.byName(
                new Images(List.of("ants", "bees", "cats"), 0, 2, 2),
                List.of("cats", "dogs", "bees", "ants"),
                remarks::add);
        assertThat(IntStream.range(0, 3).map(labelled::label)).containsExactly(3, 0, 0);
        assertThat(remarks)
                .containsExactly(
                        "measured on 2 of the model's 4 classes: there are no images of dogs, bees, which the model"
                                + " may still predict");
    }

    @Test
    void aClassThatTheModelDoesNotKnowIsNamed() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> ModelLabels.byName(
                        new Images(List.of("ant", "bees"), 0, 1), List.of("ants", "bees"), remarks::add))
                .withMessage("the model does not know ant (did you mean ants?); its 2 classes are ants, bees");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> ModelLabels.byName(
                        new Images(List.of("train", "valid"), 0, 1), List.of("ants", "bees"), remarks::add))
                .withMessage("the model does not know train, valid; its 2 classes are ants, bees");
    }

    /** ImageNet has two of "crane" and of "maillot". */
    @Test
    void aNameThatTheModelHasTwiceIsRefusedOnlyWhereItIsNeeded() {
        List<String> classes = List.of("crane", "heron", "crane", "dog");
        assertThat(ModelLabels.byName(new Images(List.of("dog", "heron"), 0, 1), classes, remarks::add)
                        .label(0))
                .isEqualTo(3);
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> ModelLabels.byName(new Images(List.of("crane", "dog"), 0, 1), classes, remarks::add))
                .withMessageContaining("several classes called crane; give them distinct names with --class-names");
    }

    @Test
    void withoutNamesTheOrderIsSaid() {
        Images images = new Images(List.of("1", "10", "2"), 0, 1, 2);
        ImageDataset labelled = ModelLabels.inOrder(images, 3, remarks::add);
        assertThat(IntStream.range(0, 3).map(labelled::label)).containsExactly(0, 1, 2);
        assertThat(remarks)
                .containsExactly("the model's classes have no names; assuming these, in this order: 1, 10, 2; if it was"
                        + " trained in another order, name its classes with --class-names");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> ModelLabels.inOrder(images, 2, remarks::add))
                .withMessageContaining("the model has 2 classes, the images have 3 (1, 10, 2);")
                .withMessageContaining("--class-names");
    }

    /** Labels without pixels. */
    private record Images(List<String> classes, int... labels) implements ImageDataset {
        @Override
        public int size() {
            return labels.length;
        }

        @Override
        public int label(int index) {
            return labels[index];
        }

        @Override
        public String name(int index) {
            return "image " + index;
        }

        @Override
        public Rgb8Image image(int index) {
            throw new AssertionError("nobody looks");
        }

        @Override
        public String fingerprint() {
            return "labels";
        }
    }
}
