package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trained model as an ONNX file, by the command line. */
class ExportIT {
    @TempDir
    Path folder;

    @Test
    void writesAModelThatOnnxRuntimeComputesAlike() throws IOException {
        Cli.Outcome outcome = Cli.in(folder)
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
        Cli.in(folder).run("export", Trained.model(), "a.onnx").failsWith(2, "a.onnx already exists", "--overwrite");
        assertThat(folder.resolve("a.onnx")).hasBinaryContent(before);
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void printsOneObject() {
        assertThat(Cli.in(folder)
                        .run("export", Trained.model(), "a.onnx", "--softmax", "--dynamic-batch", "--json")
                        .succeeds()
                        .out())
                .startsWith("{\"model\":")
                .contains("\"inputShape\":[0,3,32,32]", "\"output\":\"probabilities\"", "\"imagesCompared\":8")
                .hasLineCount(1);
    }

    @Test
    void namesAFolderThatDoesNotExist() {
        Cli.in(folder).run("export", Trained.model(), "no/a.onnx").failsWith(6, "no/a.onnx: cannot be written");
    }
}
