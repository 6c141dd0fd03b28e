package io.github.resnet4j.notebooks;

import io.github.resnet4j.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Java notebook in Jupyter's format, version 4.5 or a later 4. What this class does not know, such as other tools'
 * metadata, it keeps. It is written as Jupyter writes it, so that a difference between two files is one of content.
 */
public final class Notebook {
    private static final long MOST_BYTES = 64L << 20;
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .defaultPrettyPrinter(printer())
            .build();

    private final Path file;
    private final ObjectNode root;
    private final List<Cell> cells;

    /**
     * A cell.
     *
     * @param code whether it is executed; otherwise it is text
     * @param output empty for text
     */
    record Cell(String id, boolean code, String source, CellOutput output) {}

    private Notebook(Path file, ObjectNode root) {
        this.file = file;
        this.root = root;
        List<String> problems = new ArrayList<>();
        this.cells = cells(problems);
        if (!problems.isEmpty()) {
            throw new BadNotebookException(file + ": " + String.join("; ", problems));
        }
    }

    /**
     * Reads a notebook.
     *
     * @throws BadNotebookException if the file is none, or in another language than Java
     * @throws IOException if the file cannot be read
     */
    public static Notebook read(Path file) throws IOException {
        long bytes = Files.size(file);
        if (bytes > MOST_BYTES) {
            throw new BadNotebookException(file + ": " + (bytes >> 20) + " MiB is more than the " + (MOST_BYTES >> 20)
                    + " MiB a notebook may have");
        }
        JsonNode root;
        try {
            root = JSON.readTree(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw new BadNotebookException(file + ": not JSON, as notebooks are: "
                    + e.getOriginalMessage()
                            .lines()
                            .findFirst()
                            .orElse("")
                            .replaceFirst(" \\(start marker at .*$", "") // Jackson's settings, not the notebook
                    + (e.getLocation() == null
                            ? ""
                            : " (line " + e.getLocation().getLineNr() + ")"));
        }
        if (!(root instanceof ObjectNode object) || !object.has("nbformat")) {
            throw new BadNotebookException(file + ": not a notebook: there is no \"nbformat\" in it");
        }
        if (object.path("nbformat").asInt(0) != 4
                || object.path("nbformat_minor").asInt(0) < 5) {
            throw new BadNotebookException(
                    file + ": a notebook of format " + object.path("nbformat").asString("?") + "."
                            + object.path("nbformat_minor").asString("?")
                            + ", but 4.5 is needed; open it in Jupyter and save it, or convert it with `jupyter nbconvert --to"
                            + " notebook`");
        }
        String language =
                object.path("metadata").path("kernelspec").path("language").asString("java");
        if (!language.equals("java")) {
            throw new BadNotebookException(file + ": a notebook in " + language + "; only Java is run here");
        }
        return new Notebook(file, object);
    }

    /** The file it was read from. */
    public Path file() {
        return file;
    }

    List<Cell> cells() {
        return cells;
    }

    private List<Cell> cells(List<String> problems) {
        List<Cell> read = new ArrayList<>();
        if (!root.path("metadata").isObject() || !root.path("cells").isArray()) {
            problems.add("\"metadata\" must be an object and \"cells\" an array");
            return read;
        }
        Set<String> ids = new HashSet<>();
        for (JsonNode cell : root.path("cells")) {
            String where = "cell " + (read.size() + 1);
            String id = cell.path("id").asString("");
            String type = cell.path("cell_type").asString("");
            if (!ID.matcher(id).matches() || !ids.add(id)) {
                problems.add(where + ": needs an \"id\" of its own, of 1 to 64 letters, digits, - and _");
            }
            if (!type.equals("code") && !type.equals("markdown") && !type.equals("raw")) {
                problems.add(where + ": \"cell_type\" must be code, markdown or raw");
            }
            if (!isText(cell.path("source")) || !cell.path("metadata").isObject()) {
                problems.add(where + ": \"source\" must be text and \"metadata\" an object");
            }
            boolean code = type.equals("code");
            if (code && (!cell.path("outputs").isArray() || !cell.has("execution_count"))) {
                problems.add(where + ": code needs \"outputs\" and \"execution_count\"");
            }
            read.add(new Cell(
                    id, code, text(cell.path("source")), code ? output(cell.path("outputs")) : CellOutput.NONE));
        }
        return read;
    }

    private static CellOutput output(JsonNode outputs) {
        StringBuilder printed = new StringBuilder();
        Map<String, String> shown = new TreeMap<>();
        for (JsonNode output : outputs) {
            if (output.path("output_type").asString("").equals("stream")) {
                printed.append(text(output.path("text")));
            }
            for (Map.Entry<String, JsonNode> form : output.path("data").properties()) {
                String text = text(form.getValue());
                // Jupyter breaks Base64 into lines, or ends it with one.
                shown.put(form.getKey(), form.getKey().startsWith("image/") ? text.replaceAll("\\s", "") : text);
            }
        }
        return CellOutput.of(printed.toString(), shown);
    }

    /** The notebook with other outputs, as many as it has cells, numbered as if executed once from top to bottom. */
    Notebook with(List<CellOutput> outputs) {
        ObjectNode copy = root.deepCopy();
        int count = 0;
        for (int i = 0; i < outputs.size(); i++) {
            ObjectNode cell = (ObjectNode) copy.path("cells").path(i);
            if (cells.get(i).code()) {
                cell.put("execution_count", ++count);
                write(outputs.get(i), cell.putArray("outputs"), count);
            }
        }
        return new Notebook(file, copy);
    }

    private static void write(CellOutput output, ArrayNode to, int count) {
        if (!output.printed().isEmpty()) {
            ObjectNode stream = to.addObject().put("name", "stdout").put("output_type", "stream");
            lines(output.printed(), stream.putArray("text"));
        }
        if (!output.shown().isEmpty()) {
            ObjectNode result = to.addObject().put("execution_count", count).put("output_type", "execute_result");
            result.putObject("metadata");
            ObjectNode data = result.putObject("data");
            output.shown().forEach((type, text) -> {
                if (type.startsWith("image/")) {
                    data.put(type, text);
                } else {
                    lines(text, data.putArray(type));
                }
            });
        }
    }

    /** As Jupyter does, each line with its end. */
    private static void lines(String text, ArrayNode to) {
        for (String line : text.split("(?<=\n)")) {
            to.add(line);
        }
    }

    /**
     * Writes the notebook, whole or not at all.
     *
     * @throws IOException if it cannot be written
     */
    public void write(Path to) throws IOException {
        AtomicFile.write(to, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
    }

    private static boolean isText(JsonNode node) {
        return node.isString() || node.isArray() && node.values().stream().allMatch(JsonNode::isString);
    }

    private static String text(JsonNode node) {
        if (node.isString()) {
            return node.asString();
        }
        StringBuilder text = new StringBuilder();
        node.values().forEach(line -> text.append(line.asString("")));
        return text.toString();
    }

    private static DefaultPrettyPrinter printer() {
        DefaultIndenter indenter = new DefaultIndenter(" ", "\n");
        return new DefaultPrettyPrinter(Separators.createDefaultInstance()
                        .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                        .withObjectEmptySeparator("")
                        .withArrayEmptySeparator(""))
                .withObjectIndenter(indenter)
                .withArrayIndenter(indenter);
    }
}
