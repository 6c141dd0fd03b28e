package io.github.resnet4j.finetune.internal.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.loader.Batch;
import io.github.resnet4j.datasets.loader.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureStoreTest {
    private static final int VALUES = 1 << 20;

    /** 4 MiB an image and so 8 of them in a file, in batches of 4. */
    private static final FeatureStore.Layout LAYOUT = new FeatureStore.Layout(21, 2, VALUES, 4);

    private static final ImageDataset NAMES = new ImageDataset() {
        @Override
        public int size() {
            return 21;
        }

        @Override
        public List<String> classes() {
            return List.of("a", "b");
        }

        @Override
        public int label(int index) {
            return index % 2;
        }

        @Override
        public String name(int index) {
            return index + ".png";
        }

        @Override
        public Rgb8Image image(int index) {
            throw new AssertionError("no image is read");
        }

        @Override
        public String fingerprint() {
            return "21 images";
        }
    };

    @TempDir
    Path folder;

    private final List<String> computed = new ArrayList<>();

    /** The values of view v of image i are 100 v + i, without those images. */
    private FeatureStore.Computation computation(Set<Integer> unreadable) {
        return (view, first) -> {
            computed.add("view " + view + " from " + first);
            int[] next = {first};
            return features -> {
                int size = Math.min(4, 21 - next[0]);
                int[] there = IntStream.range(next[0], next[0] + size)
                        .filter(i -> !unreadable.contains(i))
                        .toArray();
                for (int i = 0; i < there.length; i++) {
                    Arrays.fill(features, i * VALUES, (i + 1) * VALUES, 100f * view + there[i]);
                }
                next[0] += size;
                return new Batch(
                        new float[there.length], new int[] {there.length, 1, 1, 1}, new int[there.length], there);
            };
        };
    }

    private FeatureStore complete(Set<Integer> unreadable) throws IOException {
        FeatureStore store = new FeatureStore(folder, NAMES, LAYOUT);
        store.complete(computation(unreadable));
        return store;
    }

    private static float value(FeatureStore store, int view, int index) {
        float[] out = new float[VALUES + 2];
        store.read(index).write(view, null, new SampleSource.Slot(out, 1));
        assertThat(out[0]).isZero();
        assertThat(out[VALUES + 1]).isZero();
        assertThat(out[1]).isEqualTo(out[VALUES]);
        return out[1];
    }

    @Test
    void everyViewOfEveryImageIsWhatWasComputed() throws IOException {
        try (FeatureStore store = complete(Set.of())) {
            for (int view = 0; view < 2; view++) {
                for (int index = 0; index < 21; index++) {
                    assertThat(value(store, view, index)).isEqualTo(100 * view + index);
                }
            }
        }
        assertThat(size(folder)).isEqualTo(LAYOUT.bytes());
        computed.clear();
        try (FeatureStore again = complete(Set.of())) {
            assertThat(value(again, 1, 20)).isEqualTo(120);
        }
        assertThat(computed).isEmpty();
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void imagesThatCouldNotBeReadAreNamed() throws IOException {
        try (FeatureStore store = complete(Set.of(0, 9, 20))) {
            assertThat(value(store, 0, 1)).isEqualTo(1);
            assertThat(value(store, 0, 10)).isEqualTo(10);
            assertThat(value(store, 1, 19)).isEqualTo(119);
            for (int index : new int[] {0, 9, 20}) {
                assertThatExceptionOfType(BadDataException.class)
                        .isThrownBy(() -> store.read(index))
                        .withMessageStartingWith(index + ".png: could not be read");
            }
        }
    }

    /** What was whole stays; from what is not on, the view is computed anew. */
    @ParameterizedTest
    @ValueSource(strings = {"deleted", "cut", "longer", "changed", "empty", "other"})
    void filesThatAreNotAsWrittenAreComputedAnew(String damage) throws IOException {
        complete(Set.of()).close();
        computed.clear();
        Path file = folder.resolve("view-1-00001.features");
        byte[] bytes = Files.readAllBytes(file);
        switch (damage) {
            case "deleted" -> Files.delete(file);
            case "cut" -> Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
            case "longer" -> Files.write(file, new byte[1], StandardOpenOption.APPEND);
            case "changed" -> {
                bytes[bytes.length / 2] ^= 1;
                Files.write(file, bytes);
            }
            case "empty" -> Files.write(file, new byte[0]);
            default -> Files.copy(folder.resolve("view-1-00002.features"), file, StandardCopyOption.REPLACE_EXISTING);
        }
        try (FeatureStore store = complete(Set.of())) {
            assertThat(value(store, 1, 8)).isEqualTo(108);
            assertThat(value(store, 1, 20)).isEqualTo(120);
        }
        assertThat(computed).containsExactly("view 1 from 8");
    }

    /** Whatever ends the process while it writes, what is in place is whole. */
    @Test
    void aFailureLeavesWhatIsComplete() throws IOException {
        FeatureStore.Computation failing = (view, first) -> {
            FeatureStore.Features features = computation(Set.of()).from(view, first);
            int[] batches = {0};
            return values -> {
                if (view == 1 && ++batches[0] == 4) {
                    throw new IllegalStateException("killed");
                }
                return features.next(values);
            };
        };
        try (FeatureStore store = new FeatureStore(folder, NAMES, LAYOUT)) {
            assertThatThrownBy(() -> store.complete(failing)).hasMessage("killed");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "view-0-00000.features",
                            "view-0-00001.features",
                            "view-0-00002.features",
                            "view-1-00000.features");
        }
        computed.clear();
        try (FeatureStore store = complete(Set.of())) {
            assertThat(value(store, 1, 20)).isEqualTo(120);
        }
        assertThat(computed).containsExactly("view 1 from 8");
    }
}
