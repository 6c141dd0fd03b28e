package io.github.resnet4j.faults;

import io.github.resnet4j.files.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A training run that takes seconds, and what is found in its folder. */
final class TinyRun {
    /** Where runs are in a folder. */
    static final String RUNS = "runs";

    /** Steps of an epoch in {@link #CONFIG}. */
    static final int STEPS = 8;

    /** 60 images in batches of 4, two to a step. */
    private static final String CONFIG = """
            name: tiny
            model:
              name: resnet20-cifar
              options: {shortcut: a-end, stochastic-depth: 0.5, stochastic-depth-per: batch}
            data:
              dataset: folder
              dir: '%s'
              image-size: 32
              limit: 60
              workers: 2
              augment: [{pad-crop: {padding: 2}}, {horizontal-flip: {p: 0.5}}, {random-erasing: {p: 0.5}}]
              normalize: none
            train:
              epochs: 6
              batch-size: 4
              accumulate: 2
              label-smoothing: 0.1
              mix: {mixup: 0.4, cutmix: 1}
              clip-norm: 1
              ema-decay: 0.9
              checkpoint-every: 1
              seed: 3
            optimizer: {type: sgd, lr: 0.05, groups: [{parts: [stem, layer1], lr-factor: 0.5, thaw: 2}]}
            schedule: {type: multi-step, milestones: [3, 5]}
            """;

    /** Without levers that stand in the way of keeping what a frozen part computes. */
    private static final String FROZEN = """
            name: frozen
            model: {name: resnet20-cifar, freeze: layer3}
            data:
              dataset: folder
              dir: '%s'
              image-size: 32
              workers: 2
              views: 200
              augment: [{horizontal-flip: {p: 0.5}}]
              normalize: none
            train: {epochs: 2, batch-size: 8, seed: 3}
            optimizer: {type: sgd, lr: 0.05}
            schedule: {type: cosine}
            """;

    private final Path folder;

    private TinyRun(Path folder) {
        this.folder = folder;
    }

    /** Writes {@code tiny.yaml}, where every lever of training is on, and {@code frozen.yaml}. */
    static void writeConfig(Path folder, Path images) throws IOException {
        Files.writeString(folder.resolve("frozen.yaml"), FROZEN.formatted(images));
        Files.writeString(folder.resolve("tiny.yaml"), CONFIG.formatted(images));
    }

    /** The run that {@link #train} makes in a folder. */
    static TinyRun of(Path folder, String name) {
        return new TinyRun(folder.resolve(RUNS).resolve(name));
    }

    /** The arguments that train it as {@code name}, with settings that differ. */
    static String[] train(String name, List<String> settings, String... options) {
        return train("tiny.yaml", name, settings, options);
    }

    /** The same of another configuration. */
    static String[] train(String config, String name, List<String> settings, String... options) {
        List<String> all = new ArrayList<>(List.of("train", "-c", config, "--set", "name=" + name));
        settings.forEach(setting -> all.addAll(List.of("--set", setting)));
        all.addAll(List.of(options));
        return all.toArray(String[]::new);
    }

    Path folder() {
        return folder;
    }

    String name() {
        return folder.getFileName().toString();
    }

    Path path(String file) {
        return folder.resolve(file);
    }

    boolean has(String file) {
        return Files.exists(folder.resolve(file));
    }

    /** Names of the checkpoints, ascending. */
    List<String> checkpoints() {
        return named("ckpt-");
    }

    /** Names of checkpoints that are being written or removed. */
    List<String> temporaries() {
        return named("tmp-");
    }

    /** The iteration of the newest checkpoint; 0 without one. */
    long newest() {
        List<String> names = checkpoints();
        return names.isEmpty() ? 0 : iteration(names.get(names.size() - 1));
    }

    /** Epochs in the log. */
    int epochs() {
        try {
            return Math.max(0, Files.readAllLines(folder.resolve("log.csv")).size() - 1);
        } catch (IOException e) {
            return 0; // not yet there
        }
    }

    /** Whether a checkpoint is being written that is not there yet. */
    boolean isSaving() {
        long newest = newest();
        return temporaries().stream().anyMatch(name -> iteration(name.substring("tmp-".length())) > newest);
    }

    private static long iteration(String checkpoint) {
        return Long.parseLong(checkpoint.substring("ckpt-".length()).replaceFirst("\\..*", ""));
    }

    private List<String> named(String prefix) {
        String[] names = folder.resolve("checkpoints").toFile().list((parent, name) -> name.startsWith(prefix));
        return names == null ? List.of() : Stream.of(names).sorted().toList();
    }

    /** Files that no complete run has: of saves and moves that were broken off. */
    List<String> leftovers() throws IOException {
        try (Stream<Path> paths = Files.walk(folder, FileVisitOption.values())) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("tmp-") || name.endsWith(".part"))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * All that a run computes: parameters of both models, every array of the newest checkpoint, and the log without the
     * columns that are times.
     */
    Map<String, String> content() throws IOException {
        Map<String, String> content = new TreeMap<>();
        for (String model : List.of("model.zip", "last.zip")) {
            try (ZipFile zip = new ZipFile(folder.resolve(model).toFile())) {
                ZipEntry entry = zip.getEntry("coefficients.bin");
                try (InputStream in = zip.getInputStream(entry)) {
                    content.put(model, hash(in.readAllBytes()));
                }
            }
        }
        List<String> names = checkpoints();
        Path newest = folder.resolve("checkpoints").resolve(names.get(names.size() - 1));
        try (Stream<Path> arrays = Files.list(newest)) {
            for (Path array :
                    arrays.filter(path -> path.toString().endsWith(".f32")).toList()) {
                content.put(array.getFileName().toString(), hash(Files.readAllBytes(array)));
            }
        }
        List<String> log = Files.readAllLines(folder.resolve("log.csv"));
        List<String> columns = List.of(log.get(0).split(","));
        int computed = columns.indexOf("seconds");
        if (computed < 0) {
            throw new IOException(folder + ": log.csv has no column of seconds");
        }
        StringBuilder rows = new StringBuilder();
        for (String line : log) {
            rows.append(String.join(",", List.of(line.split(",", -1)).subList(0, computed)))
                    .append('\n');
        }
        content.put("log.csv", rows.toString());
        return content;
    }

    private static String hash(byte[] bytes) {
        return Digest.sha256().add(bytes, 0, bytes.length).hex();
    }

    /** What of {@link #content} differs between two runs; an empty text if nothing does. */
    String differences(Map<String, String> other) throws IOException {
        Map<String, String> own = content();
        List<String> names = new ArrayList<>();
        for (String name : new TreeMap<>(other).keySet()) {
            if (!other.get(name).equals(own.get(name))) {
                names.add(name);
            }
        }
        if (!own.keySet().equals(other.keySet())) {
            names.add("files " + own.keySet() + " and " + other.keySet());
        }
        return String.join(", ", names);
    }
}
