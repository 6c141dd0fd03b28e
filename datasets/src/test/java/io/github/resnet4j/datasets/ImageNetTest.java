package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNetTest {
    private static final String TENCH = "n01440764";
    private static final String GOLDFISH = "n01443537";
    private static final String SHARK = "n01484850";

    @TempDir
    private Path root;

    private Tree tree;

    @BeforeEach
    void makeTree() {
        tree = new Tree(root);
    }

    private void labels(String file, String text) {
        tree.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static int[] labelsOf(ImageDataset data) {
        return IntStream.range(0, data.size()).map(data::label).toArray();
    }

    @Test
    void readsClassFoldersOfBothParts() {
        tree.images(2, "train/" + GOLDFISH, "train/" + TENCH).images(1, "val/" + GOLDFISH, "val/" + TENCH);
        assertThat(ImageNet.open(root, Split.TRAIN).classes()).containsExactly(TENCH, GOLDFISH);
        assertThat(ImageNet.open(root, Split.TRAIN).size()).isEqualTo(4);
        assertThat(labelsOf(ImageNet.open(root, Split.VAL))).containsExactly(0, 1);
    }

    @Test
    void refusesFoldersThatAreNoWordNetIds() {
        tree.images(1, "train/" + TENCH, "train/cat");
        assertThatThrownBy(() -> ImageNet.open(root, Split.TRAIN))
                .hasMessageContaining("class folders \"cat\" are not WordNet ids");
        assertThatThrownBy(() -> ImageNet.open(root, Split.VAL)).hasMessageContaining("no folder \"val\"");
        assertThatThrownBy(() -> ImageNet.open(root.resolve("absent"), Split.VAL))
                .hasMessageContaining("does not exist");
    }

    /** Labels stand for the classes of the training part, also for those that no validation image has. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.png n01484850\n0.png n01440764\n",
                "\ufeff0,n01440764\r\n\r\n1,n01484850\r\n",
                "0.JPEG n01440764\n1.jpeg n01484850",
                "ImageId,PredictionString\n0,n01440764 12 30 4 5\n1,n01484850 1 2 3 4 n01440764 1 2 3 4\n"
            })
    void readsTheFormatsOfLabels(String text) {
        tree.images(2, "val").images(1, "train/" + GOLDFISH, "train/" + TENCH, "train/" + SHARK);
        // Names without their extension, whatever that is: 0.JPEG is 0.png here.
        labels("val_labels.txt", text.replace(".png", ""));
        ImageDataset val = ImageNet.open(root, Split.VAL);
        assertThat(val.classes()).containsExactly(TENCH, GOLDFISH, SHARK);
        assertThat(labelsOf(val)).containsExactly(0, 2);
        assertThat(val.name(1)).isEqualTo("1.png");
        assertThat(val.image(1).width()).isEqualTo(23);
    }

    @Test
    void withoutATrainingPartTheLabelsAreTheClasses() {
        tree.images(3, "val");
        labels("val/LOC_val_solution.csv", "0,n01484850\n1,n01440764\n2,n01484850\n");
        ImageDataset val = ImageNet.open(root, Split.VAL);
        assertThat(val.classes()).containsExactly(TENCH, SHARK);
        assertThat(labelsOf(val)).containsExactly(1, 0, 1);
    }

    @Test
    void namesEveryContradiction() {
        tree.images(2, "val").images(1, "train/" + TENCH, "train/" + GOLDFISH);
        labels("val_labels.txt", "0 n01440764\n2 n01484850\n");
        assertThatThrownBy(() -> ImageNet.open(root, Split.VAL))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("3 problems")
                .hasMessageContaining("labels \"n01484850\" have no class folder in train")
                .hasMessageContaining("no label for \"1.png\"")
                .hasMessageContaining("labels for \"2\", which are not in val");
    }

    @Test
    void namesLinesThatAreNoLabels() {
        tree.images(2, "val");
        labels("val_labels.txt", "0 n01440764\nnonsense\n0 n01443537\n1 12\n");
        assertThatThrownBy(() -> ImageNet.open(root, Split.VAL))
                .hasMessageContaining("in \"line 2\", \"line 4\"")
                .hasMessageContaining("more than one label for \"0\"");
    }

    @Test
    void saysThatLabelsAreMissing() {
        tree.images(2, "val").file("ILSVRC2012_validation_ground_truth.txt");
        assertThatThrownBy(() -> ImageNet.open(root, Split.VAL))
                .hasMessageContaining("need labels: put val_labels.txt or LOC_val_solution.csv")
                .hasMessageContaining("mean nothing without meta.mat");
        tree.folder("empty/val");
        assertThatThrownBy(() -> ImageNet.open(root.resolve("empty"), Split.VAL))
                .hasMessageContaining("no images and no class folders");
    }
}
