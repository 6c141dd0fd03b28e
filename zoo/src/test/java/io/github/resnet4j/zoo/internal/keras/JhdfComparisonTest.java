package io.github.resnet4j.zoo.internal.keras;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.weights.Tensor;
import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Honest files as jHDF reads them, the library that would serve if files were honest: on damaged ones it runs out of stack
 * and memory, does not check Fletcher's sums, and ignores which filters a chunk went through. Two honest ones that h5py
 * writes and reads, keras3_numbers.weights.h5 and filtered.h5, it cannot read at all.
 */
class JhdfComparisonTest {
    @ParameterizedTest
    @ValueSource(strings = {"keras2.h5", "keras2_model.h5", "keras2_parts.h5", "keras3.weights.h5", "userblock.h5"})
    void everyTensorIsAnArrayOfTheFile(String name) {
        byte[] bytes = KerasFileTest.golden(name);
        Set<String> arrays = new TreeSet<>();
        try (HdfFile file = HdfFile.fromBytes(bytes)) {
            Deque<Group> groups = new ArrayDeque<>(List.of(file));
            while (!groups.isEmpty()) {
                for (Node node : groups.pop().getChildren().values()) {
                    if (node instanceof Group group) {
                        groups.push(group);
                    } else if (node instanceof Dataset dataset && dataset.getData() != null) {
                        arrays.add(text(dataset.getDimensions(), floats(dataset.getData())));
                    }
                }
            }
        }
        var tensors = KerasFileTest.open(bytes).tensors().values();
        assertThat(tensors).isNotEmpty();
        for (Tensor tensor : tensors) {
            int[] shape = tensor.shape().stream().mapToInt(Math::toIntExact).toArray();
            assertThat(arrays).contains(text(shape, tensor.floats()));
        }
    }

    private static String text(int[] shape, float[] values) {
        return Arrays.toString(shape) + Arrays.toString(values);
    }

    /** Nested arrays of any numbers, in row-major order. */
    private static float[] floats(Object data) {
        List<Float> values = new ArrayList<>();
        collect(data, values);
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return floats;
    }

    private static void collect(Object data, List<Float> values) {
        if (data instanceof Number number) {
            values.add(number.floatValue());
        } else if (data.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(data); i++) {
                collect(Array.get(data, i), values);
            }
        }
    }
}
