package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.superresolution.Colours;
import io.github.resnet4j.finetune.model.Upscaler;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code upscale}, on a network with random weights. */
class UpscaleIT {
    @TempDir
    Path folder;

    private Cli cli;

    @BeforeEach
    void images() throws IOException {
        cli = Cli.shared(folder).env("LC_ALL", "C.UTF-8");
        Architecture row = Zoo.find("msrn-x2").with(Map.of("blocks", "1", "features", "4"));
        Network network = row.network();
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(1));
        ModelArchive.write(
                folder.resolve("x2.zip"),
                ModelCard.of(
                        row,
                        network.input(),
                        Colours.RGB.channels(),
                        Upscaler.preprocessing(3),
                        Map.of("licence", "none")),
                graph);
        NetworkGraph.close(graph);
        Path in = Files.createDirectories(folder.resolve("in/deeper"));
        Path star = Trained.images().resolve("train/star/star-0003.png");
        Files.copy(star, in.resolve("star.png"));
        Files.copy(star, folder.resolve("in/star.png"));
        byte[] whole = Files.readAllBytes(star);
        Files.write(folder.resolve("in/cut.png"), Arrays.copyOf(whole, whole.length / 2));
    }

    @Test
    void enlargesFoldersAndNamesWhatCannotBeRead() {
        Cli.Outcome outcome = cli.run("upscale", "in", "out", "--model", "x2.zip", "--scale", "2");
        assertThat(outcome.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(outcome.errors()).singleElement().asString().contains("cut.png: is truncated");
        Rgb8Image before = ImageDecoder.decode(folder.resolve("in/star.png"));
        Rgb8Image after = ImageDecoder.decode(folder.resolve("out/deeper/star.png"));
        assertThat(after.width()).isEqualTo(2 * before.width());
        assertThat(after.height()).isEqualTo(2 * before.height());
        assertThat(outcome.out().lines()).hasSize(2).allMatch(line -> line.contains("star.png: "));
        cli.run("upscale", "in", "out", "--model", "x2.zip").failsWith(ExitCode.USAGE, "star.png", "--overwrite");
    }

    @Test
    void anEnsembleOfOneImageInJson() {
        Cli.Outcome outcome =
                cli.run("upscale", "in/star.png", "large.png", "--model", "x2.zip", "--self-ensemble", "--json");
        outcome.succeeds();
        assertThat(outcome.out()).contains("\"output\":\"large.png\"", "\"outputWidth\":");
    }

    @Test
    void refusesWhatDoesNotFit() {
        String[] named = {"upscale", "in/star.png", "out", "--model", "x2.zip"};
        cli.run(with(named, "--scale", "3")).failsWith(ExitCode.USAGE, "makes images 2 times larger, but --scale is 3");
        cli.run(with(named, "--tile", "10")).failsWith(ExitCode.USAGE, "tiles of at least");
        cli.run("upscale", "in/star.png", "out", "--model", Trained.model())
                .failsWith(ExitCode.USAGE, "task classification", "does not make images larger");
        cli.run("upscale", "in/star.png", "out.jpg", "--model", "x2.zip").failsWith(ExitCode.USAGE, ".png");
        cli.run("upscale", "in", "out.png", "--model", "x2.zip").failsWith(ExitCode.USAGE, "name a folder");
        cli.run("upscale", "in/star.png", "in/star.png", "--model", "x2.zip", "--overwrite")
                .failsWith(ExitCode.USAGE, "replaced by itself");
        cli.run("upscale", "nothing.png", "out", "--model", "x2.zip").failsWith(ExitCode.BAD_INPUT, "does not exist");
        cli.run("predict", "in/star.png", "--model", "x2.zip").failsWith(ExitCode.USAGE, "use the command upscale");
    }

    private static String[] with(String[] arguments, String... more) {
        return List.of(arguments, more).stream().flatMap(Arrays::stream).toArray(String[]::new);
    }
}
