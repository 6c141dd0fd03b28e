package io.github.resnet4j.engine.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.ir.Window;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ConvolutionUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Where windows go, by DL4J's convolution modes. */
class SlidingTest {
    @ParameterizedTest
    @CsvSource({
        // kernel, stride, dilation, size -> zeros before and after
        "3, 1, 1,   6,  1, 1",
        "3, 2, 1,   6,  0, 1",
        "3, 2, 1,   7,  1, 1",
        "7, 2, 1, 224,  2, 3",
        "4, 1, 1,   6,  1, 2",
        "2, 2, 1,   5,  0, 1",
        "1, 2, 1,   6,  0, 0",
        "3, 1, 2,   6,  2, 2",
        "3, 2, 3,   6,  2, 3",
    })
    void modeSamePadsMoreBehind(int kernel, int stride, int dilation, int size, int before, int after) {
        ComputationGraph graph = convolution(kernel, stride, 0, dilation, ConvolutionMode.Same);
        Window window = window(graph, size);
        assertThat(window.padding()).isEqualTo(new Window.Padding(before, after, before, after));
        int positions = window.over(new Extent(1, size, size), 1).height();
        assertThat(ConvolutionUtils.getSameModeTopLeftPadding(
                        pair(positions), pair(size), pair(kernel), pair(stride), pair(dilation)))
                .containsExactly(before, before);
    }

    /** Values, too: with one filter of different weights, a window that is off by one shows. */
    @ParameterizedTest
    @EnumSource(names = {"Truncate", "Same"})
    void puttingTheWindowByHandGivesWhatDl4jComputes(ConvolutionMode mode) {
        for (int[] shape : shapes()) {
            int kernel = shape[0];
            int stride = shape[1];
            int dilation = shape[2];
            int size = shape[3];
            ComputationGraph graph = convolution(kernel, stride, mode == ConvolutionMode.Same ? 0 : 2, dilation, mode);
            Window window = window(graph, size);
            INDArray image = Nd4j.rand(DataType.FLOAT, 1, 1, size, size);
            INDArray actual = graph.outputSingle(image);
            Extent extent = window.over(new Extent(1, size, size), 1);
            assertThat(actual.shape()).as(window.toString()).containsExactly(1, 1, extent.height(), extent.width());
            INDArray kernels = graph.getParam("conv_W");
            for (int row = 0; row < extent.height(); row++) {
                for (int column = 0; column < extent.width(); column++) {
                    double sum = 0;
                    for (int i = 0; i < kernel * kernel; i++) {
                        int y = row * stride - window.padding().top() + i / kernel * dilation;
                        int x = column * stride - window.padding().left() + i % kernel * dilation;
                        if (y >= 0 && y < size && x >= 0 && x < size) {
                            sum += image.getDouble(0, 0, y, x) * kernels.getDouble(0, 0, i / kernel, i % kernel);
                        }
                    }
                    assertThat(actual.getDouble(0, 0, row, column))
                            .as(window + " at " + row + ", " + column)
                            .isCloseTo(sum, org.assertj.core.api.Assertions.within(1e-5));
                }
            }
        }
    }

    private static List<int[]> shapes() {
        List<int[]> shapes = new ArrayList<>();
        for (int kernel = 1; kernel <= 4; kernel++) {
            for (int stride = 1; stride <= 2; stride++) {
                for (int dilation = 1; dilation <= 2; dilation++) {
                    shapes.add(new int[] {kernel, stride, dilation, 6});
                    shapes.add(new int[] {kernel, stride, dilation, 7});
                }
            }
        }
        return shapes;
    }

    private static Window window(ComputationGraph graph, int size) {
        ProgramNode node = GraphReader.inference(graph, List.of(), new Extent(1, size, size))
                .nodes()
                .get(1);
        return ((Operation.Convolution) node.op()).window();
    }

    private static ComputationGraph convolution(
            int kernel, int stride, int padding, int dilation, ConvolutionMode mode) {
        ConvolutionLayer layer = new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .padding(padding, padding)
                .dilation(dilation, dilation)
                .convolutionMode(mode)
                .nIn(1)
                .nOut(1)
                .hasBias(false)
                .build();
        return Graphs.unsized(builder -> builder.addLayer("conv", layer, "in").setOutputs("conv"));
    }

    private static int[] pair(int value) {
        return new int[] {value, value};
    }
}
