package io.github.resnet4j.zoo.internal.safetensors;

import io.github.resnet4j.zoo.weights.Fuzzer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SafetensorsFuzzTest {
    @Test
    @Tag("fuzz")
    void anyBytesAreReadOrRefused() {
        Fuzzer.run("safetensors", 20_000, 10_000_000, FuzzedFiles::next, Bytes::read);
    }
}
