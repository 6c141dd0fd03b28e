package io.github.resnet4j.zoo.weights.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.internal.safetensors.Safetensors;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardedFileTest {
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Safetensors.write(folder.resolve(FIRST), Map.of("a", number(1)), Map.of("format", "pt"));
        Safetensors.write(folder.resolve(SECOND), Map.of("b", number(2)), Map.of("format", "pt"));
        index("""
                {"metadata": {"total_size": 8, "any": [[{"x": null}]]},
                 "weight_map": {"b": "%s", "a": "%s"}}""".formatted(SECOND, FIRST));
    }

    private static Tensor number(float value) {
        return Tensor.of(DType.F32, List.of(1L), (from, into) -> into.putFloat(value));
    }

    private void index(String json) throws IOException {
        Files.writeString(folder.resolve(INDEX), json);
    }

    private BadWeightsException refused(Fault fault, String name) throws IOException {
        Path file = folder.resolve(name);
        return Hostile.rejected(fault, Files.size(file), () -> WeightFile.open(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {INDEX, FIRST, SECOND})
    void readsAllFilesWhicheverIsNamed(String name) {
        StateDict dict = WeightFile.open(folder.resolve(name));
        assertThat(dict.tensors()).containsOnlyKeys("b", "a");
        assertThat(dict.tensors().get("a").floats()).containsExactly(1);
        assertThat(dict.tensors().get("b").floats()).containsExactly(2);
        assertThat(dict.metadata()).containsExactly(Map.entry("format", "pt"));
        assertThat(dict.notes()).containsExactly("read all 2 files that belong together: " + SECOND + ", " + FIRST);
    }

    @ParameterizedTest
    @ValueSource(strings = {FIRST, SECOND})
    void readsAllFilesWithoutAnIndex(String name) throws IOException {
        Files.delete(folder.resolve(INDEX));
        assertThat(WeightFile.open(folder.resolve(name)).tensors()).containsOnlyKeys("a", "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {INDEX, FIRST})
    void namesTheFileThatIsMissing(String name) throws IOException {
        Files.delete(folder.resolve(SECOND));
        assertThat(refused(Fault.UNREADABLE, name)).hasMessageContaining(SECOND + " is not beside it; download it too");
    }

    @Test
    void oneOfOneIsAFileLikeAnyOther() throws IOException {
        Path one = Files.copy(folder.resolve(FIRST), folder.resolve("model-00001-of-00001.safetensors"));
        assertThat(WeightFile.open(one).tensors()).containsOnlyKeys("a");
        assertThat(WeightFile.open(one).notes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.safetensors",
                "/etc/passwd",
                "/elsewhere/x.safetensors",
                "a/b.safetensors",
                "..\\\\b.safetensors",
                "C:b.safetensors",
                "..",
                "",
                "weights.bin",
                "\\u0000.safetensors",
                "b\\n.safetensors"
            })
    void readsNoFileButNeighbours(String shard) throws IOException {
        index("{\"weight_map\": {\"a\": \"" + shard + "\"}}");
        assertThat(refused(Fault.NAME, INDEX))
                .hasMessageContaining("names something other than a safetensors file beside it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{} | has no weight_map",
                "{\"weight_map\": {}} | lists no tensors",
                "{\"weight_map\": []} | does not have exactly one object weight_map",
                "{\"weight_map\": {\"a\": 1}} | names no file for a",
                "{\"weight_map\": {\"a\": \"x.safetensors\", \"a\": \"y.safetensors\"}} | lists a twice",
                "{\"weight_map\": {\"a\": \"x.safetensors\"}, \"weight_map\": {}} | does not have exactly one object weight_map",
                "{\"weight_map\": {\"a\": | is not JSON",
                "{\"weight_map\" | is not JSON"
            })
    void saysWhatIsWrongWithAnIndex(String json, String problem) throws IOException {
        index(json);
        assertThat(refused(Fault.JSON, INDEX)).hasMessageContaining(problem);
    }

    @Test
    void refusesAnIndexThatTheFilesContradict() throws IOException {
        index("{\"weight_map\": {\"a\": \"" + FIRST + "\", \"c\": \"" + SECOND + "\"}}");
        assertThat(refused(Fault.MISMATCH, INDEX))
                .hasMessageContaining("lists a tensor that " + SECOND + " does not have");
        Safetensors.write(folder.resolve(SECOND), Map.of("a", number(2)), Map.of());
        assertThat(refused(Fault.DUP_NAME, INDEX))
                .hasMessageContaining("has a tensor that another of the 2 files has too");
        index("{\"weight_map\": {\"a\": \"other.safetensors\"}}");
        assertThat(refused(Fault.MISMATCH, FIRST).file()).isEqualTo(folder.resolve(INDEX));
    }

    @Test
    void boundsWhatItOpens() throws IOException {
        Files.delete(folder.resolve(INDEX));
        Path many = Files.copy(folder.resolve(FIRST), folder.resolve("model-00001-of-99999.safetensors"));
        assertThat(refused(Fault.LIMIT_TENSORS, many.getFileName().toString()))
                .hasMessageContaining("one of 99999 files");
        index("{\"x\": " + "[".repeat(1_000_000) + "}");
        refused(Fault.JSON, INDEX);
    }
}
