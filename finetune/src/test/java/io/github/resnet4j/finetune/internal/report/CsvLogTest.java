package io.github.resnet4j.finetune.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.finetune.internal.task.classification.Classification;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.EpochRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvLogTest {
    private static final double NAN = Double.NaN;

    @TempDir
    Path folder;

    private Path log() {
        return folder.resolve("log.csv");
    }

    private void write(List<EpochRow> rows) throws IOException {
        try (CsvLog log = CsvLog.create(log(), Classification.METRICS)) {
            for (EpochRow row : rows) {
                log.append(row);
            }
        }
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        List<EpochRow> rows = Example.epochs(5);
        write(rows);
        assertThat(CsvLog.read(log(), Classification.METRICS)).isEqualTo(rows);
        assertThat(log())
                .content()
                .startsWith("epoch,iterations,lr,train_loss,")
                .endsWith("\n");
    }

    @Test
    void keepsNanAndInfinity() throws IOException {
        EpochRow row = EpochRows.of(1, 10, 0.1, Double.POSITIVE_INFINITY, 0.5, NAN, NAN, NAN, 3, 100, NAN);
        write(List.of(row));
        assertThat(CsvLog.read(log(), Classification.METRICS)).containsExactly(row);
        assertThat(log()).content().endsWith("1,10,0.1,Infinity,0.5,,,,3.0,100.0,\n");
    }

    @Test
    void everyRowIsOnDiskBeforeTheLogIsClosed() throws IOException {
        try (CsvLog log = CsvLog.create(log(), Classification.METRICS)) {
            assertThat(CsvLog.read(log(), Classification.METRICS)).isEmpty();
            log.append(Example.epochs(1).get(0));
            assertThat(CsvLog.read(log(), Classification.METRICS)).hasSize(1);
        }
    }

    @Test
    void resumingDropsTheRowsItWillWriteAgain() throws IOException {
        List<EpochRow> rows = Example.epochs(5);
        write(rows);
        try (CsvLog log = CsvLog.resume(log(), 3, Classification.METRICS)) {
            log.append(rows.get(2));
        }
        assertThat(CsvLog.read(log(), Classification.METRICS)).isEqualTo(rows.subList(0, 3));
    }

    @Test
    void resumingWithoutALogStartsOne() throws IOException {
        CsvLog.resume(log(), 4, Classification.METRICS).close();
        assertThat(CsvLog.read(log(), Classification.METRICS)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "3,138", "3,138,0.01,0.5,0.9,0.5,0.9,1.0,11.0,270.0,0.0", "\0\0\0\0\n", "3,1,,\n"})
    void ignoresATornLastLine(String torn) throws IOException {
        List<EpochRow> rows = Example.epochs(2);
        write(rows);
        Files.writeString(log(), torn, StandardOpenOption.APPEND);
        assertThat(CsvLog.read(log(), Classification.METRICS)).isEqualTo(rows);
        try (CsvLog log = CsvLog.resume(log(), 3, Classification.METRICS)) {
            log.append(Example.epochs(3).get(2));
        }
        assertThat(CsvLog.read(log(), Classification.METRICS)).hasSize(3);
    }

    @Test
    void namesTheLineThatIsNotARow() throws IOException {
        write(Example.epochs(3));
        Files.writeString(log(), Files.readString(log()).replaceFirst("\n2,92,", "\n2,many,"));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> CsvLog.read(log(), Classification.METRICS))
                .withMessageContaining("log.csv:3")
                .withMessageContaining("many");
    }

    @Test
    void leavesAForeignFileAsItIs() throws IOException {
        Files.writeString(log(), "step,loss\n1,2\n");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> CsvLog.resume(log(), 1, Classification.METRICS))
                .withMessageContaining("not a log of this version");
        assertThat(log()).hasContent("step,loss\n1,2\n");
    }

    @Test
    void refusesAnEpochTwice() throws IOException {
        EpochRow row = Example.epochs(1).get(0);
        try (CsvLog log = CsvLog.create(log(), Classification.METRICS)) {
            log.append(row);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> log.append(row))
                    .withMessageContaining("epoch 1 cannot follow epoch 1");
        }
    }

    @Test
    void saysWhyItCannotWrite() throws IOException {
        Files.writeString(folder.resolve("file"), "");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> CsvLog.create(folder.resolve("file/log.csv"), Classification.METRICS))
                .withMessageContaining("cannot be written")
                .withMessageContaining("log.csv");
    }

    @Test
    void saysThatThereIsNoLog() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> CsvLog.read(log(), Classification.METRICS))
                .withMessageEndingWith("log.csv: cannot be read: no such file or folder");
    }

    @Test
    void leavesNoPartialFilesBehind() throws IOException {
        write(Example.epochs(1));
        CsvLog.resume(log(), 1, Classification.METRICS).close();
        assertThat(folder).isDirectoryContaining("glob:**/log.csv");
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }
}
