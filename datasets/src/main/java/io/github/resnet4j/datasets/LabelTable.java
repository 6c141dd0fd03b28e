package io.github.resnet4j.datasets;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import io.github.resnet4j.files.Digest;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.files.Suggest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rows of a file of comma-separated values (RFC 4180) with a path and a label in each: UTF-8, or UTF-16 with a byte order
 * mark; separated by commas, semicolons or tabs, whichever makes more rows of several fields; with a line that names the columns,
 * or without one. Where the images are is not its concern.
 *
 * @param sha256 of the file's bytes, in hex
 * @param columns that it has
 */
record LabelTable(String sha256, Set<Column> columns, List<Row> rows) {
    /** Enough for a million images, and little enough to be read whole. */
    private static final int MOST_BYTES = 64 << 20;

    private static final int LONGEST_FIELD = 8192;
    private static final int MOST_FIELDS = 1000;
    private static final int TRIED_ROWS = 100;
    private static final Pattern LINE = Pattern.compile("line (\\d+)");

    /** What a column tells, and what it may be called: in any case, with or without hyphens, underscores and blanks. */
    enum Column {
        PATH("path", "file", "filename", "filepath", "image", "imagepath", "imagefile", "imagename", "img"),
        LABEL("label", "class", "classname", "category", "target"),
        SPLIT("split", "part", "set", "subset"),
        FOLD("fold");

        private final Set<String> names;

        Column(String... names) {
            this.names = Set.of(names);
        }

        static Optional<Column> of(String name) {
            String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}]", "");
            for (Column column : values()) {
                if (column.names.contains(letters)) {
                    return Optional.of(column);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * A row that has a path and a label.
     *
     * @param line of the file where it begins, from 1
     * @param fold as written; empty without such a column
     */
    record Row(long line, String path, String label, Optional<DataParts.Part> part, String fold) {}

    LabelTable {
        columns = Set.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /**
     * Reads a file.
     *
     * @param problems receives what is wrong with its rows
     * @throws BadDataException if it cannot be read, is too large or is not text
     */
    static LabelTable read(Path csv, DataProblems problems) {
        byte[] bytes = bytes(csv);
        String text = text(csv, bytes);
        Map<Column, Integer> places = new EnumMap<>(Column.class);
        List<Row> rows = new ArrayList<>();
        boolean first = true;
        boolean named = false;
        try (CsvReader<CsvRecord> records = reader(text, separator(text))) {
            for (CsvRecord record : records) {
                if (record.getFields().stream().allMatch(String::isBlank)) {
                    continue;
                }
                if (first) {
                    named = names(record, places, problems);
                    first = false;
                    if (named) {
                        continue;
                    }
                }
                row(record, places, named, problems).ifPresent(rows::add);
            }
        } catch (CsvParseException e) {
            problems.add(() -> parseProblem(e));
        } catch (IOException e) {
            throw new BadDataException(csv, "cannot be read: " + FileProblem.reason(e), e);
        }
        if (first) {
            problems.add("is empty: write a path and a label in each line");
        }
        return new LabelTable(Digest.sha256().add(bytes).hex(), places.keySet(), rows);
    }

    private static byte[] bytes(Path csv) {
        if (!Files.exists(csv)) {
            throw new BadDataException(
                    csv,
                    "does not exist"
                            + Suggest.nearest(csv)
                                    .map(near -> "; did you mean " + near + "?")
                                    .orElse(""));
        }
        if (!Files.isRegularFile(csv)) {
            throw new BadDataException(csv, "is not a file: name the CSV with a path and a label in each line");
        }
        try (InputStream in = Files.newInputStream(csv)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new BadDataException(
                        csv, "is larger than " + (MOST_BYTES >> 20) + " MB: is it a list of labels?");
            }
            return bytes;
        } catch (IOException e) {
            throw new BadDataException(csv, "cannot be read: " + FileProblem.reason(e), e);
        }
    }

    private static String text(Path csv, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        Charset charset = StandardCharsets.UTF_8;
        if (startsWith(bytes, 0xEF, 0xBB, 0xBF)) {
            in.position(3);
        } else if (startsWith(bytes, 0xFF, 0xFE) || startsWith(bytes, 0xFE, 0xFF)) {
            charset = StandardCharsets.UTF_16; // which reads the mark itself
        }
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            throw new BadDataException(
                    csv, "line " + lineAfter(text) + " is not " + charset + " text: save the file as UTF-8");
        }
        if (text.indexOf('\0') >= 0) {
            throw new BadDataException(csv, "is not text: name the CSV with a path and a label in each line");
        }
        return text;
    }

    private static boolean startsWith(byte[] bytes, int... start) {
        for (int i = 0; i < start.length; i++) {
            if (bytes.length <= i || (bytes[i] & 0xFF) != start[i]) {
                return false;
            }
        }
        return true;
    }

    private static long lineAfter(String text) {
        return 1 + text.chars().filter(c -> c == '\n').count();
    }

    private static CsvReader<CsvRecord> reader(String text, char separator) {
        return CsvReader.builder()
                .fieldSeparator(separator)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .build(
                        CsvRecordHandler.of(
                                handler -> handler.maxFields(MOST_FIELDS).maxFieldSize(LONGEST_FIELD)),
                        text);
    }

    private static char separator(String text) {
        char best = ',';
        int most = 0;
        for (char candidate : new char[] {',', ';', '\t'}) {
            int score = score(text, candidate);
            if (score > most) {
                best = candidate;
                most = score;
            }
        }
        return best;
    }

    /** Rows of several fields among the first; column names decide. */
    private static int score(String text, char separator) {
        int seen = 0;
        int score = 0;
        try (CsvReader<CsvRecord> records = reader(text, separator)) {
            for (CsvRecord record : records) {
                boolean names = seen == 0
                        && record.getFields().stream()
                                .map(Column::of)
                                .flatMap(Optional::stream)
                                .toList()
                                .containsAll(List.of(Column.PATH, Column.LABEL));
                score += names ? 2 * TRIED_ROWS : record.getFieldCount() > 1 ? 1 : 0;
                if (++seen == TRIED_ROWS) {
                    break;
                }
            }
        } catch (CsvParseException | IOException e) {
            return score; // so far
        }
        return score;
    }

    /** Whether the first row names the columns, whose places it tells; otherwise they are path, label and, if there is a third, split. */
    private static boolean names(CsvRecord record, Map<Column, Integer> places, DataProblems problems) {
        for (int i = 0; i < record.getFieldCount(); i++) {
            int place = i;
            Column.of(record.getField(i)).ifPresent(column -> {
                Integer other = places.putIfAbsent(column, place);
                if (other != null) {
                    problems.add("line " + record.getStartingLineNumber() + ": the columns "
                            + DataProblems.names(List.of(record.getField(other), record.getField(place)))
                            + " both mean the " + word(column) + ": keep one");
                }
            });
        }
        boolean path = places.containsKey(Column.PATH);
        boolean label = places.containsKey(Column.LABEL);
        if (path && label) {
            return true;
        }
        if (path != label) {
            problems.add("line " + record.getStartingLineNumber() + " names the columns "
                    + DataProblems.names(record.getFields()) + ", but none of them " + (path ? "label" : "path")
                    + ": name the one with the " + (path ? "classes" : "files") + " so");
            return true;
        }
        places.clear();
        places.put(Column.PATH, 0);
        places.put(Column.LABEL, 1);
        if (record.getFieldCount() > 2) {
            places.put(Column.SPLIT, 2);
        }
        return false;
    }

    private static String word(Column column) {
        return column.name().toLowerCase(Locale.ROOT);
    }

    private static Optional<Row> row(
            CsvRecord record, Map<Column, Integer> places, boolean named, DataProblems problems) {
        String where = "line " + record.getStartingLineNumber() + ": ";
        if (!places.keySet().containsAll(List.of(Column.PATH, Column.LABEL))) {
            return Optional.empty(); // told with the first line
        }
        if (!named && record.getFieldCount() > 3) {
            problems.add(() -> where + "has " + record.getFieldCount()
                    + " fields: with more than path, label and split, name the columns in the first line");
            return Optional.empty();
        }
        String path = field(record, places, Column.PATH);
        String label = field(record, places, Column.LABEL).strip();
        if (path.isBlank() || label.isEmpty()) {
            problems.add(() -> where + (path.isBlank() ? "has no path" : "has no label"));
            return Optional.empty();
        }
        Optional<DataParts.Part> part = Optional.empty();
        if (places.containsKey(Column.SPLIT)) {
            String split = field(record, places, Column.SPLIT).strip();
            part = DataParts.Part.of(split);
            if (part.isEmpty()) {
                problems.add(() -> where
                        + (split.isEmpty() ? "has no split" : "unknown split " + DataProblems.names(List.of(split)))
                        + ": write train, val or test");
                return Optional.empty();
            }
        }
        String fold = field(record, places, Column.FOLD).strip();
        return Optional.of(new Row(record.getStartingLineNumber(), path, label, part, fold));
    }

    /** A short row has empty fields at its end. */
    private static String field(CsvRecord record, Map<Column, Integer> places, Column column) {
        Integer place = places.get(column);
        return place == null || place >= record.getFieldCount() ? "" : record.getField(place);
    }

    private static String parseProblem(CsvParseException e) {
        Matcher line = LINE.matcher(e.getMessage());
        String reason = e.getCause() instanceof CsvParseException cause ? cause.getMessage() : e.getMessage();
        return "line " + (line.find() ? line.group(1) : "1") + " cannot be read, nor what follows: "
                + reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1);
    }
}
