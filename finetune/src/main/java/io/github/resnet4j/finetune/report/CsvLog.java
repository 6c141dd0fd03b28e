package io.github.resnet4j.finetune.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.files.FileProblem;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * A run's {@code log.csv}: one row per epoch, on disk as soon as the epoch ends. NaN is an empty cell, as spreadsheets
 * and pandas expect.
 */
public final class CsvLog implements Closeable {
    private static final String HEADER = "epoch,iterations,lr,train_loss,train_top1,val_loss,val_top1,val_top5,seconds,"
            + "images_per_second,data_wait_share";
    private static final int COLUMNS = HEADER.split(",").length;
    private static final long MAX_BYTES = 64L << 20;

    private final Path file;
    private final FileChannel channel;
    private int lastEpoch;

    private CsvLog(Path file, int lastEpoch) throws IOException {
        this.file = file;
        this.lastEpoch = lastEpoch;
        try {
            channel = FileChannel.open(file, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw FileProblem.cannotBe("written", file, e);
        }
    }

    /** An empty log; replaces an existing file. */
    public static CsvLog create(Path file) throws IOException {
        AtomicFile.write(file, HEADER + "\n");
        return new CsvLog(file, 0);
    }

    /**
     * The log of a run that resumes at {@code epoch}: keeps the rows of earlier epochs, drops later ones and a
     * truncated line. Without a file, a new log.
     *
     * @throws IOException also when the file is not a log of this version; it is then left as it is
     */
    public static CsvLog resume(Path file, int epoch) throws IOException {
        if (Files.notExists(file)) {
            return create(file);
        }
        List<EpochRow> kept =
                read(file).stream().filter(row -> row.epoch() < epoch).toList();
        AtomicFile.write(
                file,
                kept.stream().map(CsvLog::format).collect(Collectors.joining("\n", HEADER + "\n", ""))
                        + (kept.isEmpty() ? "" : "\n"));
        return new CsvLog(file, kept.isEmpty() ? 0 : kept.get(kept.size() - 1).epoch());
    }

    /** Appends a row and forces it to disk; epochs must grow. */
    public void append(EpochRow row) throws IOException {
        if (row.epoch() <= lastEpoch) {
            throw new IllegalArgumentException(
                    file + ": epoch " + row.epoch() + " cannot follow epoch " + lastEpoch + "; resume the log there");
        }
        try {
            ByteBuffer line = StandardCharsets.UTF_8.encode(format(row) + "\n");
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(false);
        } catch (IOException e) {
            throw FileProblem.cannotBe("written", file, e);
        }
        lastEpoch = row.epoch();
    }

    /**
     * The rows of a log, without a last line that was cut off.
     *
     * @throws IOException naming file and line where the file is not a log
     */
    public static List<EpochRow> read(Path file) throws IOException {
        String text;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("larger than any log (" + (MAX_BYTES >> 20) + " MB)");
            }
            text = Files.readString(file);
        } catch (IOException e) {
            throw FileProblem.cannotBe("read", file, e);
        }
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            throw new IOException(file + ":1: not a log of this version, its first line must be " + HEADER);
        }
        List<EpochRow> rows = new ArrayList<>(lines.size() - 1);
        for (int i = 1; i < lines.size(); i++) {
            boolean last = i == lines.size() - 1;
            if (last && !text.endsWith("\n")) {
                break;
            }
            try {
                EpochRow row = parse(lines.get(i));
                if (!rows.isEmpty() && row.epoch() <= rows.get(rows.size() - 1).epoch()) {
                    throw new IllegalArgumentException("epoch " + row.epoch() + " is out of order");
                }
                rows.add(row);
            } catch (IllegalArgumentException e) {
                if (!last) {
                    throw new IOException(file + ":" + (i + 1) + ": " + e.getMessage(), e);
                }
            }
        }
        return rows;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static String format(EpochRow row) {
        String measures = DoubleStream.of(
                        row.lr(),
                        row.trainLoss(),
                        row.trainTop1(),
                        row.valLoss(),
                        row.valTop1(),
                        row.valTop5(),
                        row.seconds(),
                        row.imagesPerSecond(),
                        row.dataWaitShare())
                .mapToObj(value -> Double.isNaN(value) ? "" : Double.toString(value))
                .collect(Collectors.joining(","));
        return row.epoch() + "," + row.iterations() + "," + measures;
    }

    private static EpochRow parse(String line) {
        String[] cells = line.split(",", -1);
        if (cells.length != COLUMNS) {
            throw new IllegalArgumentException("expected " + COLUMNS + " columns, found " + cells.length);
        }
        double[] v = Arrays.stream(cells)
                .skip(2)
                .mapToDouble(cell -> cell.isEmpty() ? Double.NaN : Double.parseDouble(cell))
                .toArray();
        return new EpochRow(
                Integer.parseInt(cells[0]),
                Long.parseLong(cells[1]),
                v[0],
                v[1],
                v[2],
                v[3],
                v[4],
                v[5],
                v[6],
                v[7],
                v[8]);
    }
}
