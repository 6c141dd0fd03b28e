package io.github.resnet4j.zoo.weights.load;

import io.github.resnet4j.zoo.internal.safetensors.Safetensors;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Fuzzer;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightSet;
import io.github.resnet4j.zoo.weights.names.Dicts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which reader gets a file: beginnings and ends of every format, put together in any way. */
@Tag("fuzz")
class WeightFileFuzzTest {
    private static final List<String> NAMES = List.of(
            "x", "x.pth", "x.safetensors", "x.h5", "x.bin", "x.onnx", "x.json", ".pt", "x.", "X.HDF5", "model.zip");
    private static final List<String> STARTS = List.of(
            "<!doctype html>",
            "\u00EF\u00BB\u00BF",
            "version https://git-lfs",
            "\u001F\u008B",
            "BZh",
            "\u00FD7zXZ\0",
            "7z\u00BC\u00AF'\u001C",
            "Rar!\u001A\u0007",
            "\0\0\0\0TFL3",
            "\b\1\u0012",
            "\b\7\u0012",
            "GGUF",
            "\u0093NUMPY",
            "\u0012\1\0\0\0\0\0\0",
            "{",
            "[",
            "PK\3\4",
            "PK\5\6",
            "\u0080\2",
            "\u0089HDF\r\n\u001A\n",
            "\2\0\0\0\0\0\0\0{}",
            "text",
            "\0");

    @TempDir
    Path folder;

    @Test
    void anyBytesUnderAnyName() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (String golden :
                List.of("torch/training.pth", "torch/training.th", "keras/seed_latest.h5", "onnx/layers.onnx")) {
            seeds.add(Files.readAllBytes(Path.of("src/test/resources/golden").resolve(golden)));
        }
        Path safetensors = folder.resolve("seed");
        Safetensors.write(
                safetensors, Dicts.of(Map.of("conv1.weight", Tensor.of(List.of(2L, 2L), new float[] {1, 2, 3, 4}))));
        seeds.add(Files.readAllBytes(safetensors));
        Fuzzer.run("weight-file", 20_000, 1_000_000, random -> input(seeds, random), bytes -> {
            Path name = Path.of(NAMES.get(bytes.length % NAMES.size()));
            WeightFile.open(FileBytes.of(name, bytes), WeightSet.TRAINED)
                    .tensors()
                    .values()
                    .forEach(Tensor::floats);
        });
    }

    private static byte[] input(List<byte[]> seeds, SplittableRandom random) {
        byte[] bytes = seeds.get(random.nextInt(seeds.size()));
        if (random.nextInt(3) == 0) {
            byte[] start = STARTS.get(random.nextInt(STARTS.size())).getBytes(StandardCharsets.ISO_8859_1);
            int replaced = random.nextBoolean() ? Math.min(bytes.length, start.length) : 0;
            bytes = Fuzzer.spliced(bytes, 0, replaced, start);
        }
        if (random.nextInt(8) == 0) {
            byte[] other = seeds.get(random.nextInt(seeds.size()));
            bytes = Fuzzer.spliced(bytes, random.nextInt(bytes.length), 0, other);
        }
        byte[] damaged = random.nextInt(4) == 0 ? bytes.clone() : Fuzzer.mutated(bytes, random);
        return damaged.length == 0 ? new byte[1] : damaged;
    }
}
