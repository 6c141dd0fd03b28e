package io.github.resnet4j.datasets.audio;

import io.github.resnet4j.datasets.image.Golden;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The files that {@code src/test/fixtures/audio.py} wrote. */
final class AudioGolden {
    private AudioGolden() {}

    static Path file(String name) {
        return Golden.file("audio/" + name);
    }

    static byte[] bytes(String name) {
        return Golden.bytes("audio/" + name);
    }

    static Sound sound(String name) {
        return SoundDecoder.decode(file(name));
    }

    /** Doubles that Python wrote. */
    static double[] values(String name) {
        ByteBuffer bytes = ByteBuffer.wrap(bytes(name));
        double[] values = new double[bytes.remaining() / Double.BYTES];
        bytes.asDoubleBuffer().get(values);
        return values;
    }

    /** The largest deviation of every {@code step}-th value from the expected ones, relative to the largest of these. */
    static double deviation(double[] found, double[] expected, int step) {
        if (expected.length != (found.length + step - 1) / step) {
            throw new AssertionError(found.length + " values, of which " + expected.length + " were kept");
        }
        double most = 0;
        double scale = 0;
        for (int i = 0; i < expected.length; i++) {
            most = Math.max(most, Math.abs(found[i * step] - expected[i]));
            scale = Math.max(scale, Math.abs(expected[i]));
        }
        return most / scale;
    }

    static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
