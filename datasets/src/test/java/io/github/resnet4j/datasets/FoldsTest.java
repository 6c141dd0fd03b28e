package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldsTest {
    /** Of class c, {@code counts[c]} images, one class after the other. */
    private static ImageDataset data(int... counts) {
        return new LabelledImages(IntStream.range(0, counts.length)
                .flatMap(label -> IntStream.range(0, counts[label]).map(i -> label))
                .toArray());
    }

    private static Folds folds(ImageDataset data, int[] groups, int folds, long seed) {
        return Folds.of("photos", data, groups, folds, seed);
    }

    private static long count(Folds folds, ImageDataset data, int fold, int label) {
        return IntStream.range(0, data.size())
                .filter(i -> folds.of()[i] == fold && data.label(i) == label)
                .count();
    }

    @Test
    void everyFoldHasTheSameShareOfEveryClass() {
        ImageDataset data = data(23, 50, 7);
        Folds folds = folds(data, Folds.singles(data), 5, 3);
        for (int fold = 1; fold <= 5; fold++) {
            assertThat(count(folds, data, fold, 0)).isBetween(4L, 5L);
            assertThat(count(folds, data, fold, 1)).isEqualTo(10);
            assertThat(count(folds, data, fold, 2)).isBetween(1L, 2L);
            int number = fold;
            assertThat(Arrays.stream(folds.of()).filter(of -> of == number).count())
                    .isEqualTo(16);
        }
    }

    @Test
    void theSeedDecides() {
        ImageDataset data = data(20, 20);
        assertThat(folds(data, Folds.singles(data), 4, 1).of())
                .isEqualTo(folds(data, Folds.singles(data), 4, 1).of())
                .isNotEqualTo(folds(data, Folds.singles(data), 4, 2).of());
    }

    @Test
    void groupsStayTogetherAndFoldsAlike() {
        ImageDataset data = data(40, 40);
        int[] groups =
                IntStream.range(0, 80).map(i -> i < 12 ? 0 : i < 60 ? i / 3 : i).toArray();
        Folds folds = folds(data, groups, 4, 9);
        for (int i = 0; i < 80; i++) {
            for (int j = 0; j < i; j++) {
                if (groups[i] == groups[j]) {
                    assertThat(folds.of()[i]).as("images %d and %d", i, j).isEqualTo(folds.of()[j]);
                }
            }
        }
        for (int fold = 1; fold <= 4; fold++) {
            assertThat(count(folds, data, fold, 0)).isBetween(8L, 12L);
            assertThat(count(folds, data, fold, 1)).isBetween(8L, 12L);
        }
    }

    @Test
    void aClassThatIsOneGroupCannotBeLearntInEveryFold() {
        ImageDataset data = data(4, 1, 3);
        assertThatThrownBy(() -> folds(data, new int[] {0, 1, 2, 3, 4, 5, 5, 5}, 2, 1))
                .isInstanceOf(BadDataException.class)
                .hasMessageStartingWith("photos: only one image, or only images that are alike, in class ")
                .hasMessageContaining("\"class1\", \"class2\"");
        assertThatThrownBy(() -> folds(data(2, 2), new int[] {0, 1, 2, 3}, 5, 1))
                .hasMessage("photos: 5 folds need at least as many images, and 4 are there");
    }

    @Test
    void aFileOfFoldsIsReadAsItWasWritten(@TempDir Path temp) throws IOException {
        new Tree(temp.resolve("data"))
                .images(3, "train/a", "train/b, \"c\"", "train/a/deeper")
                .images(2, "val/a", "val/b, \"c\"");
        ImageFolder images = ImageFolders.training(temp.resolve("data"), FolderOptions.DEFAULT);
        assertThat(images.size()).isEqualTo(9);
        Folds folds = Folds.of("data", images, Folds.singles(images), 3, 1);
        Path csv = temp.resolve("folds.csv");
        LabelFile.write(csv, temp.resolve("data"), images, folds);
        LabelFile file = LabelFile.read(csv, temp.resolve("data"), FolderOptions.DEFAULT);
        assertThat(file.images().classes()).isEqualTo(images.classes());
        for (int i = 0; i < 9; i++) {
            String name = file.images().name(i);
            int there = IntStream.range(0, 9)
                    .filter(k -> ("train/" + images.name(k)).equals(name))
                    .findFirst()
                    .orElseThrow();
            assertThat(file.fold(i)).isEqualTo(String.valueOf(folds.of()[there]));
            assertThat(file.images().label(i)).isEqualTo(images.label(there));
        }
        assertThat(file.fold("2").val().size()).isEqualTo(3);
    }
}
