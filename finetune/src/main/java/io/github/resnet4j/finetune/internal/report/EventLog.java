package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.report.EpochRow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A run's scalars as TensorBoard reads them: a file of TFRecords, each of which holds an {@code Event} of TensorFlow's
 * {@code event.proto}. The step of an event is its epoch.
 *
 * <p>Written by hand, for of the two messages only four kinds of fields are needed: TensorFlow's Java bindings, which can
 * write them too, bring hundreds of megabytes of native code.
 */
public final class EventLog {
    /** TensorBoard knows its files by {@code tfevents} in their names. */
    public static final String FILE = "events.out.tfevents.resnet4j";

    private static final String VERSION = "brain.Event:2";
    private static final int MASK = 0xa282ead8;

    // Fields of Event.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    // Of Summary, and of Summary.Value.
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    // Wire types.
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final Path file;

    private EventLog(Path file) {
        this.file = file;
    }

    /**
     * A log with the epochs that a run has behind it; replaces an existing one, so that no epoch of a resumed run is in it
     * twice.
     *
     * @param folder the run's, whose name TensorBoard shows
     * @param wallTime seconds since 1970, also of these epochs
     */
    public static EventLog create(Path folder, List<EpochRow> done, double wallTime) throws IOException {
        EventLog log = new EventLog(folder.resolve(FILE));
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        records.writeBytes(record(event(wallTime, 0, FILE_VERSION, VERSION.getBytes(StandardCharsets.UTF_8))));
        done.forEach(row -> records.writeBytes(record(event(wallTime, row))));
        AtomicFile.write(log.file, out -> out.write(records.toByteArray()));
        return log;
    }

    /** Appends an epoch. */
    public void append(EpochRow row, double wallTime) throws IOException {
        try {
            Files.write(file, record(event(wallTime, row)), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw FileProblem.cannotBe("written", file, e);
        }
    }

    private static byte[] event(double wallTime, EpochRow row) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("loss/train", row.trainLoss());
        scalars.put("loss/validation", row.valLoss());
        row.training().forEach((metric, value) -> scalars.put(metric.key() + "/train", value));
        row.validation().forEach((metric, value) -> scalars.put(metric.key() + "/validation", value));
        scalars.put("learning-rate", row.lr());
        scalars.put("images-per-second", row.imagesPerSecond());
        ByteArrayOutputStream summary = new ByteArrayOutputStream();
        scalars.forEach((tag, value) -> {
            if (Double.isFinite(value)) {
                ByteArrayOutputStream scalar = new ByteArrayOutputStream();
                bytes(scalar, TAG, tag.getBytes(StandardCharsets.UTF_8));
                key(scalar, SIMPLE_VALUE, FIXED32);
                scalar.writeBytes(
                        little(Float.BYTES).putFloat(value.floatValue()).array());
                bytes(summary, VALUE, scalar.toByteArray());
            }
        });
        return event(wallTime, row.epoch(), SUMMARY, summary.toByteArray());
    }

    private static byte[] event(double wallTime, long step, int field, byte[] what) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        key(event, WALL_TIME, FIXED64);
        event.writeBytes(little(Double.BYTES).putDouble(wallTime).array());
        if (step != 0) { // 0 is what is read where nothing is written
            key(event, STEP, VARINT);
            varint(event, step);
        }
        bytes(event, field, what);
        return event.toByteArray();
    }

    private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
        key(out, field, BYTES);
        varint(out, value.length);
        out.writeBytes(value);
    }

    private static void key(ByteArrayOutputStream out, int field, int wireType) {
        varint(out, (long) field << 3 | wireType);
    }

    /** Seven bits a byte, the lowest first; the eighth says that more follow. */
    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest >>> 7 != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** A TFRecord: length, its checksum, data, their checksum. */
    private static byte[] record(byte[] data) {
        byte[] length = little(Long.BYTES).putLong(data.length).array();
        return little(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
                .put(length)
                .putInt(masked(length))
                .put(data)
                .putInt(masked(data))
                .array();
    }

    /** Masked, as TFRecord has it: data that hold checksums themselves would have weak ones. */
    private static int masked(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
