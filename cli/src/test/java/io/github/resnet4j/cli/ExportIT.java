package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trained model as an ONNX file, by the command line. */
class ExportIT {
    @TempDir
    Path folder;

    @Test
    void writesAModelThatOnnxRuntimeComputesAlike() throws IOException {
        Cli.Outcome outcome = Cli.shared(folder)
                .run(
                        "export",
                        Trained.model(),
                        "a.onnx",
                        "--compare-on",
                        Trained.images().toString())
                .succeeds();
        assertThat(outcome.out())
                .contains("a.onnx: resnet20-cifar, opset 17", "input `input` 1×3×32×32", "output `logits` 1×")
                .contains("computes the same for");

        byte[] before = Files.readAllBytes(folder.resolve("a.onnx"));
        Cli.shared(folder)
                .run("export", Trained.model(), "a.onnx")
                .failsWith(2, "a.onnx already exists", "--overwrite");
        assertThat(folder.resolve("a.onnx")).hasBinaryContent(before);
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    /** Names, classes, preprocessing and values come back; folded normalisations compute the same. */
    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path image;
        try (Stream<Path> images = Files.walk(Trained.images())) {
            image = images.filter(file -> file.toString().endsWith(".png"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
        Cli cli = Cli.shared(folder);
        cli.run("export", Trained.model(), "a.onnx").succeeds();
        cli.run("export", Trained.model(), "folded.onnx", "--fold-bn").succeeds();
        cli.run("convert", "a.onnx", "a.safetensors").succeeds();
        cli.run("convert", Trained.model(), "b.safetensors").succeeds();
        cli.run("convert", "folded.onnx", "c.safetensors").succeeds();

        StateDict through = WeightFile.open(folder.resolve("a.safetensors"));
        StateDict direct = WeightFile.open(folder.resolve("b.safetensors"));
        assertThat(through.tensors().keySet()).isEqualTo(direct.tensors().keySet());
        assertThat(direct.tensors())
                .allSatisfy((name, tensor) ->
                        assertThat(through.tensors().get(name).floats()).isEqualTo(tensor.floats()));

        String[] said = Stream.of(Trained.model(), "a.onnx", "folded.onnx", "b.safetensors", "c.safetensors")
                .map(model -> cli.run("predict", "--model", model, image.toString(), "--json")
                        .succeeds()
                        .out()
                        .replaceAll("(0\\.\\d{3})\\d*|\\d\\.\\d+E-\\d+", "$1"))
                .toArray(String[]::new);
        assertThat(said[0]).contains("label");
        assertThat(said).containsOnly(said[0]);
    }

    @Test
    void printsOneObject() {
        assertThat(Cli.shared(folder)
                        .run("export", Trained.model(), "a.onnx", "--softmax", "--dynamic-batch", "--json")
                        .succeeds()
                        .out())
                .startsWith("{\"model\":")
                .contains("\"inputShape\":[0,3,32,32]", "\"output\":\"probabilities\"", "\"imagesCompared\":8")
                .hasLineCount(1);
    }

    @Test
    void namesAFolderThatDoesNotExist() {
        Cli.shared(folder).run("export", Trained.model(), "no/a.onnx").failsWith(6, "no/a.onnx: cannot be written");
    }
}
