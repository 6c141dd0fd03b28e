package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.report.Numbers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A run's {@code executors.csv}: a row for each epoch and executor of a cluster. */
public final class ExecutorLog {
    /** In the run's folder. */
    public static final String FILE = "executors.csv";

    private static final String HEADER = "epoch," + ExecutorRow.HEADER + "\n";

    private final Path file;

    /** @param fresh whether the run begins, so that what an earlier one left goes */
    public ExecutorLog(Path folder, boolean fresh) throws IOException {
        this.file = folder.resolve(FILE);
        if (fresh || Files.notExists(file)) {
            AtomicFile.write(file, HEADER);
        }
    }

    /** @param epoch from 1 */
    public void append(int epoch, List<ExecutorRow> rows) throws IOException {
        Files.writeString(
                file,
                rows.stream().map(row -> epoch + "," + row.csv() + "\n").collect(Collectors.joining()),
                StandardCharsets.UTF_8,
                StandardOpenOption.APPEND,
                StandardOpenOption.CREATE);
    }

    /** The sums over all epochs by executor; none if there is no such file. Lines that are no rows are passed over. */
    public static List<ExecutorRow> totals(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        TreeMap<Integer, ExecutorRow> totals = new TreeMap<>();
        for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
            String[] cells = line.split(",");
            if (cells.length == 7 && cells[0].matches("[0-9]{1,9}")) {
                try {
                    ExecutorRow row = new ExecutorRow(
                            Integer.parseInt(cells[1]),
                            cells[2],
                            Long.parseLong(cells[3]),
                            Double.parseDouble(cells[4]),
                            Double.parseDouble(cells[5]),
                            Double.parseDouble(cells[6]));
                    totals.merge(row.rank(), row, ExecutorRow::plus);
                } catch (NumberFormatException e) {
                    continue; // cut off where the process ended
                }
            }
        }
        return new ArrayList<>(totals.values());
    }

    /** A line about the executors, for people. */
    public static String words(List<ExecutorRow> rows) {
        List<ExecutorRow> busy = rows.stream().filter(row -> row.images() > 0).toList();
        double slowest = busy.stream().mapToDouble(ExecutorRow::computed).max().orElse(0);
        double fastest = busy.stream().mapToDouble(ExecutorRow::computed).min().orElse(0);
        double seconds = rows.stream().mapToDouble(ExecutorRow::seconds).sum();
        return String.format(
                Locale.ROOT,
                "%s: %s images/s, %.0f %% exchanging, %.0f %% waiting for data%s",
                Numbers.count(rows.size(), "executor", "executors"),
                rows.stream().map(row -> Numbers.speed(row.imagesPerSecond())).collect(Collectors.joining(" + ")),
                100 * rows.stream().mapToDouble(ExecutorRow::exchanged).sum() / seconds,
                100 * rows.stream().mapToDouble(ExecutorRow::waited).sum() / seconds,
                busy.size() < 2
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "; the slowest computes %.0f %% longer than the fastest",
                                100 * (slowest / fastest - 1)));
    }
}
