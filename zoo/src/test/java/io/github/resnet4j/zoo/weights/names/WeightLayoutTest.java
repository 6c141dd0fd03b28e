package io.github.resnet4j.zoo.weights.names;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightLayoutTest {
    @Test
    void kerasConvolutionsBecomePyTorchs() {
        List<Long> shape = List.of(2L, 3L, 4L, 5L); // rows, columns, in, out
        float[] values = new float[120];
        for (int i = 0; i < 120; i++) {
            values[i] = i;
        }

        FloatBuffer torch = FloatBuffer.allocate(120);
        WeightLayout.KERAS.toTorch(values, shape, torch);

        assertThat(WeightLayout.KERAS.torchShape(shape)).containsExactly(5L, 4L, 2L, 3L);
        for (int out = 0; out < 5; out++) {
            for (int in = 0; in < 4; in++) {
                for (int row = 0; row < 2; row++) {
                    for (int column = 0; column < 3; column++) {
                        assertThat(torch.get(((out * 4 + in) * 2 + row) * 3 + column))
                                .isEqualTo(values[((row * 3 + column) * 4 + in) * 5 + out]);
                    }
                }
            }
        }
    }

    @Test
    void kerasDenseLayersAreTransposed() {
        FloatBuffer torch = FloatBuffer.allocate(6);
        WeightLayout.KERAS.toTorch(new float[] {1, 2, 3, 4, 5, 6}, List.of(3L, 2L), torch);

        assertThat(WeightLayout.KERAS.torchShape(List.of(3L, 2L))).containsExactly(2L, 3L);
        assertThat(torch.array()).containsExactly(1, 3, 5, 2, 4, 6);
    }

    @Test
    void allElseStaysAsItIs() {
        FloatBuffer same = FloatBuffer.allocate(6);
        WeightLayout.TORCH.toTorch(new float[] {1, 2, 3, 4, 5, 6}, List.of(3L, 2L), same);

        assertThat(same.array()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(WeightLayout.TORCH.torchShape(List.of(3L, 2L))).containsExactly(3L, 2L);
        assertThat(WeightLayout.KERAS.torchShape(List.of(7L))).containsExactly(7L);
        assertThat(WeightLayout.KERAS.reordered(List.of(7L))).isFalse();
        assertThat(WeightLayout.KERAS.torchShape(List.of())).isEmpty();
    }
}
