package io.github.resnet4j.datasets.audio;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;

/** Prints what the features of four seconds take on this thread, in milliseconds; beside {@code stft_speed.py}. */
final class StftSpeed {
    private StftSpeed() {}

    public static void main(String[] arguments) {
        Random random = new Random(1);
        float[] samples = new float[64_000];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) random.nextGaussian() / 8;
        }
        Sound sound = new Sound(samples, 16_000);
        Stft stft = new Stft(2048, 512);
        print("power spectrogram", 2000, () -> stft.power(samples, 1));
        print("stft", 500, () -> LogSpectrogram.SPEC_RESNET.map(sound));
        print("mfcc", 500, () -> Mfcc.SPEC_RESNET.map(sound));
        print("cqcc", 100, () -> Cqcc.SPEC_RESNET.map(sound));
    }

    private static void print(String name, int times, Supplier<double[][]> work) {
        long[] nanoseconds = new long[times];
        double sum = 0;
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            sum += work.get()[0][0];
            nanoseconds[i] = System.nanoTime() - start;
        }
        // The first half warms the compiler up.
        long[] warm = Arrays.copyOfRange(nanoseconds, times / 2, times);
        Arrays.sort(warm);
        System.out.println(name + ": " + String.format(Locale.ROOT, "%.3f ms", warm[warm.length / 2] / 1e6)
                + (Double.isNaN(sum) ? " NaN" : ""));
    }
}
