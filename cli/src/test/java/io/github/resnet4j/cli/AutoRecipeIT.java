package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.datasets.ShapeImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code finetune} without a recipe: what it chooses, says and keeps. */
class AutoRecipeIT {
    @TempDir
    static Path folder;

    /** 120 training images of two classes. */
    @BeforeAll
    static void drawImages() throws IOException {
        Path drawn = folder.resolve("drawn");
        ShapeImages.write(drawn, 75, 1, 7);
        Files.createDirectory(folder.resolve("photos"));
        for (String name : List.of("star", "moon")) {
            Files.move(
                    drawn.resolve("train").resolve(name),
                    folder.resolve("photos").resolve(name));
        }
    }

    private static Cli.Outcome finetune(String... more) {
        String[] all = new String[more.length + 5];
        System.arraycopy(new String[] {"finetune", "--data", "photos", "--model", Trained.model()}, 0, all, 0, 5);
        System.arraycopy(more, 0, all, 5, more.length);
        return Cli.shared(folder).run(all);
    }

    private static JsonNode json(Cli.Outcome outcome) {
        return JsonMapper.shared().readTree(outcome.succeeds().out());
    }

    private static JsonNode choice(JsonNode summary, String key) {
        for (JsonNode choice : summary.get("recipe")) {
            if (choice.get("key").asString().equals(key)) {
                return choice;
            }
        }
        throw new AssertionError("no choice of " + key);
    }

    @Test
    void printsThePlanAndTrainsNothing() {
        String plan = finetune("--plan", "--name", "planned", "--epochs", "3")
                .succeeds()
                .out();
        assertThat(plan.lines())
                .anyMatch(line -> line.startsWith("120 training images and 30 validation images of 2 classes"))
                .anyMatch(line -> line.startsWith("a linear probe on the weights' features of 120 images at "))
                .anyMatch(line -> line.matches("  train.epochs +3 +as you set it"))
                .anyMatch(line -> line.matches("  train.batch-size +8 +15 steps an epoch"));
        assertThat(folder.resolve("runs/planned")).doesNotExist();

        JsonNode parsed = json(finetune("--plan", "--json", "--set", "optimizer={type: adamw, lr: 1e-3}"));
        assertThat(choice(parsed, "optimizer.lr").get("given").asBoolean()).isTrue();
        assertThat(choice(parsed, "optimizer.lr").get("value").asString()).isEqualTo("0.001");
        assertThat(choice(parsed, "train.batch-size").get("given").asBoolean()).isFalse();
        assertThat(parsed.get("config").asString()).contains("type: adamw", "batch-size: 8");
    }

    @Test
    void aRunKeepsItsChoices() throws IOException {
        Cli.Outcome outcome = finetune("--name", "chosen", "--time", "10m", "--epochs", "2", "--json");
        JsonNode summary = json(outcome);
        assertThat(outcome.err()).contains("data.image-size", "train.epochs", "as you set it");
        Path run = folder.resolve("runs/chosen");
        JsonNode reported = JsonMapper.shared().readTree(Files.readString(run.resolve("report.json")));
        assertThat(reported.get("recipe")).isEqualTo(summary.get("recipe"));
        assertThat(JsonMapper.shared().readTree(Files.readString(run.resolve("recipe.json"))))
                .isEqualTo(summary.get("recipe"));
        assertThat(run.resolve("report.html")).content().contains("The recipe and its reasons", "15 steps an epoch");
        assertThat(run.resolve("config.yaml")).content().contains("batch-size: 8", "epochs: 2");

        Cli.Outcome again = finetune("--name", "chosen", "--resume");
        assertThat(again.succeeds().out()).contains("the run is complete (2 epochs)");
        assertThat(again.err()).as("nothing is measured or chosen again").doesNotContain("steps an epoch");
        finetune("--name", "chosen").failsWith(ExitCode.USAGE, "holds an earlier run");
    }

    @Test
    void aTimeThatIsTooShortIsRefusedWithTheLeastThatWouldDo() {
        Cli.Outcome outcome = finetune("--name", "short", "--time", "1s");
        outcome.failsWith(
                ExitCode.USAGE, "--time: on this machine, even the shortest plan takes about", "give at least");
        assertThat(folder.resolve("runs/short")).doesNotExist();
    }
}
