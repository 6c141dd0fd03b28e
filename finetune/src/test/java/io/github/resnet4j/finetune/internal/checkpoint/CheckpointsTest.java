package io.github.resnet4j.finetune.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.files.Digest;
import io.github.resnet4j.finetune.train.EpochProgress;
import io.github.resnet4j.finetune.train.NonFiniteException;
import io.github.resnet4j.finetune.train.Position;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsTest {
    private static final Map<String, String> IDENTITY =
            Map.of("model", "resnet20-cifar", "seed", "1", "größe", "\"3\"");

    @TempDir
    private Path folder;

    private final List<String> warnings = new ArrayList<>();

    /** A state that is recognisably of one iteration. */
    static Snapshot snapshot(long iteration, int size) {
        FloatBuffer parameters = FloatBuffer.allocate(size);
        FloatBuffer velocity = FloatBuffer.allocate(size);
        for (int i = 0; i < size; i++) {
            parameters.put(i, iteration + i / 1024f);
            velocity.put(i, -i - iteration / 3f);
        }
        Position position = new Position(iteration, (int) (iteration / 100 % 90), (int) (iteration % 100));
        return new Snapshot(position, progress(iteration), parameters, Map.of("velocity", velocity), IDENTITY);
    }

    private static EpochProgress progress(long iteration) {
        return new EpochProgress(128 * iteration, iteration, iteration / 7.0, iteration / 3.0, iteration / 300.0);
    }

    private static Snapshot snapshot(long iteration) {
        return snapshot(iteration, 300);
    }

    private static Stream<String> names(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList().stream();
        }
    }

    private Snapshot newest() {
        return new Checkpoints(folder, 2).newestValid(warnings::add).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 300, (1 << 18) - 1, 1 << 18, (1 << 19) + 5})
    void readsWhatItWrites(int size) {
        Snapshot saved = snapshot(391, size);
        new Checkpoints(folder, 2).save(saved);

        assertThat(newest()).isEqualTo(saved);
        assertThat(warnings).isEmpty();
    }

    @Test
    void keepsBitsAndTheBuffersPosition() {
        FloatBuffer parameters = FloatBuffer.wrap(new float[] {9, -0f, Float.MIN_VALUE, Float.MAX_VALUE});
        parameters.position(1);
        FloatBuffer velocity = FloatBuffer.allocate(3);
        new Checkpoints(folder, 1)
                .save(new Snapshot(
                        new Position(1, 0, 1), EpochProgress.NONE, parameters, Map.of("velocity", velocity), Map.of()));

        float[] read = new float[3];
        newest().parameters().get(read);

        assertThat(read).isEqualTo(new float[] {-0f, Float.MIN_VALUE, Float.MAX_VALUE});
        assertThat(parameters.position()).isEqualTo(1);
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(new Checkpoints(folder.resolve("runs").resolve("new"), 2).newestValid(warnings::add))
                .isEmpty();
    }

    @Test
    void keepsTheNewestAndNamesThemByIteration() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder, 2);
        for (long iteration : new long[] {5, 391, 782, 2_000_000_000_000L}) {
            checkpoints.save(snapshot(iteration));
        }

        assertThat(names(folder)).containsExactly("ckpt-000000782", "ckpt-2000000000000");
        assertThat(folder.resolve("ckpt-000000782").resolve("parameters.f32")).hasSize(1200);
    }

    @Test
    void savesAnIterationAgainBesideTheFirst() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder, 2);
        checkpoints.save(snapshot(10));
        Snapshot first = snapshot(20);
        checkpoints.save(first);
        Snapshot second =
                new Snapshot(first.position(), progress(3), first.parameters(), first.state(), first.identity());
        checkpoints.save(second);

        assertThat(names(folder)).containsExactly("ckpt-000000020", "ckpt-000000020.1");
        assertThat(newest()).isEqualTo(second);
    }

    @Test
    void countsOnlyWholeOnesWhenItRemovesOldOnes() throws IOException {
        Checkpoints before = new Checkpoints(folder, 9);
        for (int iteration = 1; iteration <= 4; iteration++) {
            before.save(snapshot(iteration));
        }
        Files.delete(folder.resolve("ckpt-000000004").resolve("velocity.f32"));
        Checkpoints checkpoints = new Checkpoints(folder, 2);
        assertThat(checkpoints.newestValid(warnings::add)).contains(snapshot(3));
        assertThat(warnings).singleElement().asString().contains("ckpt-000000004", "velocity.f32 is missing");

        checkpoints.save(snapshot(4));
        assertThat(names(folder)).containsExactly("ckpt-000000003", "ckpt-000000004", "ckpt-000000004.1");
        checkpoints.save(snapshot(5));
        assertThat(names(folder)).containsExactly("ckpt-000000004.1", "ckpt-000000005");
    }

    @Test
    void doesNotHideBehindALaterRun() {
        new Checkpoints(folder, 2).save(snapshot(1000));

        assertThatThrownBy(() -> new Checkpoints(folder, 2).save(snapshot(10)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ckpt-000001000 is later than iteration 10");
        assertThat(newest()).isEqualTo(snapshot(1000));
    }

    @Test
    void aDamagedOneOfALaterRunIsNoHindrance() throws IOException {
        new Checkpoints(folder, 2).save(snapshot(1000));
        Files.write(folder.resolve("ckpt-000001000").resolve("velocity.f32"), new byte[1200]);

        new Checkpoints(folder, 2).save(snapshot(10));
        assertThat(newest()).isEqualTo(snapshot(10));
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("ckpt-000001000", "velocity.f32 is damaged (checksum)");
    }

    @Test
    void removesLeftoversAtTheStartAndNothingElse() throws IOException {
        new Checkpoints(folder, 2).save(snapshot(1));
        Files.createDirectories(folder.resolve("tmp-ckpt-000000002").resolve("deep"));
        Files.writeString(folder.resolve("tmp-ckpt-000000002").resolve("deep").resolve("file"), "x");
        Files.writeString(folder.resolve("notes.txt"), "mine");

        new Checkpoints(folder, 2);

        assertThat(names(folder)).containsExactly("ckpt-000000001", "notes.txt");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void neverSavesWhatIsNotFinite(float value) throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder, 2);
        FloatBuffer bad = FloatBuffer.wrap(new float[] {0, 1, value});
        FloatBuffer good = FloatBuffer.allocate(3);
        Position position = new Position(1, 0, 1);

        assertThatThrownBy(() -> checkpoints.save(
                        new Snapshot(position, EpochProgress.NONE, bad, Map.of("velocity", good), IDENTITY)))
                .isInstanceOf(NonFiniteException.class)
                .hasMessageContaining("parameter 2 is " + value);
        assertThatThrownBy(() -> checkpoints.save(
                        new Snapshot(position, EpochProgress.NONE, good, Map.of("velocity", bad), IDENTITY)))
                .isInstanceOf(NonFiniteException.class)
                .hasMessageContaining("velocity 2 is " + value);
        assertThat(names(folder)).isEmpty();
    }

    @Test
    void rejectsImpossibleStates() {
        FloatBuffer one = FloatBuffer.allocate(1);
        Position position = new Position(0, 0, 0);
        assertThatIllegalArgumentException().isThrownBy(() -> new Position(-1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Position(0, -1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Position(0, 0, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new EpochProgress(1, 2, Double.NaN, 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Snapshot(
                        position, EpochProgress.NONE, one, Map.of("velocity", FloatBuffer.allocate(2)), Map.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Checkpoints(folder, 0));
    }

    @Test
    void detectsEveryCorruptionAndFallsBack() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder, 2);
        checkpoints.save(snapshot(1));
        checkpoints.save(snapshot(2));
        Path newest = folder.resolve("ckpt-000000002");
        List<String> files = List.of("parameters.f32", "velocity.f32", "manifest.json");
        Random random = new Random(5);
        Checkpoints reader = new Checkpoints(folder, 2);
        for (int trial = 0; trial < 240; trial++) {
            Path file = newest.resolve(files.get(trial % 3));
            byte[] good = Files.readAllBytes(file);
            switch (random.nextInt(8)) {
                case 0 -> Files.delete(file);
                case 1 -> Files.write(file, Arrays.copyOf(good, random.nextInt(good.length)));
                case 2 -> Files.write(file, Arrays.copyOf(good, good.length + 4));
                case 3 ->
                    Files.copy(
                            folder.resolve("ckpt-000000001").resolve(file.getFileName()),
                            file,
                            StandardCopyOption.REPLACE_EXISTING);
                default -> {
                    byte[] flipped = good.clone();
                    flipped[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
                    Files.write(file, flipped);
                }
            }
            warnings.clear();
            assertThat(reader.newestValid(warnings::add)).contains(snapshot(1));
            assertThat(warnings)
                    .singleElement()
                    .asString()
                    .startsWith(newest.toString())
                    .endsWith("; skipped")
                    .doesNotContain("null");
            Files.write(file, good);
        }
        assertThat(reader.newestValid(warnings::add)).contains(snapshot(2));
    }

    @Test
    void detectsExchangedFilesAndFolders() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder, 2);
        checkpoints.save(snapshot(1));
        checkpoints.save(snapshot(2));
        Path newest = folder.resolve("ckpt-000000002");
        Files.move(newest.resolve("parameters.f32"), newest.resolve("x"));
        Files.move(newest.resolve("velocity.f32"), newest.resolve("parameters.f32"));
        Files.move(newest.resolve("x"), newest.resolve("velocity.f32"));
        assertThat(newest()).isEqualTo(snapshot(1));

        Files.move(folder.resolve("ckpt-000000001"), folder.resolve("ckpt-000000003"));
        assertThat(new Checkpoints(folder, 2).newestValid(warnings::add)).isEmpty();
        assertThat(warnings).anyMatch(warning -> warning.contains("the manifest is of iteration 1"));
    }

    @Test
    void doesNotTrustAnHonestLookingManifest() throws IOException {
        new Checkpoints(folder, 2).save(snapshot(1));
        Path manifest = folder.resolve("ckpt-000000001").resolve("manifest.json");
        Manifest good = Manifest.read(Files.readAllBytes(manifest));
        String json = new String(good.toBytes(), StandardCharsets.UTF_8);
        assertThat(json).startsWith("{\"sha256\":\"").contains("\"format\":1,\"iteration\":1,");

        Manifest huge = new Manifest(
                "0".repeat(64),
                1,
                1,
                0,
                1,
                EpochProgress.NONE,
                Map.of(
                        "parameters.f32", new Manifest.Content(1L << 40, "00"),
                        "velocity.f32", new Manifest.Content(-4, "00")),
                Map.of());
        Manifest future = new Manifest("0".repeat(64), 2, 1, 0, 1, EpochProgress.NONE, good.files(), Map.of());
        Manifest empty = new Manifest("0".repeat(64), 1, 1, 0, 1, EpochProgress.NONE, Map.of(), Map.of());
        Manifest impossible = new Manifest("0".repeat(64), 1, 1, -1, 1, EpochProgress.NONE, good.files(), Map.of());
        for (Manifest bad : List.of(huge, future, empty, impossible)) {
            Files.write(manifest, bad.toBytes());
            assertThat(new Checkpoints(folder, 2).newestValid(warnings::add)).isEmpty();
        }
        assertThat(warnings)
                .satisfiesExactly(
                        warning -> assertThat(warning).contains("has 1200 bytes instead of 1099511627776"),
                        warning -> assertThat(warning).contains("has format 2, but this version supports 1"),
                        warning -> assertThat(warning).contains("does not know parameters.f32"),
                        warning -> assertThat(warning).contains("a position is not negative"));
    }

    @Test
    void readsNoManifestThatIsTooLarge() throws IOException {
        new Checkpoints(folder, 2).save(snapshot(1));
        Files.write(folder.resolve("ckpt-000000001").resolve("manifest.json"), new byte[(1 << 20) + 1]);

        assertThat(new Checkpoints(folder, 2).newestValid(warnings::add)).isEmpty();
        assertThat(warnings).singleElement().asString().contains("the manifest is larger than 1048576 bytes");
    }

    @Test
    void aStateIsWholeFloats() throws IOException {
        new Checkpoints(folder, 2).save(snapshot(1));
        Path checkpoint = folder.resolve("ckpt-000000001");
        byte[] bytes = new byte[6];
        Manifest.Content content =
                new Manifest.Content(6, Digest.sha256().add(bytes).hex());
        Map<String, Manifest.Content> files = Map.of("parameters.f32", content, "velocity.f32", content);
        for (String file : files.keySet()) {
            Files.write(checkpoint.resolve(file), bytes);
        }
        Files.write(
                checkpoint.resolve("manifest.json"),
                Manifest.of(snapshot(1), files).toBytes());

        assertThat(new Checkpoints(folder, 2).newestValid(warnings::add)).isEmpty();
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("parameters.f32 has 6 bytes, which no array of floats has");
    }

    /** A new process knows nothing about the checkpoints of the one before. */
    @Test
    void keepsNoMoreThanAskedForInAnotherProcess() {
        Checkpoints first = new Checkpoints(folder, 2);
        first.save(snapshot(1));
        first.save(snapshot(2));
        Checkpoints second = new Checkpoints(folder, 2);
        second.newestValid(warnings::add);
        second.save(snapshot(3));
        assertThat(folder).isDirectoryNotContaining("glob:**/ckpt-000000001");
        assertThat(folder).isDirectoryContaining("glob:**/ckpt-000000002");
        new Checkpoints(folder, 2).save(snapshot(4));
        assertThat(folder).isDirectoryNotContaining("glob:**/ckpt-000000002");
        assertThat(folder).isDirectoryContaining("glob:**/ckpt-000000003");
    }

    /** A damaged one is no second that survives the loss of the newest. */
    @Test
    void countsOnlyWholeOnesOfAnotherProcess() throws IOException {
        Checkpoints first = new Checkpoints(folder, 2);
        first.save(snapshot(1));
        first.save(snapshot(2));
        Files.write(folder.resolve("ckpt-000000002").resolve("parameters.f32"), new byte[4]);
        new Checkpoints(folder, 2).save(snapshot(3));
        assertThat(folder).isDirectoryContaining("glob:**/ckpt-000000001");
    }
}
