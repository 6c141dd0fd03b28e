package io.github.resnet4j.finetune.lesion;

import io.github.resnet4j.engine.Backend;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.internal.checkpoint.RunLock;
import io.github.resnet4j.finetune.internal.report.Charts;
import io.github.resnet4j.finetune.internal.report.Figure;
import io.github.resnet4j.finetune.internal.report.StudyPage;
import io.github.resnet4j.finetune.report.Machine;
import io.github.resnet4j.finetune.report.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a study leaves its results: a CSV file for each measurement, a PNG for each figure, {@code report.html} with all
 * figures, and {@code lesion.json} with all numbers. Every file is replaced as a whole.
 */
public final class LesionFolder {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final String REPORT = "report.html";
    private static final String NUMBERS = "lesion.json";
    /** Measurements and figures; nothing else is ever deleted. */
    private static final List<String> NAMES = List.of(
            "single",
            "random",
            "permuted",
            "paths",
            "path-numbers",
            "path-gradients",
            "path-products",
            "responses",
            "responses-sorted");

    private final Path folder;
    private final List<String> commandLine;

    /**
     * A folder, which is made when there is something to write.
     *
     * @param commandLine the arguments, program first
     */
    public LesionFolder(Path folder, List<String> commandLine) {
        this.folder = folder;
        this.commandLine = List.copyOf(commandLine);
    }

    /** Where it is. */
    public Path path() {
        return folder;
    }

    /** The page with all figures. */
    public Path report() {
        return folder.resolve(REPORT);
    }

    /**
     * Takes the folder, which is made if it is not there.
     *
     * @throws UsageException if it holds an earlier study, and that is not to be replaced
     * @throws io.github.resnet4j.finetune.RunLockedException if another study is at it
     * @throws io.github.resnet4j.finetune.CheckpointException if it cannot be created or written to
     */
    Claim claim(boolean overwrite) {
        List<Path> made = new ArrayList<>();
        for (Path path = folder.toAbsolutePath(); path != null && Files.notExists(path); path = path.getParent()) {
            made.add(path);
        }
        RunLock lock = RunLock.acquire(folder);
        if (!results().isEmpty() && !overwrite) {
            lock.close();
            throw new UsageException(
                    folder + " holds an earlier study: replace it (--overwrite) or choose another folder (--output)");
        }
        return new Claim(lock, made);
    }

    /** The right to write to the folder. What was made for a study that leaves no results goes with it. */
    final class Claim implements AutoCloseable {
        private final RunLock lock;
        private final List<Path> made;

        /** @param made the folders that were not there, innermost first */
        private Claim(RunLock lock, List<Path> made) {
            this.lock = lock;
            this.made = made;
        }

        /**
         * Deletes the results of an earlier study.
         *
         * @throws IOException if one cannot be deleted
         */
        void clear() throws IOException {
            for (Path file : results()) {
                Files.delete(file);
            }
        }

        @Override
        public void close() {
            try (lock) {
                if (!made.isEmpty() && results().isEmpty()) {
                    lock.deleteFile();
                    for (Path path : made) {
                        Files.delete(path);
                    }
                }
            } catch (IOException e) {
                // Somebody else put something there: then it is not empty, and stays.
            }
        }
    }

    private List<Path> results() {
        List<String> files = new ArrayList<>(List.of(REPORT, NUMBERS));
        NAMES.forEach(name -> files.addAll(List.of(name + ".csv", name + ".png")));
        return files.stream().map(folder::resolve).filter(Files::exists).toList();
    }

    /** Writes all that is measured. */
    void write(LesionResult result) throws IOException {
        for (LesionTable table : LesionTable.of(result)) {
            AtomicFile.write(folder.resolve(table.name() + ".csv"), table.csv());
        }
        List<Figure> figures = LesionFigures.of(result);
        for (Figure figure : figures) {
            Charts.figure(figure, folder.resolve(figure.id() + ".png"));
        }
        String json = JSON.writeValueAsString(result) + "\n";
        AtomicFile.write(folder.resolve(NUMBERS), json);
        page(result, figures, json).write(report());
    }

    private StudyPage page(LesionResult result, List<Figure> figures, String json) {
        List<StudyPage.Tile> tiles = new ArrayList<>();
        tiles.add(new StudyPage.Tile(
                "Error of the whole network",
                Numbers.percent(result.baseline()),
                Numbers.count(result.images(), "image", "images")));
        result.worst().ifPresent(worst -> {
            tiles.add(new StudyPage.Tile(
                    "Worst single " + result.unit(), Numbers.percent(worst.error()), "without " + worst.unit()));
            tiles.add(new StudyPage.Tile(
                    "Median single " + result.unit(),
                    Numbers.percent(result.medianSingle()),
                    "of " + Numbers.count(result.single().size(), result.unit(), result.unit() + "s")));
        });
        tiles.add(new StudyPage.Tile("Time", Numbers.duration(result.seconds()), "of measuring"));
        List<String> warnings = new ArrayList<>();
        if (!result.missing().isEmpty()) {
            warnings.add("This study was stopped or goes on; not measured yet: " + String.join(", ", result.missing())
                    + ".");
        }
        result.skipped().forEach(name -> warnings.add("skipped, cannot be read: " + name));
        return new StudyPage(
                "Lesion study of " + result.network(), tiles, warnings, figures, facts(result), notes(result), json);
    }

    private Map<String, Map<String, String>> facts(LesionResult result) {
        Map<String, String> model = new LinkedHashMap<>();
        model.put("Model", result.model());
        model.put("Architecture", result.network());
        model.put("Parameters", Numbers.count(result.parameters()));
        Map<String, String> how = new LinkedHashMap<>();
        how.put("Data", result.data());
        how.put("Images", Numbers.count(result.images()));
        how.put("Seed", String.valueOf(result.seed()));
        how.put("Engine", result.engine());
        how.put("Command", String.join(" ", commandLine));
        Backend backend = Backend.inspect();
        Machine here = Machine.here(backend.threads(), backend.name());
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("resnet4j", here.resnet4j());
        machine.put("Java", here.java());
        machine.put("System", here.os());
        machine.put("CPU", here.cpu() + ", " + here.cores() + " cores, " + here.threads() + " threads");
        Map<String, Map<String, String>> facts = new LinkedHashMap<>();
        facts.put("Model", model);
        facts.put("Measurement", how);
        facts.put("Environment", machine);
        return facts;
    }

    private static List<String> notes(LesionResult result) {
        List<String> notes = new ArrayList<>();
        notes.add(
                "Nothing was trained: batch normalisation uses the trained statistics, whatever is removed or swapped.");
        if (!result.kept().isEmpty()) {
            notes.add("Not removed: "
                    + result.kept().entrySet().stream()
                            .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                            .collect(Collectors.joining(", "))
                    + ".");
        }
        return notes;
    }
}
