package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.image.Golden;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelFileTest {
    @TempDir
    private Path temp;

    private Path root;
    private Path csv;
    private Tree tree;

    @BeforeEach
    void writeImages() {
        root = temp.resolve("photos");
        csv = temp.resolve("labels.csv");
        tree = new Tree(root).images(4, "", "more");
    }

    private LabelFile read(String text) {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private LabelFile read(byte[] bytes) {
        try {
            Files.write(csv, bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return LabelFile.read(csv, root, FolderOptions.DEFAULT);
    }

    private static List<String> rows(ImageDataset data) {
        return IntStream.range(0, data.size())
                .mapToObj(i -> data.name(i) + " " + data.classes().get(data.label(i)))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.png,bee\n1.png,ant\nmore/0.png,ant\n",
                "path,label\n0.png,bee\n1.png,ant\nmore/0.png,ant\n",
                "Label;Some number;File Name\nant;7;1.png\nbee;8;0.png\nant;9;more/0.png",
                "image\tclass\r\n0.png\tbee\r\n\r\n1.png\tant\r\n  \r\nmore\\0.png\t ant \r\n",
                "\uFEFFpath,label\n\"0.png\",\"bee\"\n./1.png,ant\nmore/../more/0.png,ant\n",
                "path,label,note\n0.png,bee\n1.png,ant,\"a, \"\"b\"\"\nc\"\nmore/0.png,ant,x,y\n",
                "0.png,bee\r1.png,ant\rmore/0.png,ant\r",
            })
    void readsWhatPeopleAndSpreadsheetsWrite(String text) {
        assertThat(rows(read(text).images())).containsExactly("1.png ant", "more/0.png ant", "0.png bee");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
    void readsUnicodeTextOfSpreadsheets(String charset) {
        byte[] bytes = "\uFEFFpath\tlabel\r\n0.png\tcôté\r\n1.png\t猫\r\n".getBytes(Charset.forName(charset));
        assertThat(read(bytes).images().classes()).containsExactly("côté", "猫");
    }

    @Test
    void findsNamesWithQuotesSeparatorsAccentsAndLineBreaks() {
        byte[] image = Golden.bytes("image/rgb8.png");
        tree.write("a, \"b\".png", image).write("cafe\u0301.png", image).write("two\nlines.png", image);
        assertThat(rows(read("\"a, \"\"b\"\".png\",x\ncaf\u00e9.png,y\n\"two\nlines.png\",y\n")
                        .images()))
                .containsExactly("a, \"b\".png x", "cafe\u0301.png y", "two\nlines.png y");
    }

    /** The order of lines is nothing: another one is the same run. */
    @Test
    void hasTheOrderOfClassFolders() {
        tree.images(3, "ant", "bee");
        String lines = IntStream.range(0, 3)
                .mapToObj(i -> "bee/" + i + ".png,bee\nant/" + (2 - i) + ".png,ant\n")
                .collect(Collectors.joining());
        Path folders = temp.resolve("folders");
        new Tree(folders).images(3, "ant", "bee");
        ImageFolder listed = read(lines).images();
        ImageFolder inFolders = ImageFolder.open(folders);
        assertThat(rows(listed)).isEqualTo(rows(inFolders));
        assertThat(listed.classes()).isEqualTo(inFolders.classes());
        String fingerprint = listed.fingerprint();
        List<String> shuffled = new ArrayList<>(lines.lines().toList());
        java.util.Collections.reverse(shuffled);
        assertThat(read(String.join("\n", shuffled)).images().fingerprint()).isEqualTo(fingerprint);
        assertThat(read(lines.replace("bee/1.png,bee", "bee/1.png,ant"))
                        .images()
                        .fingerprint())
                .isNotEqualTo(fingerprint);
    }

    @Test
    void theSplitIsWhatTheFileSays() {
        String text =
                "path,label,split\n0.png,a,train\n1.png,b,Training\n2.png,a,val\n3.png,b,test\nmore/0.png,a,train\n";
        LabelFile file = read(text);
        TrainVal data = file.trainVal(0.5, 1);
        assertThat(rows(data.train())).containsExactly("0.png a", "more/0.png a", "1.png b");
        assertThat(rows(data.val())).containsExactly("2.png a");
        assertThat(rows(file.evaluation())).containsExactly("2.png a");
        assertThat(data.how()).matches("labels of .*labels.csv \\(SHA-256 [0-9a-f]{64}\\), train and val");
        TrainVal tested = read(text.replace("2.png,a,val\n", "")).trainVal(0.5, 1);
        assertThat(rows(tested.val())).containsExactly("3.png b");
    }

    @Test
    void withoutASplitAShareOfEachClassIsHeldOut() {
        TrainVal data = read("0.png,a\n1.png,a\n2.png,b\n3.png,b\n").trainVal(0.5, 1);
        assertThat(data.train().classCounts()).containsExactly(1, 1);
        assertThat(data.val().classCounts()).containsExactly(1, 1);
        assertThat(data.how()).startsWith("stratified split of labels of ").contains("0.5 of each class");
    }

    @Test
    void aFoldIsHeldOutAndSharesTheWhole() {
        LabelFile file = read("path,label,fold\n0.png,a,1\n1.png,b,2\n2.png,a,2\n3.png,b,1\nmore/1.png,b,\n");
        TrainVal first = file.fold("1");
        assertThat(rows(first.val())).containsExactly("0.png a", "3.png b");
        assertThat(rows(first.train())).containsExactly("2.png a", "1.png b", "more/1.png b");
        assertThat(first.train().whole()).isSameAs(file.fold("2").val().whole());
        assertThat(first.train().whole().name(first.train().indexInWhole(1))).isEqualTo("1.png");
        assertThatThrownBy(() -> file.fold("3")).hasMessageContaining("has no fold \"3\", only \"1\", \"2\"");
        LabelFile without = read("0.png,a\n1.png,b\n");
        assertThatThrownBy(() -> without.fold("1")).hasMessageContaining("has no column fold");
    }

    @Test
    void equalLinesCountOnce() {
        tree.link("same.png", "0.png");
        assertThat(rows(read("0.png,a\n1.png,b\n0.png,a\nsame.png,a\n").images()))
                .containsExactly("0.png a", "1.png b");
    }

    @Test
    void namesEveryProblemWithItsLine() throws IOException {
        tree.link("out.png", "../outside.png").folder("dir.png");
        Files.write(temp.resolve("outside.png"), Golden.bytes("image/rgb8.png"));
        assertThatThrownBy(() -> read("""
                        path,label,split
                        0.png,a,train
                        1.pgn,b,train
                        ../outside.png,b,train
                        out.png,b,train
                        dir.png,b,train
                        ,b,train
                        1.png,,train
                        1.png,b,trian
                        0.png,b,train
                        0.png,a,val
                        2.png,c,val
                        more/2,b,train
                        more/3.png,b,train
                        """))
                .isInstanceOf(BadDataException.class)
                .hasMessageStartingWith(csv + ": 11 problems: ")
                .hasMessageContainingAll(
                        "line 3: no such file \"1.pgn\"; did you mean \"1.png\"?",
                        "line 4: \"../outside.png\" leads out of " + root + ": move",
                        "line 5: \"out.png\" is a link out of the data",
                        "line 6: \"dir.png\" is a folder",
                        "line 7: has no path",
                        "line 8: has no label",
                        "line 9: unknown split \"trian\": write train, val or test",
                        "line 10: \"0.png\" is labelled \"b\", but in line 2 \"a\": keep one",
                        "line 11: \"0.png\" is in another part than in line 2: keep one",
                        "line 12: class \"c\" has no training image",
                        "line 13: no such file \"more/2\"; did you mean \"more/2.png\"?");
    }

    @Test
    void aMistypedClassOfTheValidationImagesIsOneThatNobodyTrains() {
        assertThatThrownBy(() -> read("path,label,split\n0.png,ant,train\n1.png,bee,train\n2.png,bees,val\n"))
                .hasMessage(csv + ": line 4: class \"bees\" has no training image; did you mean \"bee\"?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                  | is empty: write a path and a label in each line",
                "'0.png,a\n1.png,a\n'                | has only one class, \"a\": at least two are needed",
                "'id,breed\n0.png,a\n1.png,b\n'      | line 1: no such file \"id\"; if the line names the columns, call them path and label",
                "'path,breed\n0.png,a\n'             | line 1 names the columns \"path\", \"breed\", but none of them label",
                "'path,label,class\n0.png,a,b\n'     | line 1: the columns \"label\", \"class\" both mean the label: keep one",
                "'0.png,a,train,x\n1.png,b,train\n'  | line 1: has 4 fields: with more than path, label and split, name the columns",
                "'0.png,a\n\"1.png\"x,b\n'           | line 2 cannot be read, nor what follows: unexpected character after closing quote",
                "'0.png,a\n\"1.png,b\n2.png,b\n'     | line 2: has no label",
                "'0.png\n1.png\n'                    | line 1: has no label",
                "'path,label,split\n0.png,a,val\n1.png,b,val\n' | has no training images",
            })
    void saysWhatIsWrong(String text, String problem) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(BadDataException.class)
                .hasMessageStartingWith(csv.toString())
                .hasMessageContaining(problem);
    }

    @Test
    void saysWhichFileIsNone() {
        assertThatThrownBy(() -> LabelFile.read(temp.resolve("labls.csv"), root, FolderOptions.DEFAULT))
                .hasMessageContaining("labls.csv: does not exist");
        assertThatThrownBy(() -> LabelFile.read(root, root, FolderOptions.DEFAULT))
                .hasMessageContaining("is not a file");
        assertThatThrownBy(() -> read("0.png,a\n1.png,caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1)))
                .hasMessage(csv + ": line 2 is not UTF-8 text: save the file as UTF-8");
        assertThatThrownBy(() -> read(Golden.bytes("image/rgb8.png")))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("not UTF-8 text");
        assertThatThrownBy(() -> read(new byte[100])).hasMessageContaining("is not text");
        assertThatThrownBy(() -> read(new byte[(64 << 20) + 1])).hasMessageContaining("is larger than 64 MB");
    }

    @Test
    void ofVeryManyProblemsTellsTheFirst() {
        String text = IntStream.range(0, 5000).mapToObj(i -> "x" + i + ",a\n").collect(Collectors.joining());
        assertThatThrownBy(() -> read(text))
                .hasMessageStartingWith(csv + ": 5000 problems: line 1: ")
                .hasMessageContaining("line 20: ")
                .hasMessageEndingWith("; and 4980 more");
    }
}
