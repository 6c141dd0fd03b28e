package io.github.resnet4j.finetune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.loader.Batch;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

final class BatchArraysTest {
    private static final int LENGTH = 3 * 2 * 2;

    @Test
    void holdsTheValuesOfTheLatestBatchAfterSmallerAndLargerOnes() {
        BatchArrays arrays = new BatchArrays();
        int[] sizes = {3, 1, 3, 2, 1};
        for (int k = 0; k < sizes.length; k++) {
            Batch batch = batch(sizes[k], 1000 * k);
            INDArray features = arrays.features(batch);
            INDArray labels = arrays.of(batch.labelRows(4, 0), sizes[k], 4);
            assertThat(features.shape()).containsExactly(sizes[k], 3, 2, 2);
            assertThat(labels.shape()).containsExactly(sizes[k], 4);
            for (int n = 0; n < sizes[k]; n++) {
                for (int c = 0; c < 3; c++) {
                    assertThat(features.getFloat(n, c, 1, 0)).isEqualTo(1000 * k + n * LENGTH + c * 4 + 2);
                }
                for (int c = 0; c < 4; c++) {
                    assertThat(labels.getFloat(n, c)).isEqualTo(c == (n + 1000 * k) % 4 ? 1 : 0);
                }
            }
        }
    }

    @Test
    void oneArrayForEachSize() {
        BatchArrays arrays = new BatchArrays();
        INDArray first = arrays.features(batch(3, 0));
        arrays.features(batch(2, 7));
        assertThat(arrays.features(batch(3, 50))).isSameAs(first);
    }

    @Test
    void smoothingIsSpreadOverAllClassesTheRightOneIncluded() {
        INDArray labels = new BatchArrays().of(batch(2, 0).labelRows(4, 0.2), 2, 4);
        assertThat(labels.getRow(0).toFloatVector())
                .containsExactly(new float[] {0.85f, 0.05f, 0.05f, 0.05f}, within(1e-6f));
        assertThat(labels.getRow(1).toFloatVector())
                .containsExactly(new float[] {0.05f, 0.85f, 0.05f, 0.05f}, within(1e-6f));
    }

    private static Batch batch(int size, int first) {
        float[] features = new float[size * LENGTH];
        int[] labels = new int[size];
        for (int i = 0; i < features.length; i++) {
            features[i] = first + i;
        }
        for (int i = 0; i < size; i++) {
            labels[i] = (first + i) % 4;
        }
        return new Batch(features, new int[] {size, 3, 2, 2}, labels, labels.clone());
    }
}
