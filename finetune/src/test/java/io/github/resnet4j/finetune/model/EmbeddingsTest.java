package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code embeddings.py} has numpy's file and numpy's cosines. */
class EmbeddingsTest {
    private static final int ROWS = 37;
    private static final int COLUMNS = 5;

    @TempDir
    Path folder;

    private static Embeddings example() {
        List<Path> files = new ArrayList<>();
        List<float[]> vectors = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            float[] vector = new float[COLUMNS];
            for (int column = 0; column < COLUMNS; column++) {
                vector[column] = (row * COLUMNS + column - 40) / 8f;
            }
            files.add(Path.of(row + ".jpg"));
            vectors.add(vector);
        }
        return new Embeddings(files, vectors);
    }

    @Test
    void writesTheBytesThatNumpyWrites() throws IOException {
        example().writeNpy(folder.resolve("x.npy"));
        assertThat(folder.resolve("x.npy"))
                .hasSameBinaryContentAs(Path.of("src", "test", "resources", "golden", "embeddings.npy"));
    }

    @Test
    void findsTheNeighboursThatNumpyFinds() {
        Embeddings all = example();
        List<Embeddings.Neighbour> nearest = all.nearest(all.vectors().get(36), ROWS);
        assertThat(nearest.subList(0, 3))
                .extracting(Embeddings.Neighbour::file)
                .containsExactly(Path.of("36.jpg"), Path.of("35.jpg"), Path.of("34.jpg"));
        assertThat(nearest.get(0).similarity()).isCloseTo(1, within(1e-12));
        assertThat(nearest.get(2).similarity()).isCloseTo(0.999999715434, within(1e-9));
        assertThat(nearest.get(ROWS - 1).file()).isEqualTo(Path.of("0.jpg"));
        assertThat(all.nearest(all.vectors().get(36), 2)).isEqualTo(nearest.subList(0, 2));
    }

    /** A network may answer with zeros alone: ReLUs that are all closed. */
    @Test
    void zerosAreLikeNothing() {
        Embeddings two =
                new Embeddings(List.of(Path.of("a"), Path.of("b")), List.of(new float[] {0, 0}, new float[] {3, 4}));
        assertThat(two.nearest(new float[] {6, 8}, 2))
                .containsExactly(new Embeddings.Neighbour(Path.of("b"), 1), new Embeddings.Neighbour(Path.of("a"), 0));
        assertThat(two.nearest(new float[] {0, 0}, 1)).containsExactly(new Embeddings.Neighbour(Path.of("a"), 0));
    }

    @Test
    void refusesVectorsOfOtherLengths() {
        assertThatIllegalArgumentException().isThrownBy(() -> example().nearest(new float[4], 1));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Embeddings(List.of(Path.of("a"), Path.of("b")), List.of(new float[1], new float[2])));
    }
}
