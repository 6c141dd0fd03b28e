package io.github.resnet4j.zoo.internal.safetensors;

import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Files made by hand, and all that can be read of one. */
final class Bytes {
    private Bytes() {}

    /** A file of {@code header} and {@code data} bytes counting from 0. */
    static byte[] file(String header, int data) {
        return file(header.getBytes(StandardCharsets.UTF_8), data);
    }

    static byte[] file(byte[] header, int data) {
        byte[] file = file(header.length, header, data);
        for (int i = 0; i < data; i++) {
            file[Long.BYTES + header.length + i] = (byte) i;
        }
        return file;
    }

    /** The same that says its header were of {@code length} bytes. */
    static byte[] file(long length, byte[] header, int data) {
        return ByteBuffer.allocate(Long.BYTES + header.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(header)
                .array();
    }

    /** A header's entry. */
    static String tensor(String name, String dtype, String shape, long begin, long end) {
        return "\"" + name + "\":" + fields("\"" + dtype + "\"", shape, "[" + begin + "," + end + "]");
    }

    static String fields(String dtype, String shape, String offsets) {
        return "{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
    }

    /** Opens it and reads every tensor to its end. */
    static StateDict read(byte[] file) {
        return read(FileBytes.of(Path.of("test.safetensors"), file));
    }

    static StateDict read(FileBytes file) {
        StateDict weights = Safetensors.open(file);
        weights.tensors().values().forEach(Bytes::raw);
        return weights;
    }

    /** A tensor's bytes. */
    static byte[] raw(Tensor tensor) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            tensor.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
