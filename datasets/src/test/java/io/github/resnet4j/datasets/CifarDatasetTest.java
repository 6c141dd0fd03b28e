package io.github.resnet4j.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CifarDatasetTest {
    private static final int PLANE = 32 * 32;

    @TempDir
    private Path folder;

    /** A record whose red plane counts up, green is 100 and blue is {@code blue}. */
    private static byte[] record(int blue, int... labels) {
        byte[] record = new byte[labels.length + 3 * PLANE];
        for (int i = 0; i < labels.length; i++) {
            record[i] = (byte) labels[i];
        }
        for (int i = 0; i < PLANE; i++) {
            record[labels.length + i] = (byte) i;
            record[labels.length + PLANE + i] = 100;
            record[labels.length + 2 * PLANE + i] = (byte) blue;
        }
        return record;
    }

    private static byte[] file(byte[]... records) {
        byte[] all = new byte[Arrays.stream(records).mapToInt(r -> r.length).sum()];
        int at = 0;
        for (byte[] record : records) {
            System.arraycopy(record, 0, all, at, record.length);
            at += record.length;
        }
        return all;
    }

    private Path write(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    @Test
    void readsRecordsOfOneLabelAndThreePlanes() throws IOException {
        Path file = write("some.bin", file(record(7, 9), record(200, 0), record(9, 3)));
        CifarDataset data = CifarDataset.readFile(file, CifarVariant.CIFAR10);
        assertThat(data.size()).isEqualTo(3);
        assertThat(List.of(data.label(0), data.label(1), data.label(2))).containsExactly(9, 0, 3);
        assertThat(data.classes().get(data.label(0))).isEqualTo("truck");
        assertThat(List.of(data.name(0), data.name(2))).containsExactly("some.bin#0", "some.bin#2");
        byte[] pixels = data.image(1).pixels();
        assertThat(data.image(1).width()).isEqualTo(32);
        for (int i : new int[] {0, 1, 31, 32, 255, PLANE - 1}) {
            assertThat(new int[] {pixels[3 * i] & 0xff, pixels[3 * i + 1], pixels[3 * i + 2] & 0xff})
                    .containsExactly(i & 0xff, 100, 200);
        }
    }

    /** The first byte is the coarse label, the second the fine one, which is the class. */
    @Test
    void ofCifar100TheFineLabelCounts() throws IOException {
        Path file = write("train.bin", file(record(1, 19, 0), record(2, 0, 99), record(3, 4, 57)));
        CifarDataset data = CifarDataset.readFile(file, CifarVariant.CIFAR100);
        assertThat(data.classes()).hasSize(100);
        assertThat(IntStream.range(0, 3).mapToObj(i -> data.classes().get(data.label(i))))
                .containsExactly("apple", "worm", "pear");
        assertThat(data.image(2).pixels()[2]).isEqualTo((byte) 3);
    }

    @ParameterizedTest
    @EnumSource(CifarVariant.class)
    void readsTheOfficialFilesOfEachPart(CifarVariant variant) throws IOException {
        boolean ten = variant == CifarVariant.CIFAR10;
        String inner = (ten ? "cifar-10-batches-bin" : "cifar-100-binary") + "/";
        List<String> train = ten
                ? List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5")
                : List.of("train");
        for (int i = 0; i < train.size(); i++) {
            write(
                    inner + train.get(i) + ".bin",
                    file(ten ? record(i, i) : record(i, 0, i), ten ? record(50, 8) : record(50, 0, 8)));
        }
        write(inner + (ten ? "test_batch.bin" : "test.bin"), file(ten ? record(77, 5) : record(77, 0, 5)));
        CifarDataset data = CifarDataset.read(folder, variant, Split.TRAIN);
        assertThat(data.size()).isEqualTo(2 * train.size());
        assertThat(IntStream.range(0, data.size())
                        .filter(i -> i % 2 == 0)
                        .map(data::label)
                        .boxed())
                .containsExactlyElementsOf(
                        IntStream.range(0, train.size()).boxed().toList());
        assertThat(data.name(data.size() - 1)).isEqualTo(train.get(train.size() - 1) + ".bin#1");
        CifarDataset test = CifarDataset.read(folder.resolve(inner), variant, Split.VAL);
        assertThat(test.size()).isEqualTo(1);
        assertThat(test.label(0)).isEqualTo(5);
        assertThat(test.fingerprint()).isNotEqualTo(data.fingerprint()).matches("[0-9a-f]{64}");
    }

    @Test
    void classNamesComeFromTheFileBesideTheRecords() throws IOException {
        Path file = write("x.bin", record(0, 1));
        write("batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n".getBytes(StandardCharsets.UTF_8));
        assertThat(CifarDataset.readFile(file, CifarVariant.CIFAR10).classes())
                .containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
        write("batches.meta.txt", "a\na\nc\nd\ne\nf\ng\nh\ni\nj\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> CifarDataset.readFile(file, CifarVariant.CIFAR10))
                .isInstanceOf(BadDataException.class)
                .hasMessageContaining("needs 10 different class names");
    }

    @Test
    void refusesLabelsThatTheDataSetHasNot() throws IOException {
        Path ten = write("ten.bin", file(record(0, 9), record(0, 10)));
        assertThatThrownBy(() -> CifarDataset.readFile(ten, CifarVariant.CIFAR10))
                .hasMessageContaining("record 1 (byte 3073): label 10, but CIFAR-10 has 0 to 9 there");
        Path good = write("good.bin", file(record(0, 1), record(0, 2)));
        assertThatThrownBy(() -> CifarDataset.readFiles(List.of(good, ten), CifarVariant.CIFAR10))
                .hasMessageStartingWith(ten + ": record 1 (byte 3073): ");
        Path coarse = write("coarse.bin", file(record(0, 20, 5)));
        assertThatThrownBy(() -> CifarDataset.readFile(coarse, CifarVariant.CIFAR100))
                .hasMessageContaining("record 0 (byte 0): label 20, but CIFAR-100 has 0 to 19 there");
        Path fine = write("fine.bin", file(record(0, 19, 99), record(0, 3, 100)));
        assertThatThrownBy(() -> CifarDataset.readFile(fine, CifarVariant.CIFAR100))
                .hasMessageContaining("record 1 (byte 3075): label 100, but CIFAR-100 has 0 to 99 there");
    }

    @Test
    void refusesFilesOfAnotherLength() throws IOException {
        Path part = write("part.bin", new byte[3072]);
        assertThatThrownBy(() -> CifarDataset.readFile(part, CifarVariant.CIFAR10))
                .hasMessageContaining("3072 bytes is not a multiple of the 3073");
        Path hundred = write("hundred.bin", new byte[3074]);
        assertThatThrownBy(() -> CifarDataset.readFile(hundred, CifarVariant.CIFAR10))
                .hasMessageContaining("it fits CIFAR-100");
        Path empty = write("empty.bin", new byte[0]);
        assertThatThrownBy(() -> CifarDataset.readFile(empty, CifarVariant.CIFAR10))
                .hasMessageContaining("0 bytes")
                .hasMessageNotContaining("it fits");
        Path large = folder.resolve("large.bin");
        try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
            sparse.setLength(100_001L * 3073);
        }
        assertThatThrownBy(() -> CifarDataset.readFile(large, CifarVariant.CIFAR10))
                .hasMessageContaining("100001 records, more than the 100000");
        assertThatThrownBy(() -> CifarDataset.readFile(folder.resolve("absent.bin"), CifarVariant.CIFAR10))
                .hasMessageEndingWith("does not exist");
        assertThatThrownBy(() -> CifarDataset.readFiles(List.of(), CifarVariant.CIFAR10))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysWhatAFolderHoldsInstead() throws IOException {
        assertThatThrownBy(() -> CifarDataset.read(folder, CifarVariant.CIFAR10, Split.TRAIN))
                .hasMessageContaining("no \"data_batch_1.bin\", \"data_batch_2.bin\"");
        write("cifar-10-binary.tar.gz", new byte[1]);
        assertThatThrownBy(() -> CifarDataset.read(folder, CifarVariant.CIFAR10, Split.VAL))
                .hasMessageContaining("not yet extracted");
        write("cifar-100-binary/test.bin", new byte[1]);
        assertThatThrownBy(() -> CifarDataset.read(folder, CifarVariant.CIFAR10, Split.VAL))
                .hasMessageContaining("holds CIFAR-100, not CIFAR-10");
        write("test_batch", new byte[1]);
        assertThatThrownBy(() -> CifarDataset.read(folder, CifarVariant.CIFAR10, Split.VAL))
                .hasMessageContaining("Python version");
        assertThatThrownBy(() -> CifarDataset.read(folder.resolve("test_batch"), CifarVariant.CIFAR10, Split.VAL))
                .hasMessageContaining("is a file: name the folder");
        assertThatThrownBy(() -> CifarDataset.read(folder.resolve("absent"), CifarVariant.CIFAR10, Split.VAL))
                .hasMessageContaining("does not exist: extract cifar-10-binary.tar.gz there");
    }
}
