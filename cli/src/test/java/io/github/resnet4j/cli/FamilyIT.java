package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A family is one file: {@link TinyNet}, which no main source knows, is listed, trains, is saved, loaded and resumed. */
class FamilyIT {
    private static final String[] FOREVER_ALIKE = {"--set", "schedule={type: constant}", "--option", "growth=6"};

    @TempDir
    Path folder;

    private Path families;

    @BeforeEach
    void name() throws IOException {
        families = folder.resolve("families");
        Path services = Files.createDirectories(families.resolve("META-INF").resolve("services"));
        Files.writeString(services.resolve(Family.class.getName()), TinyNet.class.getName());
        TinyRun.write(folder, Trained.images());
    }

    private Cli cli() {
        return Cli.shared(folder).classPath(families);
    }

    private Path train(String name, String... more) {
        String[] arguments = TinyRun.train(name, "--set", "model.name=tinynet");
        cli().run(join(join(arguments, FOREVER_ALIKE), more)).succeeds();
        return folder.resolve("runs").resolve(name);
    }

    private static String[] join(String[] first, String... more) {
        String[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    @Test
    void isListedAndDescribed() {
        assertThat(cli().run("list", "tinynet").succeeds().out()).contains("tinynet", "3x32x32");
        assertThat(cli().run("info", "tinynet", "--freeze", "block1.0")
                        .succeeds()
                        .out())
                .contains("block1.1.conv", "options: growth=4", "frozen");
        cli().run("info", "tinynet", "--option", "grwth=3")
                .failsWith(2, "tinynet: unknown option \"grwth\"; did you mean growth?");
        Cli.in(folder).run("info", "tinynet").failsWith(2, "unknown model \"tinynet\"");
    }

    @Test
    void trainsIsSavedAndLoadedAndResumes() {
        Path whole = train("whole");
        Path half = train("half", "--set", "train.epochs=1");
        train("half", "--resume");
        assertThat(TinyRun.coefficients(half)).isEqualTo(TinyRun.coefficients(whole));

        String model = half.resolve("model.zip").toString();
        assertThat(cli().run("info", model).succeeds().out()).contains("tinynet", "growth=6");
        String images = Trained.images().resolve("val").toString();
        assertThat(cli().run("eval", "--model", model, "--data", images)
                        .succeeds()
                        .out())
                .contains("top-1");
        Cli.in(folder).run("eval", "--model", model, "--data", images).failsWith(3, "unknown model \"tinynet\"");

        cli().run("convert", model, "tiny.safetensors").succeeds();
        assertThat(cli().run("info", "tiny.safetensors", "--arch", "tinynet", "--option", "growth=6")
                        .succeeds()
                        .out())
                .contains(" loaded");
    }
}
