package io.github.resnet4j.finetune.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.EpochRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the bytes that {@code fixtures/tensorboard_events.py} makes with Google's protobuf. */
class EventLogTest {
    private static final double NAN = Double.NaN;
    private static final Path GOLDEN = Path.of("src/test/resources/golden/tensorboard.tfevents");
    private static final EpochRow FIRST = EpochRows.of(1, 10, 0.1, 1.25, 0.25, 1.5, 0.125, NAN, 3, 512, 0);
    private static final EpochRow LATER = EpochRows.of(300, 3000, 1e-6, 0.0625, NAN, NAN, NAN, NAN, 3, 99.5, 0);

    @TempDir
    Path folder;

    private byte[] bytes() throws IOException {
        return Files.readAllBytes(folder.resolve(EventLog.FILE));
    }

    @Test
    void isWhatTensorBoardsOwnMessagesAre() throws IOException {
        EventLog log = EventLog.create(folder, List.of(), 1700000000.5);
        log.append(FIRST, 1700000000.5);
        log.append(LATER, 1700000060.25);

        assertThat(bytes()).isEqualTo(Files.readAllBytes(GOLDEN));
    }

    /** A run resumed after its first epoch had trained 300 before it was killed. */
    @Test
    void aResumedRunHasEveryEpochOnce() throws IOException {
        EventLog killed = EventLog.create(folder, List.of(), 1600000000);
        killed.append(FIRST, 1600000001);
        killed.append(LATER, 1600000002);

        EventLog resumed = EventLog.create(folder, List.of(FIRST), 1700000000.5);
        resumed.append(LATER, 1700000060.25);

        assertThat(bytes()).isEqualTo(Files.readAllBytes(GOLDEN));
    }
}
