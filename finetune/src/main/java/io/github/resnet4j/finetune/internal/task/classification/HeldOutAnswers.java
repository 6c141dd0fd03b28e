package io.github.resnet4j.finetune.internal.task.classification;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.quality.Scores;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code validation.csv} in the folder of a fold: what its last model says of the images that it was not trained on, a line for each
 * with path, label and the probability of every class. So the folds that are done need not be computed again to be summed up.
 */
public final class HeldOutAnswers {
    public static final String FILE = "validation.csv";

    private HeldOutAnswers() {}

    public static void write(Path file, ImageDataset val, Scores scores) throws IOException {
        AtomicFile.write(file, out -> {
            CsvWriter lines = CsvWriter.builder().build(new OutputStreamWriter(out, StandardCharsets.UTF_8));
            List<String> names = new ArrayList<>(List.of("path", "label"));
            names.addAll(val.classes());
            lines.writeRecord(names);
            for (Scores.Row row : scores.rows()) {
                List<String> fields = new ArrayList<>(
                        List.of(val.name(row.index()), val.classes().get(row.actual())));
                for (float probability : row.probabilities()) {
                    fields.add(Float.toString(probability));
                }
                lines.writeRecord(fields);
            }
            lines.flush(); // the stream is closed by who opened it
        });
    }

    /** Takes an image's answer. */
    @FunctionalInterface
    public interface Answers {
        void add(String path, float[] probabilities);
    }

    /** @throws IOException if the file is not what {@link #write} writes for these classes */
    public static void read(Path file, List<String> classes, Answers answers) throws IOException {
        boolean header = true;
        try (CsvReader<CsvRecord> lines = CsvReader.builder().ofCsvRecord(file)) {
            for (CsvRecord line : lines) {
                if (header) {
                    List<String> names = line.getFields();
                    if (names.size() < 2 || !names.subList(2, names.size()).equals(classes)) {
                        throw new IOException(file + ": has other columns than the classes of this run");
                    }
                    header = false;
                    continue;
                }
                float[] probabilities = new float[classes.size()];
                for (int c = 0; c < probabilities.length; c++) {
                    probabilities[c] = Float.parseFloat(line.getField(2 + c));
                    if (!(probabilities[c] >= 0 && probabilities[c] <= 1)) {
                        throw new NumberFormatException(line.getField(2 + c) + " is no probability");
                    }
                }
                answers.add(line.getField(0), probabilities);
            }
        } catch (CsvParseException | NumberFormatException e) {
            throw new IOException(file + ": is damaged; delete it, and it is written anew (" + e.getMessage() + ")", e);
        }
    }
}
