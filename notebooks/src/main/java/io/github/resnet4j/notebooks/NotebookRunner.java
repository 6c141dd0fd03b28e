package io.github.resnet4j.notebooks;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Executes notebooks without Jupyter and compares their outputs with those they hold. A line {@code // tolerance 0.02} in
 * a cell says by how much its numbers may differ, or {@code 5%} by which share; after {@code // varies: WHY}, text may be
 * any. Images must be of the same size and similar.
 *
 * <p>Catches the standard output while a cell runs, which is the whole JVM's: one notebook at a time.
 */
public final class NotebookRunner {
    private NotebookRunner() {}

    /**
     * What became of a notebook.
     *
     * @param executed the notebook with the outputs it has now, of all cells up to one that failed
     * @param failure the cell that failed, where and why, in a line; the cells behind it were not run
     * @param differences outputs that are not those it held, one in a line
     */
    public record Outcome(Notebook executed, Optional<String> failure, List<String> differences) {
        /** Whether every cell ran, and its outputs are those the notebook held. */
        public boolean asStored() {
            return failure.isEmpty() && differences.isEmpty();
        }
    }

    /**
     * Executes all cells, from top to bottom, in a shell of their own.
     *
     * @throws IllegalStateException if this Java has no JShell
     */
    public static Outcome run(Notebook notebook) {
        List<CellOutput> outputs = new ArrayList<>();
        List<String> differences = new ArrayList<>();
        Optional<String> failure = Optional.empty();
        try (Evaluator evaluator = new Evaluator()) {
            for (Notebook.Cell cell : notebook.cells()) {
                if (!cell.code()) {
                    outputs.add(CellOutput.NONE);
                    continue;
                }
                String where = "cell " + (outputs.size() + 1) + " (" + cell.id() + ")";
                try {
                    CellOutput output = execute(evaluator, cell.source());
                    outputs.add(output);
                    new Comparison(cell.source())
                            .difference(cell.output(), output)
                            .ifPresent(difference -> differences.add(where + ": " + difference));
                } catch (CellException e) {
                    failure = Optional.of(where + ", " + e.getMessage());
                    break;
                }
            }
        }
        return new Outcome(notebook.with(outputs), failure, Collections.unmodifiableList(differences));
    }

    private static CellOutput execute(Evaluator evaluator, String source) throws CellException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        PrintStream caught = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(caught);
        Optional<Object> value;
        try {
            value = evaluator.evaluate(source);
        } finally {
            System.setOut(before);
            caught.flush();
        }
        return CellOutput.of(
                printed.toString(StandardCharsets.UTF_8).replace("\r\n", "\n"),
                value.map(Rendering::of).orElse(Map.of()));
    }
}
