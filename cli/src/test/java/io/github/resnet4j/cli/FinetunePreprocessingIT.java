package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.ShapeImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every option of {@code finetune} that says how images become input, or how weights are read, reaches the network.
 * Nothing is learnt here: all but the classifier is frozen, and the learning rate is too small for a float, so that the
 * loss is that of the initial model, which {@code eval} knows too.
 */
class FinetunePreprocessingIT {
    private static final double SAME = 1e-5;

    @TempDir
    static Path folder;

    private static double plain;

    @BeforeAll
    static void copySomeImages() throws IOException {
        for (String part : List.of("train", "val")) {
            for (String name : ShapeImages.CLASSES) {
                Path from = Trained.images().resolve(part).resolve(name);
                Path to = Files.createDirectories(
                        folder.resolve("few").resolve(part).resolve(name));
                try (Stream<Path> images = Files.list(from)) {
                    for (Path image : images.sorted().limit(3).toList()) {
                        Files.copy(image, to.resolve(image.getFileName().toString()));
                    }
                }
            }
        }
        plain = loss(finetune("--model", Trained.model()));
        assertThat(plain).isEqualTo(loss(eval()), within(SAME));
    }

    private static Cli.Outcome finetune(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "finetune",
                "--data",
                "few",
                "--freeze",
                "layer3",
                "--lr",
                "1e-30",
                "--epochs",
                "1",
                "--batch-size",
                "6",
                "--overwrite",
                "--json"));
        all.addAll(List.of(more));
        return Cli.shared(folder).run(all.toArray(String[]::new));
    }

    private static Cli.Outcome eval(String... more) {
        List<String> all = new ArrayList<>(
                List.of("eval", "--data", "few", "--model", Trained.model(), "--no-calibration", "--json"));
        all.addAll(List.of(more));
        return Cli.shared(folder).run(all.toArray(String[]::new));
    }

    private static double loss(Cli.Outcome outcome) {
        JsonNode object = JsonMapper.shared().readTree(outcome.succeeds().out());
        return object.get("loss").asDouble();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--mean 0.2,0.5,0.5",
                "--std 0.25,0.25,0.5",
                "--mean 0.2,0.3,0.4 --std 0.5,0.25,0.25",
                "--resize 40",
                "--resize 40 --interpolation bicubic",
                "--resize 28 --crop 24",
                "--channel-order bgr"
            })
    void changesTheLossAsEvalDoes(String options) {
        String[] words = options.split(" ");
        List<String> finetune = new ArrayList<>(List.of("--model", Trained.model()));
        finetune.addAll(List.of(words));
        double loss = loss(finetune(finetune.toArray(String[]::new)));
        assertThat(loss).isEqualTo(loss(eval(words)), within(SAME)).isNotCloseTo(plain, within(1e-3));
    }

    /** The trained model is stored with the preprocessing that was asked for. */
    @Test
    void theModelKeepsThem() {
        String[] options = {"--mean", "0.2,0.3,0.4", "--std", "0.5,0.25,0.25", "--resize", "40"};
        List<String> all = new ArrayList<>(List.of("--model", Trained.model(), "--name", "kept"));
        all.addAll(List.of(options));
        double loss = loss(finetune(all.toArray(String[]::new)));
        Cli.Outcome again = Cli.shared(folder)
                .run("eval", "--data", "few", "--model", "runs/kept/model.zip", "--no-calibration", "--json");
        assertThat(loss(again)).isEqualTo(loss, within(SAME));
    }

    /** With rules for their names, renamed weights are the same weights; without, they are none. */
    @Test
    void mapReadsRenamedWeights() throws IOException {
        Cli cli = Cli.shared(folder);
        cli.run("convert", Trained.model(), "own.safetensors", "--overwrite").succeeds();
        byte[] bytes = Files.readAllBytes(folder.resolve("own.safetensors"));
        // Latin-1 keeps every byte; the names are of the same length, so that the header stays as long.
        String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("layer", "stack");
        Files.write(folder.resolve("renamed.safetensors"), text.getBytes(StandardCharsets.ISO_8859_1));
        Files.writeString(folder.resolve("rules.txt"), "stack(.*) -> layer$1\n");
        String[] own = {"--model", "resnet20-cifar", "--weights", "own.safetensors", "--name", "own"};
        String[] renamed = {"--model", "resnet20-cifar", "--weights", "renamed.safetensors", "--name", "renamed"};
        assertThat(finetune(renamed).code()).isEqualTo(ExitCode.BAD_INPUT);
        String[] mapped = {
            "--model", "resnet20-cifar", "--weights", "renamed.safetensors", "--map", "rules.txt", "--name", "mapped"
        };
        double loss = loss(finetune(own));
        assertThat(loss(finetune(mapped))).isEqualTo(loss);
        double random = loss(finetune("--model", "resnet20-cifar", "--name", "random"));
        assertThat(loss).isNotCloseTo(random, within(1e-3));
    }
}
