package io.github.resnet4j.finetune.quality;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@code fixtures/quality.py} wrote with PyTorch and numpy. */
final class Golden {
    private static final Path FOLDER = Path.of("src/test/resources/golden/quality");
    private static final int CLASSES = 5;

    private Golden() {}

    static List<String[]> rows(String file) throws IOException {
        return Files.readAllLines(FOLDER.resolve(file)).stream()
                .map(line -> line.split(","))
                .toList();
    }

    static Scores scores() throws IOException {
        Scores scores = new Scores(CLASSES);
        for (String[] row : rows("scores.csv")) {
            float[] probabilities = new float[CLASSES];
            for (int c = 0; c < CLASSES; c++) {
                probabilities[c] = Float.parseFloat(row[c + 1]);
            }
            scores.add(scores.size(), Integer.parseInt(row[0]), probabilities, 0);
        }
        return scores;
    }

    static Map<String, Double> expected() throws IOException {
        return rows("expected.csv").stream().collect(Collectors.toMap(row -> row[0], row -> Double.valueOf(row[1])));
    }
}
