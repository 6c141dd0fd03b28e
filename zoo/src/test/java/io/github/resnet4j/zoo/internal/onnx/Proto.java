package io.github.resnet4j.zoo.internal.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes messages of protocol buffers by hand, sound or not. */
final class Proto {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Proto number(int field, long value) {
        return varint((long) field << 3).varint(value);
    }

    Proto text(int field, String text) {
        return piece(field, text.getBytes(StandardCharsets.UTF_8));
    }

    Proto piece(int field, byte[] bytes) {
        return claim(field, bytes.length).raw(bytes);
    }

    Proto message(int field, Proto message) {
        return piece(field, message.bytes());
    }

    Proto single(int field, float value) {
        varint((long) field << 3 | 5);
        return raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array());
    }

    /** The beginning of a piece of so many bytes. */
    Proto claim(int field, long length) {
        return varint((long) field << 3 | 2).varint(length);
    }

    Proto varint(long value) {
        long rest = value;
        for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
            out.write((int) rest & 0x7F | 0x80);
        }
        out.write((int) rest);
        return this;
    }

    Proto raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /** A model with a graph. */
    static Proto model(Proto graph) {
        return new Proto().number(1, 8).text(2, "test").message(7, graph);
    }

    /** A model of a convolution, whose weights have the name {@code w}. */
    static byte[] convolution(Proto weights) {
        return model(graph(node("Conv", "y", "x", "w")).message(5, weights)).bytes();
    }

    static Proto graph(Proto... nodes) {
        Proto graph = new Proto();
        for (Proto node : nodes) {
            graph.message(1, node);
        }
        return graph;
    }

    static Proto node(String op, String output, String... inputs) {
        Proto node = new Proto();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(4, op);
    }

    /** What a tensor is without its numbers. */
    static Proto tensor(String name, int type, long... shape) {
        Proto tensor = new Proto();
        for (long size : shape) {
            tensor.number(1, size);
        }
        return tensor.number(2, type).text(8, name);
    }

    /** A tensor of floats that count from 1. */
    static Proto floats(String name, long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        return tensor(name, 1, shape).piece(9, counting(count));
    }

    static byte[] counting(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 1; i <= count; i++) {
            bytes.putFloat(i);
        }
        return bytes.array();
    }

    /** What a model says of a tensor in another file: keys and values in turn. */
    static Proto external(Proto tensor, String... entries) {
        for (int i = 0; i < entries.length; i += 2) {
            tensor.message(13, new Proto().text(1, entries[i]).text(2, entries[i + 1]));
        }
        return tensor.number(14, 1);
    }
}
