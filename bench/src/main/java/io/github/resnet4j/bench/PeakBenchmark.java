package io.github.resnet4j.bench;

import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The roof over all figures: how fast this machine multiplies two large matrices in single precision. */
public final class PeakBenchmark {
    private static final int SIZE = 2048;
    private static final double SECONDS = 5;

    private PeakBenchmark() {}

    /** See the class. */
    public static void main(String[] args) {
        INDArray a = Nd4j.randn(DataType.FLOAT, SIZE, SIZE);
        INDArray b = Nd4j.randn(DataType.FLOAT, SIZE, SIZE);
        INDArray c = Nd4j.create(DataType.FLOAT, new long[] {SIZE, SIZE}, 'f');
        double best = Double.MAX_VALUE;
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < SECONDS * 1e9) {
            long start = System.nanoTime();
            Nd4j.gemm(a, b, c, false, false, 1, 0);
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        System.out.printf(
                Locale.ROOT,
                "%.1f GFLOP/s: product of two %dx%d float matrices, best of %.0f s; %s%n",
                2.0 * SIZE * SIZE * SIZE / best / 1e9,
                SIZE,
                SIZE,
                SECONDS,
                Nd4j.getExecutioner().getEnvironmentInformation().getProperty("blas.vendor"));
    }
}
