package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels in a CSV instead of class folders. */
class LabelsIT {
    @TempDir
    private Path folder;

    /** All images of the trained model in one folder, as {@code CLASS-NUMBER.png}; of every class five, one of them for validation. */
    private Path flat(String header) throws IOException {
        Path photos = Files.createDirectories(folder.resolve("photos"));
        StringBuilder lines = new StringBuilder(header);
        try (Stream<Path> classes = Files.list(Trained.images().resolve("val"))) {
            for (Path kind : classes.filter(Files::isDirectory).sorted().toList()) {
                try (Stream<Path> images = Files.list(kind)) {
                    int i = 0;
                    for (Path image : images.sorted().limit(5).toList()) {
                        String name = kind.getFileName() + "-" + i + ".png";
                        Files.copy(image, photos.resolve(name));
                        lines.append(name + ";" + kind.getFileName() + ";" + (i == 0 ? "val" : "train") + "\r\n");
                        i++;
                    }
                }
            }
        }
        return Files.writeString(photos.resolve("labels.csv"), lines);
    }

    @Test
    void trainsShowsAndMeasures() throws IOException {
        flat("\uFEFFpath;label;split\r\n");
        Cli cli = Cli.shared(folder);
        Cli.Outcome trained = cli.run(
                        "finetune", "--labels", "photos/labels.csv", "--model", Trained.model(), "--epochs", "1")
                .succeeds();
        assertThat(trained.err()).contains("24 training and 6 validation images", "labels.csv (SHA-256 ");
        Path config = folder.resolve("runs/finetune-photos/config.yaml");
        assertThat(config).content().contains("labels: photos/labels.csv");
        String all = cli.run("preview", "-c", config.toString(), "--set", "data.augment=[]")
                .succeeds()
                .out()
                .lines()
                .filter(line -> line.startsWith("all "))
                .findFirst()
                .orElseThrow();
        assertThat(all).matches("all +24 +6");
        Cli.Outcome measured = cli.run(
                        "eval",
                        "--model",
                        Trained.model(),
                        "--labels",
                        "photos/labels.csv",
                        "--data",
                        "photos",
                        "--json")
                .succeeds();
        assertThat(measured.out()).contains("\"data\":\"the val images of photos/labels.csv: 6 images of 6 classes");
        assertThat(measured.err()).doesNotContain("warning");
    }

    @Test
    void saysWhatIsWrongInEveryLine() throws IOException {
        Path csv = flat("");
        Files.writeString(csv, Files.readString(csv).replaceFirst("-0.png", "-O.png") + "../x.png;cat;val\r\n");
        Cli.shared(folder)
                .run("finetune", "--data", "photos", "--labels", "photos/labels.csv", "--model", Trained.model())
                .failsWith(
                        ExitCode.BAD_INPUT,
                        "photos/labels.csv: 2 problems: line 1: no such file",
                        "-0.png\"?",
                        "line 31: \"../x.png\" leads out of");
    }

    @Test
    void evalSaysWhereItMeasuresAllImages() {
        Cli.Outcome measured = Cli.shared(folder)
                .run(
                        "eval",
                        "--model",
                        Trained.model(),
                        "--data",
                        Trained.images().resolve("val").toString())
                .succeeds();
        assertThat(measured.err()).contains("val has no validation or test part, so all its images are measured");
        Cli.shared(folder)
                .run("eval", "--model", Trained.model())
                .failsWith(ExitCode.USAGE, "give the images: --data DIR, or --labels CSV");
    }
}
