package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not what they should be. */
class BadInputIT {
    private static final int CIFAR_RECORD = 3073;

    @TempDir
    static Path folder;

    @BeforeAll
    static void writeFiles() throws IOException {
        for (String name : new String[] {"a", "b"}) {
            Path photos = Files.createDirectories(folder.resolve("photos").resolve(name));
            for (int i = 0; i < 12; i++) {
                image(BufferedImage.TYPE_INT_RGB, photos.resolve("rgb" + i + ".png"));
            }
        }
        Path odd = folder.resolve("photos/a");
        image(BufferedImage.TYPE_BYTE_GRAY, odd.resolve("grey.png"));
        image(BufferedImage.TYPE_USHORT_GRAY, odd.resolve("sixteen-bit.png"));
        image(BufferedImage.TYPE_INT_ARGB, odd.resolve("alpha.png"));
        image(BufferedImage.TYPE_BYTE_INDEXED, odd.resolve("palette.gif"));

        Path bad = Files.createDirectories(folder.resolve("bad"));
        byte[] whole = Files.readAllBytes(folder.resolve("photos/a/rgb0.png"));
        Files.write(bad.resolve("truncated.png"), Arrays.copyOf(whole, whole.length / 2));
        Files.write(bad.resolve("empty.jpg"), new byte[0]);
        Files.writeString(bad.resolve("text.jpg"), "not an image at all\n");
        Files.write(bad.resolve("huge.png"), hugeHeader());
    }

    private static void image(int type, Path file) throws IOException {
        BufferedImage image = new BufferedImage(40, 36, type);
        Graphics2D g = image.createGraphics();
        g.setColor(new Color(file.hashCode() & 0xffffff));
        g.fillOval(5, 5, 25, 25);
        g.dispose();
        String name = file.getFileName().toString();
        assertThat(ImageIO.write(image, name.substring(name.indexOf('.') + 1), file.toFile()))
                .isTrue();
    }

    /** A PNG that says it has 65535 times 65535 pixels. */
    private static byte[] hugeHeader() throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream chunk = new DataOutputStream(header);
        chunk.writeBytes("IHDR");
        chunk.writeInt(65535);
        chunk.writeInt(65535);
        chunk.write(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(header.toByteArray());
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(file);
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        out.writeInt(13);
        out.write(header.toByteArray());
        out.writeInt((int) crc.getValue());
        return file.toByteArray();
    }

    @Test
    void predictReportsBadFilesAndPredictsTheOthers() {
        Cli.Outcome outcome = Cli.shared(folder)
                .run("predict", "--model", Trained.model(), "--top", "1", "--csv", "-", "bad", "photos", "absent.png");
        assertThat(outcome.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(outcome.errors())
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).contains("empty.jpg: is empty"),
                        line -> assertThat(line).contains("huge.png: is too large: 65535x65535"),
                        line -> assertThat(line).contains("text.jpg: is text"),
                        line -> assertThat(line).contains("truncated.png: is truncated"),
                        line -> assertThat(line).contains("absent.png: does not exist"));
        assertThat(outcome.out().lines()).hasSize(1 + 28).first().isEqualTo("file,rank,class,probability");
    }

    /** However many there are, no more lines than a person will read; and a folder without images stops nothing. */
    @Test
    void predictNamesTwentyBadFilesAndCountsTheOthers() throws IOException {
        Path many = Files.createDirectories(folder.resolve("many"));
        Files.createDirectories(folder.resolve("none"));
        for (int i = 0; i < 23; i++) {
            Files.write(many.resolve(i + ".jpg"), new byte[0]);
        }
        Files.copy(folder.resolve("photos/a/rgb0.png"), many.resolve("good.png"));
        Cli.Outcome outcome =
                Cli.shared(folder).run("predict", "--model", Trained.model(), "--top", "1", "--json", "none", "many");
        assertThat(outcome.code()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(outcome.errors()).hasSize(21).first().asString().startsWith("error: none: has no images");
        assertThat(outcome.errors().get(20)).isEqualTo("error: and 4 more that cannot be read");
        assertThat(outcome.out().lines()).singleElement().asString().contains("good.png");
    }

    @Test
    void trainingSkipsOneBadImageButNotFailsOnRequestOrWithMany() throws IOException {
        Path mixed = folder.resolve("mixed");
        for (String name : new String[] {"a", "b"}) {
            Files.createDirectories(mixed.resolve(name));
            for (int i = 0; i < 12; i++) {
                Path source = folder.resolve("photos").resolve(name).resolve("rgb" + i + ".png");
                Files.copy(source, mixed.resolve(name).resolve("rgb" + i + ".png"));
            }
        }
        Files.copy(folder.resolve("bad/text.jpg"), mixed.resolve("a/text.jpg"));
        String[] finetune = {
            "finetune",
            "--data",
            "mixed",
            "--model",
            Trained.model(),
            "--epochs",
            "1",
            "--batch-size",
            "8",
            "--set",
            "data.val-fraction=0.1",
            "--overwrite",
            "--set"
        };
        Cli.Outcome skipped = Cli.shared(folder).run(with(finetune, "data.on-bad-image=skip"));
        skipped.succeeds();
        assertThat(skipped.err()).contains("skipped: mixed/a/text.jpg: is text").doesNotContain("top-5");
        assertThat(skipped.out()).contains("top-1").doesNotContain("top-5"); // of two classes, both are among the five
        assertThat(folder.resolve("runs/finetune-mixed/report.html")).content().contains("text.jpg");
        Cli.shared(folder).run(with(finetune, "data.on-bad-image=fail")).failsWith(ExitCode.BAD_INPUT, "text.jpg");
        for (String name : new String[] {"empty.jpg", "huge.png", "truncated.png"}) {
            Files.copy(folder.resolve("bad").resolve(name), mixed.resolve("a").resolve(name));
        }
        Cli.shared(folder)
                .run(with(finetune, "data.on-bad-image=skip"))
                .failsWith(ExitCode.BAD_INPUT, "images cannot be read", "would be tolerated", "repair or remove");
        // All of them at once, and before anything is computed.
        Cli.Outcome failed = Cli.shared(folder).run(with(finetune, "data.on-bad-image=fail"));
        failed.failsWith(ExitCode.BAD_INPUT, "text.jpg", "empty.jpg", "huge.png", "truncated.png");
        assertThat(failed.err()).doesNotContain("epoch 1");
    }

    /** Nothing of it is allocated: the model is not even loaded. */
    @Test
    void aBatchOf2GiBIsRefused() {
        Cli.shared(folder)
                .run(
                        "eval",
                        "--model",
                        Trained.model(),
                        "--data",
                        Trained.images().toString(),
                        "--batch-size",
                        "174763")
                .failsWith(
                        ExitCode.USAGE,
                        "--batch-size: a batch of 174763 images of 3x32x32 exceeds 2 GiB, the limit of one batch; use at"
                                + " most 174762");
    }

    @Test
    void predictFindsImagesAsTrainingDoes() throws IOException {
        Path found = Files.createDirectories(folder.resolve("found"));
        Path image = folder.resolve("photos/a/rgb0.png");
        Files.copy(image, found.resolve("line\nbreak.png"));
        Files.copy(image, found.resolve("-dash.png"));
        Files.copy(image, found.resolve("._hidden.png"));
        Files.writeString(found.resolve("one.webp"), "RIFF");
        Files.createDirectories(found.resolve("runs/x/checkpoints"));
        Files.writeString(found.resolve("runs/x/config.yaml"), "name: x");
        Files.copy(image, found.resolve("runs/x/curves.png"));
        Files.createSymbolicLink(found.resolve("loop"), Path.of(".."));
        Files.createSymbolicLink(folder.resolve("link"), Path.of("found"));
        Cli cli = Cli.shared(folder);
        Cli.Outcome outcome = cli.run("predict", "--model", Trained.model(), "--top", "1", "--json", "link");
        outcome.succeeds();
        assertThat(outcome.out().lines()).hasSize(2);
        assertThat(outcome.err())
                .contains("link: passed over 1 × .webp, 1 × hidden image or folder, 1 × link to a folder that holds it"
                        + " (\"loop\"), 1 × output folder of a run (\"runs/x\")");
        Cli inside = Cli.in(found);
        inside.run("predict", "--model", Trained.model(), "-dash.png").failsWith(ExitCode.USAGE, "write ./-dash.png");
        inside.run("predict", "--model", Trained.model(), "https://example.org/dog.jpg")
                .failsWith(ExitCode.USAGE, "https://example.org/dog.jpg: cannot read from a URL");
        inside.run("predict", "--model", Trained.model(), "--max-pixels", "100", "line\nbreak.png")
                .failsWith(ExitCode.BAD_INPUT, "40x36 pixels; at most 100 are decoded");
    }

    private static String[] with(String[] arguments, String last) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = last;
        return all;
    }

    @Test
    void imageOfAnotherSizeThanTheNetworkTakesNamesItself() throws IOException {
        TinyRun.write(folder, folder.resolve("photos"));
        Cli.shared(folder).run(TinyRun.train("size")).failsWith(ExitCode.BAD_INPUT, ".png: ", "36x40", "center-crop");
    }

    @Test
    void damagedModelsAreRefused() throws IOException {
        byte[] model = Files.readAllBytes(Path.of(Trained.model()));
        Files.write(folder.resolve("truncated.zip"), Arrays.copyOf(model, model.length / 2));
        model[model.length / 2] ^= 1;
        Files.write(folder.resolve("flipped.zip"), model);
        Files.writeString(folder.resolve("text.zip"), "no archive");
        Cli cli = Cli.shared(folder);
        cli.run("predict", "--model", "truncated.zip", "photos").failsWith(ExitCode.BAD_INPUT, "truncated.zip");
        cli.run("eval", "--model", "flipped.zip", "--data", Trained.images().toString())
                .failsWith(ExitCode.BAD_INPUT, "flipped.zip");
        cli.run("finetune", "--model", "text.zip", "--data", "photos").failsWith(ExitCode.BAD_INPUT, "text.zip");
        cli.run("predict", "--model", "absent.zip", "photos").failsWith(ExitCode.BAD_INPUT, "absent.zip");
        cli.run("eval", "--model", Trained.model(), "--data", "photos")
                .failsWith(ExitCode.USAGE, "photos: the model does not know a, b", "circle");
    }

    @Test
    void damagedCifarIsRefused() throws IOException {
        byte[] records = new byte[10 * CIFAR_RECORD];
        records[3 * CIFAR_RECORD] = 10;
        Files.write(folder.resolve("label.bin"), records);
        Files.write(folder.resolve("length.bin"), Arrays.copyOf(records, 3000));
        Path pickles = Files.createDirectories(folder.resolve("cifar-10-batches-py"));
        for (String name : new String[] {"data_batch_1", "data_batch_2", "test_batch", "batches.meta"}) {
            Files.write(pickles.resolve(name), "\u0080\u0003}q\u0000.".getBytes(StandardCharsets.ISO_8859_1));
        }
        String[] eval = {"eval", "--model", Trained.model(), "--dataset", "cifar10", "--data"};
        Cli.shared(folder).run(with(eval, "label.bin")).failsWith(ExitCode.BAD_INPUT, "record 3", "label 10");
        Cli.shared(folder).run(with(eval, "length.bin")).failsWith(ExitCode.BAD_INPUT, "3000 bytes", "3073");
        Cli.shared(folder)
                .run(with(eval, "cifar-10-batches-py"))
                .failsWith(ExitCode.BAD_INPUT, "Python version", "binary version");
    }

    @Test
    void downloadsThatFailHaveTheirOwnCodes() throws IOException {
        TinyRun.write(folder, folder.resolve("photos"));
        String[] train = TinyRun.train(
                "cifar", "--set", "data.dataset=cifar10", "--set", "data.dir=null", "--set", "name=cifar");
        Cli cli = Cli.shared(folder);
        String archive = "cifar-10-binary.tar.gz";
        cli.run(with(train, "--offline")).failsWith(ExitCode.NETWORK, archive, "offline");

        Path mirror = Files.createDirectories(folder.resolve("mirror"));
        Files.writeString(mirror.resolve(archive), "another file");
        cli.env("RESNET4J_MIRROR", mirror.toUri().toString())
                .run(train)
                .failsWith(ExitCode.INTEGRITY, archive, "170052171");

        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start(); // and knows no file
        try {
            cli.env("RESNET4J_MIRROR", "http://localhost:" + server.getAddress().getPort())
                    .run(train)
                    .failsWith(ExitCode.NETWORK, archive, "404");
        } finally {
            server.stop(0);
        }
        cli.env("RESNET4J_MIRROR", "ftp://localhost").run(train).failsWith(ExitCode.USAGE, "RESNET4J_MIRROR");
        assertThat(folder.resolve("runs/cifar")).doesNotExist();
    }
}
