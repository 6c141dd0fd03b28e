package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.files.Digest;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.spark.InferenceOptions.Columns;
import io.github.resnet4j.spark.InferenceOptions.DataFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.spark.sql.SparkSession;

/**
 * The files of a run, in the order of their paths. Tasks read their content: Spark's source {@code binaryFile} would have whole images
 * go through its memory twice, and passes over files of no bytes and over photographs whose names begin with an underscore.
 *
 * @param files all of them
 * @param format what they hold
 */
public record Inputs(List<File> files, DataFormat format) {
    private static final String CLASSES = "classes.txt";
    /** What lies beside shards and belongs to them. */
    private static final Set<String> OF_SHARDS = Set.of(CLASSES, "index.csv");

    private static final int MOST_CLASSES_BYTES = 16 << 20;
    private static final int MOST_EXTENSIONS = 5;

    public Inputs {
        files = List.copyOf(files);
    }

    /**
     * A file.
     *
     * @param path Hadoop's, with its file system
     * @param modified milliseconds since 1970
     * @param label the folder that is its class: that below the folder which was named, else that which holds it
     */
    public record File(String path, long bytes, long modified, String label) {}

    /**
     * Finds them.
     *
     * @param format what they hold, if that is not to be recognised
     * @param remarks receives what is passed over
     * @throws BadDataException if there are none
     * @throws UsageException if they are of several kinds
     */
    public static Inputs find(
            SparkSession session, List<String> data, Optional<DataFormat> format, Consumer<String> remarks) {
        Configuration configuration = session.sparkContext().hadoopConfiguration();
        List<FileStatus> named = data.stream()
                .flatMap(path -> there(path, configuration).stream())
                .toList();
        List<String> roots = named.stream()
                .filter(FileStatus::isDirectory)
                .map(folder -> folder.getPath() + "/")
                .toList();
        List<File> all = list(named, roots, configuration);
        Map<DataFormat, List<File>> byFormat = new TreeMap<>();
        Map<String, Integer> others = new TreeMap<>();
        for (File file : all) {
            Optional<DataFormat> kind = kind(file.path());
            kind.ifPresentOrElse(
                    found -> byFormat.computeIfAbsent(found, none -> new ArrayList<>())
                            .add(file),
                    () -> others.merge(other(file.path()), 1, Integer::sum));
        }
        DataFormat used = format.orElseGet(() -> only(byFormat, data));
        if (used == DataFormat.SHARDS) {
            OF_SHARDS.forEach(others::remove);
        }
        List<File> files = byFormat.getOrDefault(used, List.of());
        if (files.isEmpty()) {
            throw new BadDataException(String.join(", ", data) + ": has no " + words(used)
                    + (others.isEmpty() ? "" : "; passed over " + counts(others)));
        }
        byFormat.forEach((kind, found) -> {
            if (kind != used) {
                others.merge(words(kind), found.size(), Integer::sum);
            }
        });
        if (!others.isEmpty()) {
            remarks.accept("passed over " + counts(others));
        }
        return new Inputs(files, used);
    }

    /** What a path or pattern names. */
    private static List<FileStatus> there(String path, Configuration configuration) {
        try {
            Path hadoop = new Path(path);
            FileSystem files = Paths.fileSystem(hadoop, configuration);
            FileStatus[] found = files.globStatus(hadoop);
            if (found == null || found.length == 0) {
                if (files.exists(hadoop)) { // brackets or braces in a name
                    return List.of(files.getFileStatus(hadoop));
                }
                throw new BadDataException(
                        path + ": " + (found == null ? "does not exist" : "no file matches") + " on " + files.getUri());
            }
            return List.of(found);
        } catch (IllegalArgumentException e) {
            throw new UsageException(path + ": is not a path: " + e.getMessage());
        } catch (IOException e) {
            throw new BadDataException(path, "cannot be listed: " + FileProblem.reason(e), e);
        }
    }

    private static List<File> list(List<FileStatus> named, List<String> roots, Configuration configuration) {
        Map<String, File> files = new TreeMap<>();
        for (FileStatus status : named) {
            if (status.isFile()) {
                add(status, roots, files);
                continue;
            }
            try {
                RemoteIterator<LocatedFileStatus> in =
                        status.getPath().getFileSystem(configuration).listFiles(status.getPath(), true);
                while (in.hasNext()) {
                    FileStatus file = in.next();
                    if (!isHidden(file.getPath()
                            .toString()
                            .substring(status.getPath().toString().length()))) {
                        add(file, roots, files);
                    }
                }
            } catch (IOException e) {
                throw new BadDataException(
                        Paths.shown(status.getPath().toString()), "cannot be listed: " + FileProblem.reason(e), e);
            }
        }
        return List.copyOf(files.values());
    }

    private static void add(FileStatus file, List<String> roots, Map<String, File> files) {
        String path = file.getPath().toString();
        files.put(path, new File(path, file.getLen(), file.getModificationTime(), label(path, roots)));
    }

    /**
     * Whether a file below a named folder is none of the data. An underscore is how Spark marks its own files, but also how
     * cameras name photographs ({@code _MG_1234.JPG}).
     */
    private static boolean isHidden(String below) {
        boolean image = Paths.isImage(below) || Paths.isOtherImage(below);
        return Arrays.stream(below.split("/"))
                .anyMatch(name -> name.startsWith(".") || name.equals("_temporary") || name.startsWith("_") && !image);
    }

    private static String label(String path, List<String> roots) {
        for (String root : roots) {
            int slash = path.startsWith(root) ? path.indexOf('/', root.length()) : -1;
            if (slash > 0) {
                return path.substring(root.length(), slash);
            }
        }
        Path folder = new Path(path).getParent();
        return folder == null ? "" : folder.getName();
    }

    private static Optional<DataFormat> kind(String path) {
        String name = path.toLowerCase(java.util.Locale.ROOT);
        if (name.endsWith(".tar") || name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
            return Optional.of(DataFormat.SHARDS);
        }
        if (name.endsWith(".parquet")) {
            return Optional.of(DataFormat.PARQUET);
        }
        return Paths.isImage(name) ? Optional.of(DataFormat.IMAGES) : Optional.empty();
    }

    /** How a file is counted that is passed over. */
    private static String other(String path) {
        String name = new Path(path).getName();
        return OF_SHARDS.contains(name) ? name : '.' + Paths.extension(path);
    }

    private static DataFormat only(Map<DataFormat, List<File>> byFormat, List<String> data) {
        if (byFormat.size() > 1) {
            throw new UsageException(String.join(", ", data) + ": has "
                    + byFormat.entrySet().stream()
                            .map(kind -> kind.getValue().size() + " " + words(kind.getKey()))
                            .collect(Collectors.joining(" and "))
                    + "; say which are meant with --format images, shards or parquet");
        }
        return byFormat.keySet().stream()
                .findFirst()
                .orElseThrow(() -> new BadDataException(String.join(", ", data)
                        + ": has no images (.jpg, .jpeg, .png, .bmp, .gif), shards (.tar) or tables (.parquet)"));
    }

    private static String words(DataFormat format) {
        return switch (format) {
            case IMAGES -> "images";
            case SHARDS -> "shards (.tar)";
            case PARQUET -> "tables (.parquet)";
        };
    }

    private static String counts(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                        .limit(MOST_EXTENSIONS)
                        .map(kind -> kind.getValue() + " "
                                + (kind.getKey().equals(".") ? "files without an extension" : kind.getKey()))
                        .collect(Collectors.joining(", "))
                + (counts.size() > MOST_EXTENSIONS ? ", …" : "");
    }

    /** A line for each file: its path, then what changes if it does. */
    public List<String> lines() {
        return files.stream()
                .map(file -> file.path().replace('\n', ' ') + '\t' + file.bytes() + '\t' + file.modified())
                .toList();
    }

    /** A SHA-256 of all of them. */
    public String fingerprint() {
        Digest digest = Digest.sha256();
        files.forEach(file -> digest.add(file.path(), file.bytes()).add("", file.modified()));
        return digest.hex();
    }

    /**
     * The parts.
     *
     * @param most images of a part, where they are files
     */
    public List<Part> parts(int most, Tables tables) {
        List<Part> parts = new ArrayList<>();
        if (format == DataFormat.SHARDS) {
            files.forEach(file -> parts.add(new Part(parts.size(), new Part.Shard(file.path()))));
        } else if (format == DataFormat.PARQUET) {
            tables.parts(most).forEach(source -> parts.add(new Part(parts.size(), source)));
        } else {
            for (int from = 0; from < files.size(); from += most) {
                List<File> some = files.subList(from, Math.min(files.size(), from + most));
                parts.add(new Part(
                        parts.size(),
                        new Part.Files(
                                some.stream().map(File::path).toList(),
                                some.stream().map(File::label).toList())));
            }
        }
        return parts;
    }

    /** The row groups of tables. */
    public record Tables(List<Table> tables, TableColumns columns) {
        /** No tables. */
        public static final Tables NONE = new Tables(List.of(), new TableColumns("", "", "", "", false));

        private record Table(String path, List<BlockMetaData> groups) {}

        /** Rows of all tables. */
        public long rows() {
            return tables.stream()
                    .flatMap(table -> table.groups.stream())
                    .mapToLong(BlockMetaData::getRowCount)
                    .sum();
        }

        /** A row group is never divided: whoever wants a part of it must read all of it. */
        private List<Part.Source> parts(int most) {
            List<Part.Source> parts = new ArrayList<>();
            for (Table table : tables) {
                long row = 0;
                for (int from = 0; from < table.groups.size(); ) {
                    long first = row;
                    int to = from;
                    do {
                        row += table.groups.get(to).getRowCount();
                        to++;
                    } while (to < table.groups.size()
                            && row - first + table.groups.get(to).getRowCount() <= most);
                    long start = table.groups.get(from).getStartingPos();
                    long end = to < table.groups.size() ? table.groups.get(to).getStartingPos() : Long.MAX_VALUE;
                    parts.add(new Part.Rows(table.path, start, end, first));
                    from = to;
                }
            }
            return parts;
        }
    }

    /**
     * Reads the tables' footers.
     *
     * @param labelled whether they need a column of labels
     * @throws BadDataException if one is no whole Parquet file, or lacks a column
     */
    public Tables tables(Columns columns, boolean labelled, Configuration configuration) {
        if (format != DataFormat.PARQUET) {
            return Tables.NONE;
        }
        List<Tables.Table> tables = new ArrayList<>();
        Optional<TableColumns> found = Optional.empty();
        for (File file : files) {
            String shown = Paths.shown(file.path());
            try (ParquetFileReader reader =
                    ParquetFileReader.open(HadoopInputFile.fromPath(new Path(file.path()), configuration))) {
                MessageType schema = reader.getFooter().getFileMetaData().getSchema();
                TableColumns own = TableColumns.of(
                        shown,
                        schema,
                        columns.image().orElse(""),
                        columns.path().orElse(""),
                        columns.label().orElse(""),
                        labelled);
                if (found.isPresent() && !found.get().equals(own)) {
                    throw new BadDataException(shown + ": has other columns than "
                            + Paths.shown(files.get(0).path()) + "; predict them on their own");
                }
                found = Optional.of(own);
                tables.add(new Tables.Table(file.path(), reader.getFooter().getBlocks()));
            } catch (BadDataException e) {
                throw e;
            } catch (IOException | RuntimeException e) { // what Parquet throws for a file that is none
                throw new BadDataException(shown, "is not a whole Parquet file: " + e.getMessage(), e);
            }
        }
        return new Tables(tables, found.orElseThrow());
    }

    /** The classes of image files, sorted. */
    public List<String> labels() {
        return new ArrayList<>(files.stream().map(File::label).collect(Collectors.toCollection(TreeSet::new)));
    }

    /**
     * The classes by their numbers, from the {@code classes.txt} beside the shards; empty without one.
     *
     * @throws BadDataException if shards have different ones
     */
    public List<String> shardClasses(Configuration configuration) {
        Set<Path> folders = files.stream()
                .map(file -> new Path(file.path()).getParent())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Optional<List<String>> found = Optional.empty();
        for (Path folder : folders) {
            List<String> classes = classes(new Path(folder, CLASSES), configuration);
            if (found.isPresent() && !found.get().equals(classes)) {
                throw new BadDataException(Paths.shown(folder.toString()) + ": its " + CLASSES
                        + " is another than that of the other shards; evaluate them on their own");
            }
            found = Optional.of(classes);
        }
        return found.orElse(List.of());
    }

    private static List<String> classes(Path file, Configuration configuration) {
        try {
            FileSystem files = file.getFileSystem(configuration);
            if (!files.exists(file)) {
                return List.of();
            }
            if (files.getFileStatus(file).getLen() > MOST_CLASSES_BYTES) {
                throw new BadDataException(Paths.shown(file.toString()) + ": is too large to be a list of classes");
            }
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(files.open(file), StandardCharsets.UTF_8))) {
                return in.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
            }
        } catch (IOException e) {
            throw new BadDataException(Paths.shown(file.toString()), "cannot be read: " + FileProblem.reason(e), e);
        }
    }
}
