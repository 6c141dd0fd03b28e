package io.github.resnet4j.zoo.internal.safetensors;

import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fuzzer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Files put together from the format's parts, each of which is now and then not what it should be; and some of them with
 * a few bytes damaged.
 */
final class FuzzedFiles {
    private static final String[] NAMES = {
        "w",
        "conv1.weight",
        "layer1.0.bn1.running_var",
        "__metadata__",
        "",
        "ä",
        "\\u0077",
        "\\ud83d\\ude00",
        "\\ud800",
        "\\u0000",
        "w\t",
        "\\x",
        "dtype",
        "😀",
        "x".repeat(512),
        "é".repeat(257)
    };
    private static final String[] TYPES = {
        "\"F8_E4M3\"", "\"F4\"", "\"f32\"", "\"\"", "1", "null", "[]", "{}", "\"F32", "\"\\u004632\"", "true", "F32"
    };
    private static final String[] NUMBERS = {
        "-1",
        "-0",
        "0.0",
        "1e0",
        "1",
        "00",
        "0",
        "4294967296",
        "9007199254740991",
        "9007199254740993",
        "2305843009213693952",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551614",
        "211106198978564",
        "4194305",
        "1".repeat(400),
        "\"0\"",
        "null",
        "[]",
        "[0]",
        "{}",
        "NaN",
        "+1",
        ""
    };
    private static final String[] JUNK = {
        ",",
        ":",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        "\0",
        "\uFEFF",
        "//",
        "/**/",
        "'",
        "true",
        "{\"a\":{\"b\":{}}}",
        "[[[[[",
        "\u0085",
        "\u2028",
        " ",
        "\n",
        "\\u",
        "tru"
    };

    private FuzzedFiles() {}

    static byte[] next(SplittableRandom random) {
        byte[] file = file(random);
        return random.nextInt(4) == 0 ? Fuzzer.mutated(file, random) : file;
    }

    private static byte[] file(SplittableRandom random) {
        List<String> entries = new ArrayList<>();
        long end = 0;
        for (int i = random.nextInt(6); i > 0; i--) {
            DType type = DType.values()[random.nextInt(DType.values().length)];
            List<String> shape = new ArrayList<>();
            long bytes = type.bytes();
            for (int d = random.nextInt(4); d > 0; d--) {
                long size = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(3);
                bytes *= size;
                shape.add(odd(random, NUMBERS, String.valueOf(size)));
            }
            List<String> offsets = new ArrayList<>(List.of(
                    odd(random, NUMBERS, String.valueOf(end)), odd(random, NUMBERS, String.valueOf(end + bytes))));
            strayed(random, offsets, NUMBERS);
            end += rare(random) ? random.nextInt(40) : bytes;
            List<String> fields = new ArrayList<>(List.of(
                    "\"dtype\":" + odd(random, TYPES, "\"" + type + "\""),
                    "\"shape\":" + odd(random, NUMBERS, "[" + String.join(",", shape) + "]"),
                    "\"data_offsets\":[" + String.join(",", offsets) + "]"));
            strayed(random, fields, JUNK);
            String name = odd(random, NAMES, random.nextInt(30) == 0 ? "same" : "layer" + i + ".weight");
            entries.add("\"" + name + "\":" + odd(random, JUNK, "{" + String.join(",", fields) + "}"));
        }
        if (random.nextInt(3) == 0) {
            String value = odd(random, NUMBERS, "\"" + odd(random, NAMES, "pt") + "\"");
            entries.add("\"__metadata__\":"
                    + odd(random, JUNK, "{\"" + odd(random, NAMES, "format") + "\":" + value + "}"));
        }
        strayed(random, entries, JUNK);
        StringBuilder header = new StringBuilder("{" + String.join(odd(random, JUNK, ","), entries) + "}");
        while (rare(random)) {
            header.insert(random.nextInt(header.length() + 1), JUNK[random.nextInt(JUNK.length)]);
        }
        header.append(" ".repeat(random.nextInt(3)));
        byte[] bytes = header.toString().getBytes(StandardCharsets.UTF_8);
        int data = rare(random) ? random.nextInt(64) : (int) end;
        long length = rare(random) ? random.nextInt(bytes.length + 64) : bytes.length;
        return ByteBuffer.allocate(Long.BYTES + bytes.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(rare(random) ? random.nextLong() : length)
                .put(bytes)
                .array();
    }

    /** Now and then moves, doubles, drops or adds something. */
    private static void strayed(SplittableRandom random, List<String> list, String[] others) {
        if (list.isEmpty() || !rare(random)) {
            return;
        }
        int i = random.nextInt(list.size());
        switch (random.nextInt(4)) {
            case 0 -> Collections.swap(list, 0, i);
            case 1 -> list.add(list.get(i));
            case 2 -> list.remove(i);
            default -> list.add(i, others[random.nextInt(others.length)]);
        }
    }

    private static String odd(SplittableRandom random, String[] others, String right) {
        return rare(random) ? others[random.nextInt(others.length)] : right;
    }

    /** So rarely that a third of the files is good. */
    private static boolean rare(SplittableRandom random) {
        return random.nextInt(40) == 0;
    }
}
