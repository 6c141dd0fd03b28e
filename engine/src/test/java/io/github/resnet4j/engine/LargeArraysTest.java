package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.OperatingSystemMXBean;
import io.github.resnet4j.zoo.network.Shape;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Arrays of more than 2 GiB, of which a buffer of Java's shows only the beginning. */
@Tag("threads")
class LargeArraysTest {
    private static final long NEEDED = 7L << 30;

    @BeforeEach
    void requireMemory() {
        OneDnn.enable();
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        assumeTrue(system.getFreeMemorySize() > NEEDED, "7 GiB of free memory are needed");
    }

    private static INDArray last(INDArray array) {
        long count = array.size(0);
        return array.get(NDArrayIndex.interval(count - 1, count)).dup();
    }

    /** 700 maps of 64×112×112. */
    @ParameterizedTest
    @EnumSource(names = {"DL4J", "ONEDNN"})
    void mapsAreThereToTheLast(Engine engine) {
        Shape shape = new Shape(1, 112, 112);
        UserGraph user = UserGraph.upTo(
                "conv",
                "maps",
                shape,
                builder -> builder.addLayer(
                        "conv", new ConvolutionLayer.Builder(1, 1).nOut(64).build(), "in"));
        INDArray images = user.images(700);
        try (Inference inference = Inference.of(user.graph(), shape, 700, engine)) {
            INDArray maps = inference.featureMaps(images, List.of("conv")).get("conv");
            assertThat(maps.length()).isGreaterThan(1L << 29);
            INDArray alone =
                    inference.featureMaps(last(images), List.of("conv")).get("conv");
            assertThat(Pass.deviation(last(maps), alone)).isLessThan(1e-6);
            assertThat(alone.norm2Number().doubleValue()).isPositive();
            maps.close();
        }
    }

    /** 3600 images of 3×224×224; in the last, the last value is not finite. */
    @ParameterizedTest
    @EnumSource(names = {"DL4J", "ONEDNN"})
    void imagesAreReadToTheLast(Engine engine) {
        Shape shape = new Shape(3, 224, 224);
        UserGraph user = UserGraph.upTo(
                "conv",
                "images",
                shape,
                builder -> builder.addLayer(
                        "conv",
                        new ConvolutionLayer.Builder(1, 1)
                                .stride(32, 32)
                                .nOut(4)
                                .build(),
                        "in"));
        INDArray images = Nd4j.create(DataType.FLOAT, 3600, 3, 224, 224);
        images.get(NDArrayIndex.interval(3598, 3600)).assign(user.images(2));
        images.putScalar(new long[] {3599, 2, 223, 223}, Float.NaN);
        try (Inference inference = Inference.of(user.graph(), shape, 3600, engine)) {
            INDArray output = inference.output(images);
            assertThat(last(output).isNaN().all()).isTrue();
            INDArray before = output.get(NDArrayIndex.interval(3598, 3599)).dup();
            assertThat(Pass.deviation(
                            before,
                            inference
                                    .output(user.images(2))
                                    .get(NDArrayIndex.interval(0, 1))
                                    .dup()))
                    .isLessThan(1e-6);
            images.close();
        }
    }
}
