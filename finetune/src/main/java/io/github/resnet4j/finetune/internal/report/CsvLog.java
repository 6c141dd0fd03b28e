package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.internal.task.Task;
import io.github.resnet4j.finetune.internal.task.Tasks;
import io.github.resnet4j.finetune.report.EpochRow;
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
import java.util.PrimitiveIterator;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * A run's {@code log.csv}: one row per epoch, on disk as soon as the epoch ends. NaN is an empty cell, as spreadsheets
 * and pandas expect. What the run's task measures has columns of its own, behind those of the losses.
 */
public final class CsvLog implements Closeable {
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
    public static CsvLog create(Path file, Metrics metrics) throws IOException {
        AtomicFile.write(file, header(metrics) + "\n");
        return new CsvLog(file, 0);
    }

    /**
     * The log of a run that resumes at {@code epoch}: keeps the rows of earlier epochs, drops later ones and a
     * truncated line. Without a file, a new log.
     *
     * @throws IOException also when the file is not a log of this version; it is then left as it is
     */
    public static CsvLog resume(Path file, int epoch, Metrics metrics) throws IOException {
        if (Files.notExists(file)) {
            return create(file, metrics);
        }
        List<EpochRow> kept =
                read(file, metrics).stream().filter(row -> row.epoch() < epoch).toList();
        AtomicFile.write(
                file,
                kept.stream().map(CsvLog::format).collect(Collectors.joining("\n", header(metrics) + "\n", ""))
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
     * The rows of the log of any task, without a last line that was cut off.
     *
     * @throws IOException naming file and line where the file is not a log
     */
    public static List<EpochRow> read(Path file) throws IOException {
        String text = text(file);
        String first = text.lines().findFirst().orElse("");
        Metrics metrics = Tasks.all().stream()
                .map(Task::metrics)
                .filter(each -> first.equals(header(each)))
                .findFirst()
                .orElseThrow(() -> new IOException(file + ":1: not a log of this version"));
        return rows(file, text, metrics);
    }

    /**
     * The rows of a log, without a last line that was cut off.
     *
     * @param metrics of the task that it is a log of
     * @throws IOException naming file and line where the file is not such a log
     */
    public static List<EpochRow> read(Path file, Metrics metrics) throws IOException {
        return rows(file, text(file), metrics);
    }

    private static String text(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("larger than any log (" + (MAX_BYTES >> 20) + " MB)");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw FileProblem.cannotBe("read", file, e);
        }
    }

    private static List<EpochRow> rows(Path file, String text, Metrics metrics) throws IOException {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(header(metrics))) {
            throw new IOException(file + ":1: not a log of this version, its first line must be " + header(metrics));
        }
        List<EpochRow> rows = new ArrayList<>(lines.size() - 1);
        for (int i = 1; i < lines.size(); i++) {
            boolean last = i == lines.size() - 1;
            if (last && !text.endsWith("\n")) {
                break;
            }
            try {
                EpochRow row = parse(lines.get(i), metrics);
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

    private static String header(Metrics metrics) {
        List<String> columns = new ArrayList<>(List.of("epoch", "iterations", "lr", "train_loss"));
        metrics.training().forEach(metric -> columns.add("train_" + metric.key()));
        columns.add("val_loss");
        metrics.validation().forEach(metric -> columns.add("val_" + metric.key()));
        columns.addAll(List.of("seconds", "images_per_second", "data_wait_share"));
        return String.join(",", columns);
    }

    private static String format(EpochRow row) {
        DoubleStream.Builder values = DoubleStream.builder();
        values.add(row.lr()).add(row.trainLoss());
        row.training().values().forEach(values::add);
        values.add(row.valLoss());
        row.validation().values().forEach(values::add);
        values.add(row.seconds()).add(row.imagesPerSecond()).add(row.dataWaitShare());
        String measures = values.build()
                .mapToObj(value -> Double.isNaN(value) ? "" : Double.toString(value))
                .collect(Collectors.joining(","));
        return row.epoch() + "," + row.iterations() + "," + measures;
    }

    private static EpochRow parse(String line, Metrics metrics) {
        String[] cells = line.split(",", -1);
        int columns = header(metrics).split(",").length;
        if (cells.length != columns) {
            throw new IllegalArgumentException("expected " + columns + " columns, found " + cells.length);
        }
        PrimitiveIterator.OfDouble values = Arrays.stream(cells)
                .skip(2)
                .mapToDouble(cell -> cell.isEmpty() ? Double.NaN : Double.parseDouble(cell))
                .iterator();
        return new EpochRow(
                Integer.parseInt(cells[0]),
                Long.parseLong(cells[1]),
                values.nextDouble(),
                values.nextDouble(),
                Metrics.values(metrics.training(), metric -> values.nextDouble()),
                values.nextDouble(),
                Metrics.values(metrics.validation(), metric -> values.nextDouble()),
                values.nextDouble(),
                values.nextDouble(),
                values.nextDouble());
    }
}
