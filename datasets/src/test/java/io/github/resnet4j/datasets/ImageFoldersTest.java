package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFoldersTest {
    @TempDir
    private Path temp;

    private Path root;
    private Tree tree;

    @BeforeEach
    void makeRoot() {
        root = temp.resolve("data");
        tree = new Tree(root).folder("");
    }

    private TrainVal open() {
        return ImageFolders.trainVal(root, 0.25, 1);
    }

    private static List<String> names(ImageDataset data) {
        return IntStream.range(0, data.size()).mapToObj(data::name).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "train, val",
        "train, valid",
        "train, validation",
        "Train, Test",
        "TRAIN, VAL",
        "train, dev",
        "train, holdout",
        "training, testing",
        "training_set, test_set",
        "Training Data, Validation-Data",
        "train_images, test_images",
        "trainset, testset",
        "trn, tst",
        "train, eval"
    })
    void partsAreKnownByTheNamesPeopleGiveThem(String train, String val) {
        tree.images(3, train + "/ants", train + "/bees").images(2, val + "/ants", val + "/bees");
        TrainVal data = open();
        assertThat(data.train().classes()).containsExactly("ants", "bees");
        assertThat(data.val().classes()).containsExactly("ants", "bees");
        assertThat(data.train().size()).isEqualTo(6);
        assertThat(data.val().size()).isEqualTo(4);
        assertThat(data.how()).isEqualTo("folders " + train + " and " + val);
        assertThat(ImageFolders.evaluation(root, FolderOptions.DEFAULT).root()).isEqualTo(root.resolve(val));
    }

    @Test
    void validationComesBeforeTest() {
        tree.images(2, "test/a", "test/b", "train/a", "train/b").images(3, "val/a", "val/b");
        assertThat(open().val().size()).isEqualTo(6);
        assertThat(ImageFolders.evaluation(root, FolderOptions.DEFAULT).root()).isEqualTo(root.resolve("val"));
    }

    @Test
    void classesMayBeCalledAsAPartIs() {
        tree.images(4, "car", "plane", "train");
        assertThat(open().train().classes()).containsExactly("car", "plane", "train");
        tree.images(4, "test");
        assertThat(open().train().classes()).containsExactly("car", "plane", "test", "train");
        new Tree(temp.resolve("kinds")).images(4, "car", "plane", "train/steam", "train/diesel");
        assertThat(ImageFolders.trainVal(temp.resolve("kinds"), 0.25, 1).train().classes())
                .containsExactly("car", "plane", "train");
    }

    @Test
    void aTrainingPartAloneIsSplit() {
        tree.images(4, "train/a", "train/b");
        TrainVal data = open();
        assertThat(data.train().classes()).containsExactly("a", "b");
        assertThat(data.train().size()).isEqualTo(6);
        assertThat(data.val().size()).isEqualTo(2);
        assertThat(ImageFolders.evaluation(root, FolderOptions.DEFAULT).root()).isEqualTo(root.resolve("train"));
    }

    /** As competitions have it: images alone, or in one folder for all. */
    @ParameterizedTest
    @ValueSource(strings = {"test", "test/all"})
    void aTestPartWithoutLabelsIsNoPart(String test) {
        tree.images(4, "train/a", "train/b").images(3, test);
        TrainVal data = open();
        assertThat(data.train().size() + data.val().size()).isEqualTo(8);
        assertThat(data.how()).startsWith("stratified split of one folder");
        assertThat(ImageFolders.evaluation(root, FolderOptions.DEFAULT).root()).isEqualTo(root.resolve("train"));
    }

    @Test
    void aValidationPartWithoutClassFoldersIsAnError() {
        tree.images(4, "train/a", "train/b").images(3, "val");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("val: no class folders (and 3 images beside it)");
    }

    @Test
    void partsWithoutClassFoldersAreNoClasses() {
        tree.images(4, "train", "test");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("the part \"train\" has no class folders");
    }

    @Test
    void twoFoldersForOnePartAreAnError() {
        tree.images(4, "train/a", "train/b", "training/a", "val/a", "val/b");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("\"train\", \"training\" are all names of the train part");
    }

    @Test
    void withoutATrainingPartThereIsNothingToTrainOn() {
        tree.images(4, "val/a", "val/b", "test/a", "test/b");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("has no training part, only \"val\", \"test\"");
        assertThat(ImageFolders.evaluation(root, FolderOptions.DEFAULT).root()).isEqualTo(root.resolve("val"));
    }

    @Test
    void classesOfOnePartOnlyAreNamed() {
        tree.images(2, "train/ants", "train/bees", "val/ants", "val/cats");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("2 problems")
                .hasMessageContaining("class \"bees\" is in train but not in val")
                .hasMessageContaining("class \"cats\" is in val but not in train");
    }

    /** Years, cameras, parts under names of their own: classes do not all hold the same sub-folders. */
    @Test
    void foldersThatAllHoldTheSameSubFoldersAreNoClasses() {
        tree.images(2, "2019/ants", "2019/bees", "2020/ants", "2020/bees");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("\"2019\", \"2020\" hold the same sub-folders, \"ants\", \"bees\"");
        assertThatThrownBy(() -> ImageFolders.evaluation(root, FolderOptions.DEFAULT))
                .hasMessageContaining("hold the same sub-folders");
        tree.images(1, "2020/cats");
        assertThat(open().train().classes()).containsExactly("2019", "2020");
    }

    @Test
    void classesMayKeepTheirImagesInOneFolder() {
        tree.images(2, "ants/images", "bees/images");
        assertThat(open().train().classes()).containsExactly("ants", "bees");
        Tree mixed = new Tree(temp.resolve("mixed")).images(2, "a/x", "a/y", "b/x", "b/y", "b");
        assertThat(ImageFolders.trainVal(temp.resolve("mixed"), 0.5, 1).train().classes())
                .containsExactly("a", "b");
        assertThat(mixed).isNotNull();
    }

    @Test
    void whatRunsLeftIsNoClass() {
        tree.images(4, "ants", "bees")
                .file("runs/first/config.yaml")
                .file("runs/first/model.zip")
                .write("runs/first/curves.png", new byte[] {1})
                .file("runs/second/config.yaml")
                .folder("runs/second/checkpoints");
        assertThat(open().train().classes()).containsExactly("ants", "bees");
        tree.file("ants/run/config.yaml").file("ants/run/log.csv").images(1, "ants/run");
        ImageFolder folder = ImageFolder.open(root);
        assertThat(folder.size()).isEqualTo(8);
        assertThat(folder.passedOver()).hasToString("2 × output folder of a run (\"ants/run\", \"runs\")");
        tree.images(1, "runs");
        assertThat(ImageFolder.open(root).classes()).containsExactly("ants", "bees", "runs");
    }

    /** A run's folder that lies among the classes, and a class that happens to hold a file of that name. */
    @Test
    void onlyWhatLooksLikeARunIsPassedOver() {
        tree.images(2, "ants", "bees", "run").file("run/config.yaml").folder("run/checkpoints");
        tree.file("bees/config.yaml")
                .folder("cats/config.yaml")
                .file("cats/model.zip")
                .images(1, "cats");
        ImageFolder folder = ImageFolder.open(root);
        assertThat(folder.classes()).containsExactly("ants", "bees", "cats");
        assertThat(folder.passedOver()).hasToString("1 × .yaml, 1 × .zip, 1 × output folder of a run (\"run\")");
    }

    @Test
    void whatIsBesidePartsIsNamed() throws IOException {
        tree.images(2, "train/a", "train/b", "val/a", "val/b", "extra/a", "")
                .file("README.md")
                .link("gone", "nowhere")
                .images(1, ".hidden")
                .file("runs/x/config.yaml")
                .file("runs/x/model.zip");
        DataParts parts = DataParts.of(root).orElseThrow();
        assertThat(parts.parts()).containsOnlyKeys(DataParts.Part.TRAIN, DataParts.Part.VAL);
        assertThat(parts.passedOver())
                .hasToString(
                        "1 × .md, 1 × broken link (\"gone\"), 1 × folder that is not a part (\"extra\"), 1 × hidden image"
                                + " or folder, 2 × image outside the class folders (\"0.png\", \"1.png\"), 1 × output folder of a"
                                + " run (\"runs\")");
        assertThat(open().train().size()).isEqualTo(4);
    }

    @Test
    void runsBesideATrainingPartDoNotHideIt() {
        tree.images(4, "train/a", "train/b").file("runs/x/config.yaml").file("runs/x/report.html");
        assertThat(open().train().classes()).containsExactly("a", "b");
    }

    @Test
    void holdsNothingOutWhereThatIsAsked() {
        tree.images(3, "a", "b");
        TrainVal data = ImageFolders.trainVal(root, 0, 1);
        assertThat(data.train().size()).isEqualTo(6);
        assertThat(names(data.val())).isEqualTo(names(data.train()));
        assertThat(data.how()).contains("measured on the training images");
        tree.images(2, "parts/train/a", "parts/train/b").images(1, "parts/val/a", "parts/val/b");
        assertThat(ImageFolders.trainVal(root.resolve("parts"), 0, 1).val().size())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, Double.NaN})
    void refusesFractionsOutOfRange(double fraction) {
        assertThatThrownBy(() -> ImageFolders.trainVal(root, fraction, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void splitsAFolderOfClasses() {
        tree.images(8, "a", "b");
        TrainVal data = open();
        List<String> all = new ArrayList<>(names(data.train()));
        all.addAll(names(data.val()));
        assertThat(all).doesNotHaveDuplicates().hasSize(16);
        assertThat(data.val().classCounts()).containsExactly(2, 2);
        assertThat(data.how()).isEqualTo("stratified split of one folder: 0.25 of each class for validation, seed 1");
    }

    @Test
    void whatIsWrongWithOneFolderIsSaid() {
        tree.images(3, "a", "b").folder("c");
        assertThatThrownBy(this::open).isInstanceOf(BadDataException.class).hasMessageContaining("class folder \"c\"");
        tree.images(1, "c");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("only one image in class \"c\"");
        assertThatThrownBy(() -> ImageFolders.evaluation(root.resolve("absent"), FolderOptions.DEFAULT))
                .hasMessageContaining("does not exist: name the folder");
    }

    @Test
    void evaluatesClassesWithoutImagesAndOfOneKind() {
        tree.images(2, "val/a").folder("val/b").images(2, "train/a", "train/b");
        ImageFolder val = ImageFolders.evaluation(root, FolderOptions.DEFAULT);
        assertThat(val.classes()).containsExactly("a", "b");
        assertThat(val.classCounts()).containsExactly(2, 0);
        assertThat(val.passedOver()).hasToString("1 × class folder without images (\"b\")");
        assertThat(ImageFolders.evaluation(root.resolve("val"), FolderOptions.DEFAULT)
                        .size())
                .isEqualTo(2);
        tree.file("val/b/1.webp");
        assertThatThrownBy(() -> ImageFolders.evaluation(root, FolderOptions.DEFAULT))
                .hasMessageContaining("no images in class folder \"b\" (passed over: 1 × .webp)");
    }

    @Test
    void nothingToEvaluateIsAnError() {
        tree.folder("a").folder("b");
        assertThatThrownBy(() -> ImageFolders.evaluation(root, FolderOptions.DEFAULT))
                .hasMessageContaining("no images in any of the class folders \"a\", \"b\"");
    }

    @Test
    void partsMayBeLinks() {
        new Tree(temp).images(3, "elsewhere/a", "elsewhere/b");
        tree.images(2, "train/a", "train/b").link("val", "../elsewhere");
        assertThat(open().val().size()).isEqualTo(6);
    }

    /** Measured on what was trained on: said with the split, which reports show. */
    @Test
    void imagesOfBothPartsAreCounted() {
        tree.images(2, "train/a", "train/b", "val/a")
                .link("val/b", "../train/b")
                .link("val/a/2.png", "../../train/a/0.png");
        assertThat(open().how())
                .isEqualTo("folders train and val with 3 of 5 validation images among the training images");
    }

    @Test
    void aPartThatIsALinkToTheOtherIsNoticed() {
        tree.images(2, "train/a", "train/b").link("val", "train");
        assertThat(open().how()).endsWith("with 4 of 4 validation images among the training images");
    }

    @Test
    void aFileIsOfOneClassInBothParts() {
        tree.images(2, "train/a", "train/b", "val/a").link("val/b", "../train/a");
        assertThatThrownBy(this::open)
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("the classes \"a\", \"b\" share 2 images by way of links (\"val/b/0.png\" is"
                        + " \"train/a/0.png\", ...)");
    }

    @Test
    void addressesAreNoFolders() {
        assertThatThrownBy(() -> ImageFolders.trainVal(Path.of("https://example.org/photos"), 0.2, 1))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("is a URL");
    }
}
