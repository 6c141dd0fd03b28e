package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.image.BadImageException;
import io.github.resnet4j.datasets.image.Golden;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scanner, through {@link ImageFolder} and {@link ImageFiles}. */
class ImageFolderTest {
    private static final FolderOptions FOLLOW = new FolderOptions(true, 1000);

    @TempDir
    private Path temp;

    private Path root;
    private Tree tree;

    @BeforeEach
    void makeRoot() {
        root = temp.resolve("data");
        tree = new Tree(root).images(2, "ants", "bees");
    }

    private static List<String> names(ImageDataset data) {
        return IntStream.range(0, data.size()).mapToObj(data::name).toList();
    }

    private static String passedOver(Path root) {
        return ImageFolder.open(root).passedOver().toString();
    }

    /** The order of {@code sorted(os.walk(...))}: by code point, folder by folder. */
    @Test
    void ordersAsPythonSorts() {
        Assumptions.assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "file names are not UTF-8 here");
        tree.images(1, "ants/sub", "ants/Sub", "ants/sub/deep", "ants/sub-a", "Zebra", "\ud83d\ude00", "\uff5e");
        ImageFolder folder = ImageFolder.open(root);
        assertThat(folder.classes()).containsExactly("Zebra", "ants", "bees", "\uff5e", "\ud83d\ude00");
        assertThat(names(folder))
                .containsExactly(
                        "Zebra/0.png",
                        "ants/0.png",
                        "ants/1.png",
                        "ants/Sub/0.png",
                        "ants/sub/0.png",
                        "ants/sub-a/0.png",
                        "ants/sub/deep/0.png",
                        "bees/0.png",
                        "bees/1.png",
                        "\uff5e/0.png",
                        "\ud83d\ude00/0.png");
        assertThat(IntStream.range(0, folder.size()).map(folder::label).toArray())
                .containsExactly(0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4);
        assertThat(folder.classCounts()).containsExactly(1, 6, 2, 1, 1);
        assertThat(folder.classSummary()).startsWith("5 classes (Zebra, ants, bees, ");
    }

    @Test
    void takesFourFormatsInEitherCase() {
        byte[] png = Golden.bytes("image/rgb8.png");
        for (String name : new String[] {"a.JPG", "b.jpeg", "c.PnG", "d.bmp", "e.gif"}) {
            tree.write("ants/" + name, png);
        }
        for (String name :
                new String[] {"a.webp", "b.webp", "c.tif", "noext", "d.jpg.json", "e.eighteen", "f.ninechars"}) {
            tree.write("ants/" + name, png);
        }
        assertThat(ImageFolder.open(root).size()).isEqualTo(4 + 5);
        assertThat(passedOver(root)).isEqualTo("1 × .eighteen, 1 × .json, 1 × .tif, 2 × .webp, 2 × other file");
        assertThat(ImageFolder.open(root).passedOver().counts()).containsEntry(".webp", 2);
    }

    @Test
    void passesOverWhatSystemsLeave() {
        tree.file("ants/.DS_Store")
                .file("ants/Thumbs.db")
                .file("ants/desktop.ini")
                .images(1, "ants/.ipynb_checkpoints", ".ipynb_checkpoints", "__MACOSX/ants")
                .file("ants/._0.png");
        ImageFolder folder = ImageFolder.open(root);
        assertThat(folder.classes()).containsExactly("ants", "bees");
        assertThat(folder.size()).isEqualTo(4);
        assertThat(folder.passedOver()).hasToString("4 × hidden image or folder");
    }

    @Test
    void namesImagesOutsideTheClassFolders() {
        tree.images(1, "").file("labels.csv");
        assertThat(passedOver(root)).isEqualTo("1 × .csv, 1 × image outside the class folders (\"0.png\")");
    }

    @Test
    void followsLinksInside() {
        tree.images(2, ".pool/cats").link("cats", ".pool/cats").link("bees/more.png", "../.pool/dog.png");
        tree.write(".pool/dog.png", Golden.bytes("image/rgb8.png"));
        ImageFolder folder = ImageFolder.open(root);
        assertThat(folder.classes()).containsExactly("ants", "bees", "cats");
        assertThat(folder.classCounts()).containsExactly(2, 3, 2);
        assertThat(folder.passedOver()).hasToString("1 × hidden image or folder");
    }

    /** One of its labels would be wrong. */
    @Test
    void aFileIsOfOneClass() {
        tree.link("cats", "ants").link("bees/more.png", "../ants/0.png").link("dogs/more", "../bees");
        assertThatThrownBy(() -> ImageFolder.open(root))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("the classes \"ants\", \"cats\" share 2 images by way of links (\"cats/0.png\" is"
                        + " \"ants/0.png\", ...): keep each image in one class")
                .hasMessageContaining(
                        "the classes \"ants\", \"bees\" share 1 image by way of links (\"bees/more.png\" is \"ants/0.png\")")
                .hasMessageContaining("the classes \"bees\", \"dogs\" share 2 images");
        assertThatThrownBy(() -> ImageFolders.evaluation(root, FolderOptions.DEFAULT))
                .hasMessageContaining("the classes \"ants\", \"cats\" share 2 images");
        assertThatThrownBy(() -> ImageFolder.open(root, FOLLOW)).hasMessageContaining("share 2 images");
    }

    @Test
    void aFileCountsOnceInItsClass() {
        tree.link("ants/again.png", "1.png")
                .link("ants/sub/too.png", "../0.png")
                .link("ants/0-first.png", "0.png");
        ImageFolder folder = ImageFolder.open(root);
        assertThat(names(folder)).containsExactly("ants/0-first.png", "ants/1.png", "bees/0.png", "bees/1.png");
        assertThat(IntStream.range(0, folder.size()).map(folder::label)).containsExactly(0, 0, 1, 1);
        assertThat(folder.passedOver())
                .hasToString(
                        "3 × image already counted, by a link (\"ants/0.png\", \"ants/again.png\", \"ants/sub/too.png\")");
    }

    @Test
    void foldersMayBe64LevelsDeep() {
        tree.images(1, "ants" + "/d".repeat(64));
        assertThat(ImageFolder.open(root).classCounts()).containsExactly(3, 2);
        tree.folder("bees" + "/d".repeat(65)).folder("bees" + "/e".repeat(1000));
        assertThatThrownBy(() -> ImageFolder.open(root))
                .isInstanceOf(BadDataException.class)
                .hasMessage(
                        root.resolve("bees") + ": has folders nested more than 64 levels deep: move the images up, or"
                                + " remove the folders");
        assertThatThrownBy(() -> ImageFiles.below(root, FolderOptions.DEFAULT))
                .hasMessageContaining("more than 64 levels deep");
    }

    @Test
    void aClassBehindALinkIsNeverLost() {
        new Tree(temp).images(3, "elsewhere/cats");
        tree.link("cats", "../elsewhere/cats").link("dogs", "nowhere").link("up", "..");
        assertThatThrownBy(() -> ImageFolder.open(root))
                .isInstanceOf(BadDataException.class)
                .hasMessageStartingWith(root + ": 3 problems: ")
                .hasMessageContaining("class folder \"cats\" is a link out of the data (\"../elsewhere/cats\"): ")
                .hasMessageContaining("--follow-links")
                .hasMessageContaining("class folder \"dogs\" is a broken link (\"nowhere\"): repair or remove it")
                .hasMessageContaining("class folder \"up\" is a link to a folder that holds it (\"..\"): remove it");
    }

    @Test
    void followsLinksOutWhereAsked() {
        new Tree(temp).images(3, "elsewhere/cats").images(1, "elsewhere");
        tree.link("cats", "../elsewhere/cats").link("ants/out.png", "../../elsewhere/0.png");
        ImageFolder folder = ImageFolder.open(root, FOLLOW);
        assertThat(folder.classes()).containsExactly("ants", "bees", "cats");
        assertThat(folder.classCounts()).containsExactly(3, 2, 3);
    }

    @Test
    void namesLinksOutOfTheDataInsideAClass() {
        new Tree(temp).images(3, "elsewhere");
        tree.link("ants/out.png", "../../elsewhere/0.png")
                .link("ants/more", "../../elsewhere")
                .link("bees/gone.png", "x");
        assertThat(ImageFolder.open(root).size()).isEqualTo(4);
        assertThat(passedOver(root))
                .isEqualTo(
                        "1 × broken link (\"bees/gone.png\"), 2 × link out of the data (\"ants/more\", \"ants/out.png\")");
    }

    @Test
    void aLinkToAFileIsNoClass() {
        new Tree(temp).images(1, "elsewhere");
        tree.link("photo.png", "../elsewhere/0.png").link("gone.png", "nowhere.png");
        assertThat(passedOver(root))
                .isEqualTo("1 × broken link (\"gone.png\"), 1 × link out of the data (\"photo.png\")");
    }

    @Test
    void saysWhyAFolderCannotBeListed() {
        assertThat(FolderScan.unlisted(root, new AccessDeniedException("data/secret")))
                .hasMessage("data/secret: cannot be listed: permission denied");
        assertThat(FolderScan.unlisted(root, new FileSystemException("data/x", null, "Input/output error")))
                .hasMessage("data/x: cannot be listed: input/output error");
        assertThat(FolderScan.unlisted(root, new IOException("odd"))).hasMessage(root + ": cannot be listed: odd");
    }

    @Test
    void aClassOfLinksOutIsAnError() {
        new Tree(temp).images(3, "elsewhere");
        tree.link("cats/0.png", "../../elsewhere/0.png");
        assertThatThrownBy(() -> ImageFolder.open(root))
                .hasMessageContaining("no images in class folder \"cats\" (passed over: 1 × link out of the data")
                .hasMessageContaining("--follow-links");
    }

    /** The images of all classes would count as this class's too. */
    @Test
    void neverEntersAFolderThatHoldsTheLink() {
        tree.link("bees/loop", "..").link("bees/self", ".").link("ants/deep/top", "../..");
        for (FolderOptions options : List.of(FolderOptions.DEFAULT, FOLLOW)) {
            ImageFolder folder = ImageFolder.open(root, options);
            assertThat(folder.classCounts()).containsExactly(2, 2);
            assertThat(folder.passedOver().counts()).containsOnlyKeys("link to a folder that holds it");
            assertThat(folder.passedOver().toString())
                    .isEqualTo("3 × link to a folder that holds it (\"ants/deep/top\", \"bees/loop\", \"bees/self\")");
        }
    }

    @Test
    void entersNoFolderTwice() {
        tree.images(2, "ants/a").link("ants/b", "a");
        ImageFolder folder = ImageFolder.open(root);
        assertThat(folder.classCounts()).containsExactly(4, 2);
        assertThat(folder.passedOver()).hasToString("1 × folder already linked (\"ants/b\")");
    }

    @Test
    void pipesAreNotOpened() throws Exception {
        Path pipe = root.resolve("ants/pipe.jpg");
        Assumptions.assumeTrue(
                new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo here");
        assertThat(passedOver(root)).isEqualTo("1 × pipe or device (\"pipe.jpg\")");
    }

    @Test
    void namesEveryProblemAtOnce() {
        tree.folder("cats").file("dogs/1.webp");
        assertThatThrownBy(() -> ImageFolder.open(root))
                .isInstanceOf(BadDataException.class)
                .hasMessage(
                        root + ": 2 problems: no images in class folder \"cats\": add JPEG, PNG, BMP or GIF files or"
                                + " remove it; no images in class folder \"dogs\" (passed over: 1 × .webp): add JPEG, PNG, BMP or"
                                + " GIF files or remove it");
    }

    @Test
    void needsTwoClassFolders() {
        Tree other = new Tree(temp.resolve("other")).images(3, "photos").images(2, "");
        assertThatThrownBy(() -> ImageFolder.open(temp.resolve("other")))
                .hasMessageContaining(
                        "only one class folder, \"photos\" (and 2 images beside it): make one folder per class");
        other.folder("none/empty");
        assertThatThrownBy(() -> ImageFolder.open(temp.resolve("other/none/empty")))
                .hasMessageContaining("no class folders");
        assertThatThrownBy(() -> ImageFolder.open(temp.resolve("absent"))).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> ImageFolder.open(root.resolve("ants/0.png"))).hasMessageContaining("is a file");
    }

    @Test
    void namesOnOneLine() {
        tree.images(1, "one\ntwo").folder("three\nfour");
        assertThatThrownBy(() -> ImageFolder.open(root)).hasMessageContaining("class folder \"three?four\"");
        assertThat(ImageFolders.evaluation(root, FolderOptions.DEFAULT).classSummary())
                .isEqualTo("4 classes (ants, bees, one?two, three?four)");
    }

    @Test
    void fingerprintChangesWithNamesSizesAndOrder() throws IOException {
        String before = ImageFolder.open(root).fingerprint();
        assertThat(ImageFolder.open(root).fingerprint()).isEqualTo(before).matches("[0-9a-f]{64}");
        Files.move(root.resolve("ants/1.png"), root.resolve("ants/2.png"));
        String renamed = ImageFolder.open(root).fingerprint();
        tree.write("ants/2.png", new byte[7]);
        String resized = ImageFolder.open(root).fingerprint();
        tree.images(3, "bees");
        assertThat(List.of(before, renamed, resized, ImageFolder.open(root).fingerprint()))
                .doesNotHaveDuplicates();
    }

    @Test
    void imagesAreDecodedAndCheckedWithTheLimit() {
        ImageFolder folder = ImageFolder.open(root);
        assertThat(folder.image(3).width()).isEqualTo(23);
        folder.check(3);
        ImageFolder few = ImageFolder.open(root, new FolderOptions(false, 23 * 17 - 1));
        assertThatThrownBy(() -> few.image(3))
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining("too large");
        assertThatThrownBy(() -> few.check(3))
                .isInstanceOf(BadImageException.class)
                .hasMessageContaining("too large");
        assertThatThrownBy(() -> new FolderOptions(false, 0)).hasMessageContaining("max-pixels");
    }

    @Test
    void predictionFindsImagesByTheSameRules() {
        new Tree(temp).images(3, "elsewhere").link("link", "data");
        tree.images(1, "", ".hidden", "ants/.ipynb_checkpoints")
                .file("ants/1.webp")
                .file("ants/._0.png")
                .link("cats", "../elsewhere")
                .link("bees/loop", "..")
                .images(1, "new\nline");
        ImageFiles found = ImageFiles.below(temp.resolve("link"), FolderOptions.DEFAULT);
        assertThat(found.files())
                .extracting(file -> temp.resolve("link").relativize(file).toString())
                .containsExactly("0.png", "ants/0.png", "ants/1.png", "bees/0.png", "bees/1.png", "new\nline/0.png");
        assertThat(found.passedOver())
                .hasToString("1 × .webp, 3 × hidden image or folder, 1 × link out of the data (\"cats\"),"
                        + " 1 × link to a folder that holds it (\"bees/loop\")");
        assertThat(ImageFiles.below(root, FOLLOW).files()).hasSize(9);
    }

    @Test
    void predictionNeedsImages() {
        tree.file("none/1.webp");
        assertThatThrownBy(() -> ImageFiles.below(root.resolve("none"), FolderOptions.DEFAULT))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("has no images (.jpg, .jpeg, .png, .bmp, .gif); passed over 1 × .webp");
        assertThatThrownBy(() -> ImageFiles.below(root.resolve("absent"), FolderOptions.DEFAULT))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("cannot be listed");
    }
}
