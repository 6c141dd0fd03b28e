package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.UsageException;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder of a run's rows. What is not rows has a name that begins with an underscore, which Spark passes over:
 *
 * <ul>
 *   <li>{@code part-00000.parquet}, …: the rows; each is there when it is whole;
 *   <li>{@code _plan} and {@code _inputs.gz}: of what the rows are made, written before the first of them;
 *   <li>{@code _parts}: what became of every part;
 *   <li>{@code _temporary}: attempts;
 *   <li>{@code _SUCCESS}: all rows are there.
 * </ul>
 */
public final class RunFolder {
    private static final String PLAN = "_plan";
    private static final String INPUTS = "_inputs.gz";
    private static final String PARTS = "_parts";
    private static final String TEMPORARY = "_temporary";
    private static final String SUCCESS = "_SUCCESS";
    private static final Pattern PART = Pattern.compile("part-(\\d{5,9})\\.(parquet|csv)");
    private static final int MOST_PLAN_BYTES = 1 << 20;
    private static final int MOST_NAMED = 3;

    private final Path folder;
    private final FileSystem files;

    private RunFolder(Path folder, FileSystem files) {
        this.folder = folder;
        this.files = files;
    }

    /**
     * The folder, which need not exist.
     *
     * @throws IOException if its file system cannot be reached
     */
    public static RunFolder of(String name, Configuration configuration) throws IOException {
        try {
            Path path = new Path(name);
            FileSystem files = Paths.fileSystem(path, configuration);
            return new RunFolder(files.makeQualified(path), files);
        } catch (IllegalArgumentException e) {
            throw new UsageException(name + ": is not a path: " + e.getMessage());
        }
    }

    /** Its path, with its file system. */
    public String path() {
        return folder.toString();
    }

    private String shown() {
        return Paths.shown(folder.toString());
    }

    /** Whether anything is there. */
    public boolean exists() throws IOException {
        return files.exists(folder) && (files.getFileStatus(folder).isFile() || files.listStatus(folder).length > 0);
    }

    /** Whether it is a run's folder. */
    public boolean isRun() throws IOException {
        return files.exists(new Path(folder, PLAN));
    }

    /**
     * Checks that it is a run, which may be deleted.
     *
     * @throws UsageException if it is something else
     */
    public void requireRun() throws IOException {
        if (!isRun()) {
            throw new UsageException(
                    shown() + ": is no output of such a run, and is not deleted; choose another folder");
        }
    }

    /**
     * Deletes a run, whole.
     *
     * @throws UsageException if it is something else
     */
    public void delete() throws IOException {
        requireRun();
        writing(() -> files.delete(folder, true));
    }

    private interface Writing {
        boolean run() throws IOException;
    }

    /** Says which folder cannot be written, and why; Hadoop's local file system says neither. */
    private void writing(Writing writing) throws IOException {
        try {
            if (!writing.run()) {
                throw new FileSystemException(
                        shown(), null, "cannot be written: permission denied, or a file is in its way");
            }
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            boolean denied = String.valueOf(e.getMessage()).contains("ermission denied");
            FileSystemException named = new FileSystemException(
                    shown(),
                    null,
                    "cannot be written: "
                            + (denied ? "permission denied; choose a folder you can write to" : FileProblem.reason(e)));
            named.initCause(e);
            throw named;
        }
    }

    /** Begins a run. */
    public void begin(Map<String, String> plan, List<String> inputs) throws IOException {
        writing(() -> files.mkdirs(new Path(folder, PARTS)));
        writing(() -> {
            write(INPUTS, zipped(inputs));
            write(PLAN, text(plan).getBytes(StandardCharsets.UTF_8)); // last: it makes the folder a run's
            return true;
        });
    }

    private void write(String name, byte[] bytes) throws IOException {
        Path attempt = new Path(folder, TEMPORARY + '/' + name + '-' + UUID.randomUUID());
        Committed.write(files, new Path(folder, name), attempt, bytes);
    }

    private static String text(Map<String, String> plan) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(plan).forEach((key, value) -> text.append(key)
                .append('=')
                .append(value.replace("\n", " "))
                .append('\n'));
        return text.toString();
    }

    private static byte[] zipped(List<String> lines) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Writer out = new OutputStreamWriter(new GZIPOutputStream(bytes), StandardCharsets.UTF_8)) {
            for (String line : lines) {
                out.write(line);
                out.write('\n');
            }
        }
        return bytes.toByteArray();
    }

    /** What the run was begun with. */
    public Map<String, String> plan() throws IOException {
        Map<String, String> plan = new TreeMap<>();
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(files.open(new Path(folder, PLAN)), StandardCharsets.UTF_8))) {
            int bytes = 0;
            for (String line = in.readLine(); line != null && bytes < MOST_PLAN_BYTES; line = in.readLine()) {
                bytes += line.length();
                int equals = line.indexOf('=');
                if (equals > 0) {
                    plan.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
        }
        return plan;
    }

    /**
     * Refuses to go on with something else than what the run was begun with.
     *
     * @throws UsageException naming every difference
     */
    public void requireSame(Map<String, String> plan, List<String> inputs) throws IOException {
        Map<String, String> before = plan();
        List<String> differences = new ArrayList<>();
        Set<String> keys = new java.util.TreeSet<>(before.keySet());
        keys.addAll(plan.keySet());
        for (String key : keys) {
            String then = before.getOrDefault(key, "nothing");
            String now = plan.getOrDefault(key, "nothing");
            if (!then.equals(now)) {
                differences.add(key.equals("inputs") ? inputs(inputs) : key + " was " + then + " and is " + now);
            }
        }
        if (!differences.isEmpty()) {
            throw new UsageException(shown() + ": was begun with something else, so it cannot go on: "
                    + String.join("; ", differences)
                    + "; give the same again, choose another folder, or begin anew with"
                    + " --overwrite");
        }
    }

    private String inputs(List<String> now) throws IOException {
        List<String> before = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(files.open(new Path(folder, INPUTS))), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                before.add(line);
            }
        }
        return "the images are others: " + some("gone or changed", before, now) + ", "
                + some("new or changed", now, before);
    }

    private static String some(String what, List<String> lines, List<String> others) {
        Set<String> known = new HashSet<>(others);
        List<String> only = lines.stream()
                .filter(line -> !known.contains(line))
                .map(line -> Paths.shown(line.substring(0, Math.max(0, line.indexOf('\t')))))
                .toList();
        String named = String.join(", ", only.subList(0, Math.min(MOST_NAMED, only.size())));
        return only.size() + " " + what
                + (only.isEmpty() ? "" : " (" + named + (only.size() > MOST_NAMED ? ", …)" : ")"));
    }

    /** The parts whose rows are there, by number. */
    public BitSet done() throws IOException {
        BitSet done = new BitSet();
        for (FileStatus file : files.listStatus(folder)) {
            Matcher part = PART.matcher(file.getPath().getName());
            if (part.matches()) {
                done.set(Integer.parseInt(part.group(1)));
            }
        }
        return done;
    }

    /** What became of a part that is done. */
    public PartResult result(Part part) throws IOException {
        Path file = new Path(folder, PARTS + '/' + part.name());
        try (var in = files.open(file)) {
            return PartResult.read(in.readAllBytes());
        } catch (IOException e) {
            throw new IOException(
                    Paths.shown(file.toString()) + ": " + FileProblem.reason(e) + "; begin anew with --overwrite", e);
        }
    }

    /** Removes what attempts left behind. */
    public void clean() throws IOException {
        files.delete(new Path(folder, TEMPORARY), true);
    }

    /** Marks the run as finished. */
    public void finish() throws IOException {
        clean();
        writing(() -> {
            files.create(new Path(folder, SUCCESS), true).close();
            return true;
        });
    }

    /** Whether a path is this folder or in it. */
    public boolean holds(String path) {
        return path.equals(folder.toString()) || path.startsWith(folder + "/");
    }
}
