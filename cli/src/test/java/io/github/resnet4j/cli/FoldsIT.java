package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cross-validation as a user meets it. */
class FoldsIT {
    @TempDir
    private Path folder;

    @Test
    void validatesAndGoesOnAndLeavesAModel() {
        Cli cli = Cli.shared(folder);
        String[] command = {
            "finetune",
            "--data",
            Trained.images().resolve("val").toString(),
            "--model",
            Trained.model(),
            "--freeze",
            "layer3",
            "--folds",
            "3",
            "--epochs",
            "2",
            "--set",
            "data.augment=[]",
            "--json"
        };
        Cli.Outcome first = cli.run(command).succeeds();
        assertThat(first.out().lines()).hasSize(1);
        assertThat(first.out()).contains("\"folds\":3", "\"images\":360", "\"top1Interval\":[", "\"name\":\"fold-3\"");
        assertThat(first.err()).contains("fold-2, 2 of 3", "final, on all images");
        Path run = folder.resolve("runs/finetune-val-folds");
        assertThat(run.resolve("report.html")).content().contains("3-fold cross-validation");
        cli.run("predict", "--model", run.resolve("final/model.zip").toString(), Trained.images() + "/val/moon")
                .succeeds();
        cli.run(command).failsWith(ExitCode.USAGE, "(--resume)");
        String[] again = Arrays.copyOf(command, command.length + 1);
        again[command.length] = "--resume";
        Cli.Outcome second = cli.run(again).succeeds();
        assertThat(second.err()).doesNotContain("epoch  ").doesNotContain("epoch 1/2");
        assertThat(second.out()).isEqualTo(first.out());
    }
}
