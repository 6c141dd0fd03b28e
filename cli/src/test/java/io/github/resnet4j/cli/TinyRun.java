package io.github.resnet4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A configuration that trains in seconds: 2 epochs of 6 iterations, a checkpoint every 2. */
final class TinyRun {
    private TinyRun() {}

    /** Writes {@code tiny.yaml} into {@code folder}. */
    static void write(Path folder, Path images) {
        try {
            Files.writeString(folder.resolve("tiny.yaml"), """
                    name: tiny
                    model: {name: resnet20-cifar}
                    data:
                      dataset: folder
                      dir: '%s'
                      image-size: 32
                      limit: 96
                      workers: 2
                      augment: [{horizontal-flip: {p: 0.5}}]
                      normalize: none
                    train: {epochs: 2, batch-size: 16, checkpoint-every: 2, seed: 3}
                    optimizer: {type: sgd, lr: 0.05}
                    schedule: {type: cosine}
                    """.formatted(images));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes {@code two.yaml}, an experiment with a plain network and {@code tiny.yaml}. */
    static void writeExperiment(Path folder) {
        try {
            Files.writeString(folder.resolve("two.yaml"), """
                    name: two
                    title: Two networks
                    source: nobody
                    question: Does depth help?
                    runs:
                      - {label: plain, config: {base: tiny.yaml, model: {name: plain20-cifar}}}
                      - {label: residual, config: tiny.yaml, published: {error: 8.75, source: table 6}}
                    claims:
                      - {type: comparison, run: residual, has: lower, measure: training-error, than: plain}
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The arguments that train it as {@code name}. */
    static String[] train(String name, String... more) {
        List<String> all = new ArrayList<>(List.of("train", "-c", "tiny.yaml", "--set", "name=" + name));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** Names of the checkpoints, ascending. */
    static List<String> checkpoints(Path run) {
        Path folder = run.resolve("checkpoints");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("ckpt-"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The parameters of a run's model, as they are stored. */
    static byte[] coefficients(Path run) {
        try (ZipFile zip = new ZipFile(run.resolve("model.zip").toFile())) {
            ZipEntry entry = zip.getEntry("coefficients.bin");
            try (InputStream in = zip.getInputStream(entry)) {
                return in.readAllBytes();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
