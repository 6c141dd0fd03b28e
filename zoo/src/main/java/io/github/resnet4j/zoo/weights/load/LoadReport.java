package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.files.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of every tensor of a file, and of every tensor that a network needs. Strings that do not apply are empty.
 *
 * @param file as the user named it
 * @param format what it is, for people
 * @param network the network's name
 * @param convention whose naming the file follows
 * @param entries the network's tensors in its order, then the file's others in theirs
 * @param notes what else was done or looks odd, one sentence each
 */
public record LoadReport(
        String file, String format, String network, String convention, List<Entry> entries, List<String> notes) {

    /** What became of a tensor. */
    public enum Status {
        /** Loaded as it is. */
        LOADED("loaded", false),
        /** Loaded, in another type or order of dimensions: see the detail. */
        CONVERTED("converted", false),
        /** The network needs it; the file lacks it. */
        MISSING("missing", true),
        /** The file has it; the network has no use for it. */
        UNEXPECTED("unexpected", true),
        /** Of another shape than the network's. */
        SHAPE_MISMATCH("of another shape", true),
        /** Integers where the network needs floating-point values: quantised weights are not the weights. */
        TYPE_MISMATCH("of another type", true),
        /** Left alone on purpose: see the detail. */
        IGNORED("ignored", false),
        /** Part of the classifier, which is newly initialised. */
        REPLACED("replaced", false);

        private final String title;
        private final boolean problem;

        Status(String title, boolean problem) {
            this.title = title;
            this.problem = problem;
        }

        /** For people. */
        public String title() {
            return title;
        }

        /** Whether it keeps the network from being loaded. */
        public boolean problem() {
            return problem;
        }
    }

    /**
     * One tensor.
     *
     * @param status what became of it
     * @param name in the network; for an unexpected one, what it would be called
     * @param source in the file
     * @param type its elements' in the file, {@code F32}
     * @param shape in the network, PyTorch's
     * @param fileShape in the file, as it stands there
     * @param detail what was converted, or why, in words
     * @param nearest the most similar unexpected tensor for a missing one, and vice versa
     */
    public record Entry(
            Status status,
            String name,
            String source,
            String type,
            List<Long> shape,
            List<Long> fileShape,
            String detail,
            String nearest) {
        public Entry {
            shape = List.copyOf(shape);
            fileShape = List.copyOf(fileShape);
        }

        Entry withNearest(String other) {
            return new Entry(status, name, source, type, shape, fileShape, detail, other);
        }

        /** One line for people. */
        public String text() {
            boolean inFile = !source.isEmpty();
            StringBuilder line =
                    new StringBuilder(Printable.brief(inFile && status == Status.UNEXPECTED ? source : name));
            line.append(' ').append(status == Status.UNEXPECTED ? fileShape : shape);
            if (status == Status.SHAPE_MISMATCH) {
                line.append(" is ").append(fileShape).append(" in the file");
            }
            if (inFile && !source.equals(name)) {
                String other = status == Status.UNEXPECTED ? name : source;
                line.append(", in ")
                        .append(status == Status.UNEXPECTED ? "the zoo's naming " : "the file ")
                        .append(Printable.brief(other));
            }
            if (!detail.isEmpty()) {
                line.append("; ").append(detail);
            }
            if (!nearest.isEmpty()) {
                line.append("; nearest: ").append(Printable.brief(nearest));
            }
            return line.toString();
        }
    }

    /** How many lines of problems are printed. */
    private static final int MAX_PROBLEMS = 40;

    /** How many kinds of conversions, or of reasons to ignore a tensor, are printed. */
    private static final int MAX_DETAILS = 8;

    public LoadReport {
        entries = List.copyOf(entries);
        notes = List.copyOf(notes);
    }

    /** The same without the notes, for whoever has told them already. */
    public LoadReport withoutNotes() {
        return new LoadReport(file, format, network, convention, entries, List.of());
    }

    /** The entries of one status. */
    public List<Entry> entries(Status status) {
        return entries.stream().filter(entry -> entry.status() == status).toList();
    }

    /** The entries that keep the network from being loaded. */
    public List<Entry> problems() {
        return entries.stream().filter(entry -> entry.status().problem()).toList();
    }

    /** Whether every tensor has its place, and every place its tensor. */
    public boolean complete() {
        return problems().isEmpty();
    }

    /** The number of tensors with each status: {@code 97 loaded, 2 missing}. */
    public String summary() {
        List<String> parts = new ArrayList<>();
        for (Status status : Status.values()) {
            int count = entries(status).size();
            if (count > 0) {
                parts.add(String.format(Locale.ROOT, "%,d %s", count, status.title()));
            }
        }
        return parts.isEmpty() ? "no tensors" : String.join(", ", parts);
    }

    /** The report on several lines: the summary, the notes, and all problems up to a limit. */
    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add(file + " (" + format + ")" + (complete() ? " into " : " does not fit ") + network + ": " + summary());
        lines.add("  names: " + convention);
        notes.forEach(note -> lines.add("  note: " + note));
        for (Status status : List.of(Status.CONVERTED, Status.IGNORED, Status.REPLACED)) {
            if (!entries(status).isEmpty()) {
                lines.add("  " + status.title() + ": " + details(status));
            }
        }
        List<Entry> problems = problems();
        problems.stream()
                .limit(MAX_PROBLEMS)
                .forEach(entry -> lines.add("  " + entry.status().title() + ": " + entry.text()));
        if (problems.size() > MAX_PROBLEMS) {
            lines.add("  and " + (problems.size() - MAX_PROBLEMS) + " more");
        }
        return String.join("\n", lines);
    }

    /** What was done to how many: {@code 9 HWIO to OIHW, 1 transposed}. */
    private String details(Status status) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        entries(status).forEach(entry -> counts.merge(entry.detail(), 1, Integer::sum));
        List<String> parts = new ArrayList<>(counts.entrySet().stream()
                .limit(MAX_DETAILS)
                .map(count -> count.getValue() + " " + count.getKey())
                .toList());
        if (counts.size() > MAX_DETAILS) {
            parts.add("…");
        }
        return String.join(", ", parts);
    }
}
