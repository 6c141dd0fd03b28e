package io.github.resnet4j.zoo.internal.onnx;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.Fuzzer;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.load.Matching;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Generated models, of which few are sound. */
@Tag("fuzz")
class OnnxFuzzTest {
    private static final String[] OPS = {
        "Conv",
        "Conv",
        "BatchNormalization",
        "Gemm",
        "MatMul",
        "Add",
        "PRelu",
        "Identity",
        "Transpose",
        "Constant",
        "Relu"
    };
    private static final long[] HOSTILE = {0, 255, 1 << 20, 1L << 31, 1L << 40, 1L << 62, -1};
    private static final Network NETWORK = Zoo.find("resnet8-mlperf").network();

    @Test
    void noModelDoesHarm() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (String name : List.of("folded", "named", "bare", "halves", "beside", "layers")) {
            seeds.add(Files.readAllBytes(OnnxFileTest.GOLDEN.resolve(name + ".onnx")));
        }
        Fuzzer.run(
                "onnx",
                20_000,
                1_000_000,
                random -> switch (random.nextInt(4)) {
                    case 0 -> Fuzzer.mutated(seeds.get(random.nextInt(seeds.size())), random);
                    case 1 -> Fuzzer.mutated(model(random), random);
                    default -> model(random);
                },
                bytes -> Matching.of(
                        OnnxFileTest.readAll(bytes.length == 0 ? new byte[1] : bytes), NETWORK, LoadOptions.STRICT));
    }

    /** A model of parts that are sound by themselves, for the most part. */
    private static byte[] model(SplittableRandom random) {
        Proto graph = new Proto();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            graph.message(1, node(random, i));
        }
        for (int i = random.nextInt(6); i > 0; i--) {
            String name = random.nextInt(32) == 0 ? value(random) : Character.toString('a' + i);
            graph.message(5, tensor(name, random));
        }
        return Proto.model(graph).bytes();
    }

    private static String value(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> "";
            case 1 -> "onnx::Conv_" + random.nextInt(3);
            case 2 -> "v" + random.nextInt(2);
            default -> Character.toString('a' + random.nextInt(8));
        };
    }

    private static Proto node(SplittableRandom random, int place) {
        Proto node = new Proto();
        for (int i = random.nextInt(6); i > 0; i--) {
            node.text(1, value(random));
        }
        node.text(2, "v" + (random.nextInt(32) == 0 ? random.nextInt(6) : place));
        node.text(3, random.nextBoolean() ? "/layer/layer." + random.nextInt(2) + "/Conv" : "");
        node.text(4, OPS[random.nextInt(OPS.length)]);
        return switch (random.nextInt(4)) {
            case 0 -> node.message(5, new Proto().text(1, "value").message(5, tensor("", random)));
            case 1 -> node.message(5, new Proto().text(1, "perm").number(8, 1).number(8, 0));
            case 2 -> node.message(5, new Proto().text(1, "transB").number(3, random.nextInt(2)));
            default -> node;
        };
    }

    private static Proto tensor(String name, SplittableRandom random) {
        int type = random.nextInt(16) == 0 ? random.nextInt(20) : new int[] {1, 10, 11, 16}[random.nextInt(4)];
        int width = type == 1 ? 4 : type == 11 ? 8 : 2;
        long[] shape = new long[random.nextInt(5)];
        long count = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = random.nextInt(32) == 0 ? HOSTILE[random.nextInt(HOSTILE.length)] : 1 + random.nextInt(3);
            count *= shape[i];
        }
        Proto tensor = Proto.tensor(name, type, shape);
        byte[] numbers = new byte[(int) Math.floorMod(count * width, 1L << 12) + (random.nextInt(16) == 0 ? 1 : 0)];
        random.nextBytes(numbers);
        return switch (random.nextInt(16)) {
            case 0 ->
                Proto.external(tensor, "location", random.nextBoolean() ? "pom.xml" : "../pom.xml", "offset", "7");
            case 1 -> tensor.piece(4, numbers);
            case 2 -> tensor.piece(10, numbers);
            case 3 -> tensor.piece(5, numbers);
            case 4 -> tensor;
            default -> tensor.piece(9, numbers);
        };
    }
}
