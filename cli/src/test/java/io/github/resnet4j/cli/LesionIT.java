package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code lesion} on the quickstart's model. */
class LesionIT {
    @TempDir
    Path folder;

    private Cli.Outcome lesion(String... further) {
        String[] all = new String[further.length + 4];
        all[0] = "lesion";
        all[1] = Trained.model();
        all[2] = "--data";
        all[3] = Trained.images().toString();
        System.arraycopy(further, 0, all, 4, further.length);
        return Cli.shared(folder).run(all);
    }

    @Test
    void leavesAReportAndSaysWhatItFound() throws IOException {
        Cli.Outcome outcome = lesion("--images", "24", "--draws", "1", "--path-images", "4", "--json")
                .succeeds();
        JsonNode found = JsonMapper.shared().readTree(outcome.out());
        Path study = Path.of("runs", "lesion-quickstart");
        assertThat(found.path("folder").asString()).isEqualTo(study.toString());
        assertThat(found.path("images").asInt()).isEqualTo(24);
        assertThat(found.path("baseline").isNumber()).isTrue();
        assertThat(found.path("worst").asDouble())
                .isGreaterThanOrEqualTo(found.path("median").asDouble());
        assertThat(folder.resolve(study).resolve("report.html")).exists();
        assertThat(Files.readString(folder.resolve(study).resolve("lesion.json")))
                .contains("\"paths\"");
        assertThat(outcome.err()).contains("baseline ", "worst single block", "paths: those through", "responses (");
        lesion("--only", "single").failsWith(ExitCode.USAGE, "holds an earlier study", "--overwrite", "--output");
    }

    @Test
    void badRequestsGiveOneLine() {
        lesion("--only", "singel").failsWith(ExitCode.USAGE, "singel");
        lesion("--output", Trained.model() + "/study").failsWith(ExitCode.DISK, "the folder cannot be created");
        Cli.shared(folder)
                .run("lesion", "gone.zip", "--data", Trained.images().toString(), "--beside", "nope.th")
                .failsWith(ExitCode.BAD_INPUT, "nope.th");
        lesion("--draws", "0").failsWith(ExitCode.USAGE, "--draws must be at least 1, got 0");
        lesion("--model", Trained.model()).failsWith(ExitCode.USAGE, "two models");
        Cli.shared(folder)
                .run("lesion", "resnet56-cifar", "--data", Trained.images().toString())
                .failsWith(ExitCode.USAGE, "names an architecture, not weights", "--weights FILE");
        Cli.shared(folder)
                .run("lesion", "--data", Trained.images().toString())
                .failsWith(ExitCode.USAGE, "no model given");
    }
}
