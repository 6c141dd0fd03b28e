package io.github.resnet4j.finetune.config;

import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.files.Suggest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads a run's configuration: YAML 1.2, at most 1 MiB, without anchors, aliases and tags.
 *
 * <p>A file may name another as {@code base:}, relative to itself: maps merge, everything else is replaced, a list as a
 * whole, and a map for which another {@code type} is chosen. The settings of the command line come last, by the same rules. A
 * value {@code null} removes an optional key that the base sets.
 */
public final class ConfigLoader {
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_BASES = 16;
    private static final int MOST_NAMES = 1000;

    private static final String BASE = "base";
    private static final String CLAIMS = "claims";
    private static final String RUNS = "runs";
    private static final String CONFIG = "config";
    private static final String FULL_EPOCHS = "full-epochs";
    private static final Pattern EPOCHS = Pattern.compile("[1-9][0-9]{0,8}");

    private final ConfigProblems problems = new ConfigProblems();

    private ConfigLoader() {}

    /**
     * A configuration and its text.
     *
     * @param config what was read
     * @param resolvedYaml the same as {@link RunConfig#toYaml}, bases merged and defaults written out: what a run's
     *     {@code config.yaml} holds
     */
    public record Loaded(RunConfig config, String resolvedYaml) {}

    /**
     * Reads {@code file} and its bases; {@code settings} override them. Throws {@link ConfigException} with every problem found.
     */
    public static Loaded load(Path file, List<Setting> settings) {
        ConfigLoader loader = new ConfigLoader();
        return loader.bind(loader.read(file, Where.file(shown(file), 0), "", new ArrayList<>()), settings);
    }

    /**
     * The same for text that is not in a file; messages use {@code name} for the file. A {@code base} is not resolved.
     */
    public static Loaded parse(String yaml, String name, List<Setting> settings) {
        ConfigLoader loader = new ConfigLoader();
        Optional<YamlNode> node = YamlTree.ofFile(yaml, name, loader.problems);
        return loader.bind(node.filter(YamlNode.Mapping.class::isInstance).map(YamlNode.Mapping.class::cast), settings);
    }

    /**
     * Reads an experiment, which is written and checked as a run's configuration is, and the configurations of its runs.
     * Throws {@link ConfigException} with every problem found in any of them.
     *
     * @param own override the experiment's keys
     * @param ofRuns override those of every run's configuration
     */
    public static ExperimentConfig loadExperiment(Path file, List<Setting> own, List<Setting> ofRuns) {
        ConfigLoader loader = new ConfigLoader();
        YamlNode.Mapping set = loader.merged(own);
        YamlNode.Mapping setInRuns = loader.merged(ofRuns);
        Optional<ExperimentConfig> config = loader.read(file, Where.file(shown(file), 0), "", new ArrayList<>())
                .flatMap(root -> loader.experiment(file, root.merged(set), setInRuns));
        loader.problems.throwIfAny();
        return config.orElseThrow();
    }

    private Optional<ExperimentConfig> experiment(Path file, YamlNode.Mapping root, YamlNode.Mapping set) {
        if (root.get(RUNS).isEmpty() && root.get("model").isPresent()) {
            problems.add(root.where(), "", "this configures one run; train it with `resnet4j train -c`");
            return Optional.empty();
        }
        Map<String, RunLabel> labels = new LinkedHashMap<>();
        YamlNode.Mapping whole = root;
        Optional<YamlNode.Entry> entry = root.get(RUNS);
        if (entry.isPresent() && entry.get().value() instanceof YamlNode.Sequence runs) {
            List<YamlNode> complete = new ArrayList<>();
            boolean unlabelled = false;
            for (YamlNode item : runs.items()) {
                String path = RUNS + "[" + complete.size() + "]";
                complete.add(item instanceof YamlNode.Mapping run ? withConfig(file, run, path, set) : item);
                if (item instanceof YamlNode.Mapping run
                        && run.get("label").map(YamlNode.Entry::value).orElse(item) instanceof YamlNode.Scalar label) {
                    labels.put(label.text(), new RunLabel(label.text()));
                } else {
                    unlabelled = true;
                }
            }
            whole = root.with(
                    RUNS, new YamlNode.Entry(entry.get().where(), new YamlNode.Sequence(runs.where(), complete)));
            // Claims may well name the run whose label cannot be read.
            Optional<YamlNode.Entry> claims = root.get(CLAIMS);
            if (unlabelled && claims.isPresent()) {
                Where where = claims.get().where();
                whole = whole.with(CLAIMS, new YamlNode.Entry(where, new YamlNode.Unreadable(where)));
            }
        }
        return new Binder(problems, labels).bind(ExperimentConfig.class, whole);
    }

    /** A run with its configuration in place of the name of the file, and the length that the files give it. */
    private YamlNode.Mapping withConfig(Path file, YamlNode.Mapping run, String path, YamlNode.Mapping set) {
        Optional<YamlNode.Entry> config = run.get(CONFIG);
        if (config.isEmpty()) {
            return run;
        }
        Optional<YamlNode.Mapping> written = config(file, config.get(), path + "." + CONFIG);
        YamlNode value = written.<YamlNode>map(map -> map.merged(set))
                .orElseGet(() -> new YamlNode.Unreadable(config.get().where()));
        YamlNode.Mapping complete =
                run.with(CONFIG, new YamlNode.Entry(config.get().where(), value));
        Optional<YamlNode.Entry> epochs = written.flatMap(map -> map.get("train"))
                .map(YamlNode.Entry::value)
                .flatMap(train -> train instanceof YamlNode.Mapping map ? map.get("epochs") : Optional.empty())
                .filter(number -> number.value() instanceof YamlNode.Scalar scalar && scalar.matches(EPOCHS));
        return run.get(FULL_EPOCHS).isPresent() || epochs.isEmpty()
                ? complete
                : complete.with(FULL_EPOCHS, epochs.get());
    }

    private Optional<YamlNode.Mapping> config(Path file, YamlNode.Entry entry, String path) {
        List<Path> chain = new ArrayList<>(List.of(identity(file)));
        if (!(entry.value() instanceof YamlNode.Mapping map)) {
            return base(file, entry, path, chain);
        }
        return map.get(BASE)
                .map(base -> base(file, base, path + "." + BASE, chain).map(lower -> lower.merged(map.without(BASE))))
                .orElse(Optional.of(map));
    }

    private Loaded bind(Optional<YamlNode.Mapping> written, List<Setting> settings) {
        YamlNode.Mapping set = merged(settings);
        Optional<RunConfig> config =
                written.flatMap(root -> new Binder(problems).bind(RunConfig.class, root.merged(set)));
        problems.throwIfAny();
        RunConfig complete = config.orElseThrow();
        return new Loaded(complete, complete.toYaml());
    }

    /**
     * The map in a file over those of its bases; {@code asked} and {@code path} say who wants it, {@code chain} through
     * whom.
     */
    private Optional<YamlNode.Mapping> read(Path file, Where asked, String path, List<Path> chain) {
        Optional<YamlNode> node = text(file, asked, path).flatMap(text -> YamlTree.ofFile(text, shown(file), problems));
        if (node.isEmpty()) {
            return Optional.empty();
        }
        if (!(node.get() instanceof YamlNode.Mapping map)) {
            problems.add(node.get().where(), "", "expected a map of keys such as model, data and train");
            return Optional.empty();
        }
        Optional<YamlNode.Entry> base = map.get(BASE);
        if (base.isEmpty()) {
            return Optional.of(map);
        }
        chain.add(identity(file));
        return base(file, base.get(), BASE, chain).map(lower -> lower.merged(map.without(BASE)));
    }

    private Optional<YamlNode.Mapping> base(Path file, YamlNode.Entry entry, String path, List<Path> chain) {
        if (!(entry.value() instanceof YamlNode.Scalar name)
                || name.isNull()
                || name.text().isBlank()) {
            problems.add(entry.where(), path, "expected the path of a file, relative to this one");
            return Optional.empty();
        }
        Path base;
        try {
            base = file.resolveSibling(name.text()).normalize();
        } catch (InvalidPathException e) {
            problems.add(entry.where(), path, "not a path: " + Printable.brief(e.getReason()));
            return Optional.empty();
        }
        if (chain.contains(identity(base))) {
            String names = chain.stream()
                    .skip(chain.indexOf(identity(base)))
                    .map(link -> shown(link.getFileName()) + " -> ")
                    .collect(Collectors.joining());
            problems.add(entry.where(), path, "leads back to itself: " + names + shown(base.getFileName()));
            return Optional.empty();
        }
        if (chain.size() > MOST_BASES) {
            problems.add(entry.where(), path, "more than " + MOST_BASES + " bases");
            return Optional.empty();
        }
        return read(base, entry.where(), path, chain);
    }

    private Optional<String> text(Path file, Where asked, String path) {
        String named = path.isEmpty() ? "" : shown(file) + ": ";
        if (file.toString().isEmpty()) {
            problems.add(asked, path, "an empty name; give that of a file");
            return Optional.empty();
        }
        if (Files.isDirectory(file)) {
            problems.add(asked, path, named + "is a directory; name a file in it");
            return Optional.empty();
        }
        if (!Files.exists(file)) {
            problems.add(asked, path, named + "no such file" + nearestFile(file));
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                problems.add(asked, path, named + "larger than 1 MiB; this is not a configuration");
                return Optional.empty();
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return Optional.of(text.startsWith("\uFEFF") ? text.substring(1) : text);
        } catch (CharacterCodingException e) {
            problems.add(asked, path, named + "not UTF-8 text; save it as UTF-8");
        } catch (IOException e) {
            problems.add(asked, path, named + "cannot be read: " + FileProblem.reason(e));
        }
        return Optional.empty();
    }

    private static String nearestFile(Path file) {
        Path folder = Optional.ofNullable(file.getParent()).orElse(Path.of(""));
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> siblings = Files.newDirectoryStream(folder, "*.{yaml,yml}")) {
            for (Path sibling : siblings) {
                if (names.size() == MOST_NAMES) {
                    break;
                }
                names.add(sibling.getFileName().toString());
            }
        } catch (IOException | DirectoryIteratorException e) {
            return ", nor a readable folder " + shown(folder);
        }
        names.sort(null);
        return Suggest.nearest(file.getFileName().toString(), names)
                .map(name -> "; did you mean " + shown(file.resolveSibling(name)) + "?")
                .orElse("");
    }

    /** All settings as one map, so that their order only matters where they set the same key. */
    private YamlNode.Mapping merged(List<Setting> settings) {
        YamlNode.Mapping all = new YamlNode.Mapping(Where.argument("--set"), Map.of());
        for (Setting setting : settings) {
            Where where = setting.where();
            String override = setting.assignment();
            int equals = override.indexOf('=');
            List<String> keys = equals < 0
                    ? List.of()
                    : List.of(override.substring(0, equals).strip().split("\\.", -1));
            if (keys.isEmpty() || keys.stream().anyMatch(String::isBlank)) {
                problems.add(where, "", "expected a path, '=' and a value, such as train.epochs=2");
                continue;
            }
            Optional<YamlNode> value = YamlTree.ofValue(
                    override.substring(equals + 1), where, Printable.brief(String.join(".", keys)), problems);
            if (value.isPresent()) {
                all = all.merged(nested(keys, value.get(), where));
            }
        }
        return all;
    }

    private static YamlNode.Mapping nested(List<String> keys, YamlNode value, Where where) {
        YamlNode inner = keys.size() == 1 ? value : nested(keys.subList(1, keys.size()), value, where);
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        entries.put(keys.get(0), new YamlNode.Entry(where, inner));
        return new YamlNode.Mapping(where, entries);
    }

    /** The same path for the same file, however it is written. */
    private static Path identity(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file.toAbsolutePath().normalize();
        }
    }

    private static String shown(Path path) {
        return path.toString().isEmpty() ? "''" : Printable.line(path.toString());
    }
}
