package io.github.resnet4j.zoo.weights.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CardJsonTest {
    static ModelCard card(String architecture, List<String> classes) {
        Preprocessing preprocessing = new Preprocessing(
                OptionalInt.of(36),
                OptionalInt.empty(),
                "bilinear",
                List.of(0.4914, 0.4822, 0.4465),
                List.of(0.2470, 0.2435, 1 / 3.0));
        return ModelCard.of(
                Zoo.find(architecture), Shape.square(3, 32), classes, preprocessing, Map.of("licence", "Apache-2.0"));
    }

    private static String json() {
        return new String(CardJson.write(card("resnet20-cifar", List.of("cat", "dög \"1\""))), StandardCharsets.UTF_8);
    }

    private static ModelCard read(String json) {
        return CardJson.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsWhatItWrites() {
        ModelCard card = card("resnet20-cifar", List.of("cat", "dög \"1\""));

        assertThat(read(json())).isEqualTo(card);
    }

    @ParameterizedTest
    @EnumSource
    void keepsEveryShortcut(ResNetSpec.Shortcut shortcut) {
        Architecture row = Zoo.find("resnet20-cifar");
        ModelCard plain = card("resnet20-cifar", List.of("a", "b"));
        ModelCard card = ModelCard.of(
                row.with(Map.of("shortcut", shortcut.toString(), "zero-init-residual", "true")),
                plain.input(),
                plain.classes(),
                plain.preprocessing(),
                Map.of());

        ModelCard read = CardJson.read(CardJson.write(card));

        assertThat(read).isEqualTo(card);
        assertThat(read.network())
                .isEqualTo(row.with(Map.of("shortcut", shortcut.toString(), "zero-init-residual", "true"))
                        .network(plain.input(), 2));
    }

    @ParameterizedTest
    @EnumSource
    void keepsEveryPlaceOfTheStride(ResNetSpec.StrideOn strideOn) {
        Architecture row = Zoo.find("resnet50");
        ModelCard plain = card("resnet50", List.of("a", "b"));
        ModelCard card = ModelCard.of(
                row.with(Map.of("stride-on", strideOn.toString())),
                Shape.square(3, 64),
                plain.classes(),
                plain.preprocessing(),
                Map.of());

        ModelCard read = CardJson.read(CardJson.write(card));

        assertThat(read).isEqualTo(card);
        assertThat(read.network())
                .isEqualTo(row.with(Map.of("stride-on", strideOn.toString())).network(Shape.square(3, 64), 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\" : 3                 | \"format\" : 4                    | use a newer resnet4j",
                "\"format\" : 3                 | \"format\" : 0                    | do not trust it",
                "\"format\" : 3                 | \"format\" : 2.0                  | \"format\" must be an integer",
                "\"format\" : 3                 | \"format\" : \"2\"                | \"format\" must be an integer",
                "\"format\" : 3                 | \"format\" : 3, \"format\" : 3    | Duplicate field",
                "\"format\" : 3                 | \"format\" : 3, \"epoch\" : 1     | unknown key of the card \"epoch\"",
                "\"format\" : 3,                | ''                                | \"format\" is missing",
                "\"format\" : 3                 | \"format\" : 02                   | line 2",
                "\"shortcut\" : \"a\"           | \"shortcut\" : 1                  | \"shortcut\" must be a string",
                "\"shortcut\" : \"a\"           | \"shortcut\" : \"\\u001b[2J\"       | control character",
                "\"options\" : {               | \"options\" : 3, \"x\" : {         | unknown key",
                "\"input\" : [ 3, 32, 32 ]      | \"input\" : [ 3, 32 ]             | must be [channels, height, width]",
                "\"input\" : [ 3, 32, 32 ]      | \"input\" : [ 3, 32, 99999 ]      | is larger than",
                "\"input\" : [ 3, 32, 32 ]      | \"input\" : [ 3, 32, 9999999999 ] | must be an integer",
                "\"input\" : [ 3, 32, 32 ]      | \"input\" : [ 3, 32, -1 ]         | at least 1",
                "\"input\" : [ 3, 32, 32 ]      | \"input\" : [ 1, 32, 32 ]         | 1 channels",
                "\"input\" : [ 3, 32, 32 ]      | \"input\" : [ 3, 32, [[[[1]]]] ]  | nested deeper",
                "\"cat\", \"dög \\\"1\\\"\"     | \"cat\"                           | at least 2 classes",
                "\"cat\"                        | 7                                 | must be a string",
                "\"cat\"                        | \"\"                              | class 0 has no name",
                "\"cat\"                        | \"\\u001b[2J\"                    | control character",
                "\"crop\" : null                | \"crop\" : 0                      | crop must be between",
                "\"crop\" : null                | \"crap\" : null                   | unknown key of \"preprocessing\"",
                "\"crop\" : null                | \"crop\" : false                  | must be an integer",
                "bilinear                       | lanczos                           | \"lanczos\" is not one of",
                "0.4914                         | NaN                               | line",
                "0.4914                         | 1e999                             | mean must be finite",
                "0.4914                         | 1e39                              | mean must be finite",
                "0.247                          | -0.247                            | std must be positive",
                "0.247                          | 1e-300                            | std must be positive",
                "0.247                          | 1e39                              | std must be positive",
                "0.247,                         | ''                                | one value per channel",
                "\"Apache-2.0\"                 | null                              | must be a string",
                "\"temperature\" : null         | \"temperature\" : 0               | temperature must be positive and finite",
                "\"temperature\" : null         | \"temperature\" : -1.5            | temperature must be positive and finite",
                "\"temperature\" : null         | \"temperature\" : 1e999           | temperature must be positive and finite",
                "\"temperature\" : null         | \"temperature\" : \"1.5\"         | \"temperature\" must be a number",
                "\"temperature\" : null         | \"temperatur\" : null            | did you mean temperature?",
                "\"format\" : 3                 | \"format\" : 2                    | unknown key of the card \"temperature\"",
            })
    void rejectsWithTheProblem(String what, String by, String problem) {
        String good = json();
        assertThat(good).contains(what);

        assertThatThrownBy(() -> read(good.replace(what, by)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.0625, 0.1, 1e-300, 3.1740993784284295})
    void keepsTheTemperatureToTheBit(double temperature) {
        ModelCard card = card("resnet20-cifar", List.of("a", "b")).withTemperature(OptionalDouble.of(temperature));

        assertThat(CardJson.read(CardJson.write(card))).isEqualTo(card);
    }

    @Test
    void readsFormat2WhichHasNoTemperature() {
        String format2 = json().replace("\"format\" : 3", "\"format\" : 2").replace(",\n  \"temperature\" : null", "");

        assertThat(format2).doesNotContain("temperature");
        assertThat(read(format2)).isEqualTo(card("resnet20-cifar", List.of("cat", "dög \"1\"")));
    }

    @Test
    void rejectsWhatFollowsTheEnd() {
        assertThatThrownBy(() -> read(json() + "{}")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rejectsWhatIsNotUtf8() {
        byte[] json = json().getBytes(StandardCharsets.UTF_8);
        json[40] = (byte) 0xff;

        assertThatThrownBy(() -> CardJson.read(json)).hasMessageContaining("not UTF-8");
    }

    @ParameterizedTest
    @CsvSource({"''", "null", "[]", "3", "'{'", "'\"'"})
    void rejectsWhatIsNoCard(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rejectsDepthAndLongNumbersBeforeBuildingATree() {
        assertThatThrownBy(() -> read("[".repeat(1 << 20))).hasMessageContaining("nested deeper than 4");
        assertThatThrownBy(() -> read(json().replace("0.4914", "9".repeat(1 << 19))))
                .hasMessageContaining("a number of 524288 digits");
    }
}
