package io.github.resnet4j.zoo.weights.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.resnet4j.zoo.weights.Fuzzer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameMappingTest {
    private static final Path FILE = Path.of("names.map");

    @TempDir
    Path folder;

    private static NameMapping map(String... lines) {
        return NameMapping.parse(FILE, String.join("\n", lines));
    }

    private static Map<String, String> rename(NameMapping map, String... names) {
        return map.rename(List.of(names)).renamed();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "convIn\\.(.+) -> conv1.$1                             | convIn.weight          | conv1.weight",
                "stack([1-4])([a-z])\\.(.+) -> layer$1.${2a}.$3        | stack2a.conv1.weight   | layer2.0.conv1.weight",
                "stack([1-4])([a-z])\\.(.+) -> layer$1.${2a}.$3        | stack4c.bn2.bias       | layer4.2.bn2.bias",
                "s(\\d)_b(\\d+)/(.+) -> layer${1+1}.${2-1}.$3          | s0_b10/w               | layer1.9.w",
                "x([a-c]) -> conv${1a+1}                               | xc                     | conv3",
                "x(\\d) -> ${1}1                                       | x7                     | 71",
                "(a)(b)(c)(d)(e)(f)(g)(h)(i)(j) -> ${10}$9             | abcdefghij             | ji",
                "a(b)?c -> x$1y                                        | ac                     | xy",
                "dollar -> a\\$1\\\\b                                  | dollar                 | a$1\\b",
                "(?i)FC\\..* -> fc                                     | fc.weight              | fc",
                "w->v                                                  | w                      | v",
                "  w   ->   v                                          | w                      | v",
            })
    void renames(String rule, String name, String expected) {
        assertThat(rename(map(rule), name)).containsExactly(Map.entry(name, expected));
    }

    @Test
    void firstRuleThatMatchesTheWholeNameWins() {
        NameMapping map = map("# comment", "", "fc -> no", "a\\..* -> first.x", "a\\.b -> second", "\t# indented");

        NameMapping.Renamed renamed = map.rename(List.of("a.b", "fc.weight"));

        assertThat(renamed.renamed()).containsExactly(Map.entry("a.b", "first.x"));
        assertThat(renamed.unused()).containsExactly(3, 5);
    }

    @Test
    void aMinusLeavesTensorsOut() {
        NameMapping.Renamed renamed = map("aux\\..* -> -", ".* -> x").rename(List.of("aux.w", "aux.b", "fc.w"));

        assertThat(renamed.dropped()).containsExactly(Map.entry("aux.w", 1), Map.entry("aux.b", 1));
        assertThat(renamed.renamed()).containsExactly(Map.entry("fc.w", "x"));
    }

    @Test
    void noRulesDoNothing() {
        assertThat(rename(NameMapping.NONE, "a")).isEmpty();
        assertThat(rename(map("# nothing"), "a")).isEmpty();
    }

    static Stream<Arguments> badLines() {
        return Stream.of(
                Arguments.of("conv1.weight", "there is no ->"),
                Arguments.of("a -> b -> c", "there are two ->"),
                Arguments.of("-> b", "no regular expression"),
                Arguments.of("a ->", "no name after ->"),
                Arguments.of("a( -> b", "not a regular expression: Unclosed group"),
                Arguments.of("a[ -> b", "not a regular expression: Unclosed character class, at character 2"),
                Arguments.of("*a -> b", "not a regular expression: Dangling meta character"),
                Arguments.of("a -> $1", "$1 refers to group 1, the regular expression has none"),
                Arguments.of("(a) -> $2", "$2 refers to group 2, the regular expression has 1"),
                Arguments.of("(a) -> ${12}", "${12} refers to group 12"),
                Arguments.of("(a) -> x$", "must be followed by a group"),
                Arguments.of("(a) -> ${x}", "must be followed by a group"),
                Arguments.of("(a) -> ${1", "must be followed by a group"),
                Arguments.of("(a) -> ${1*2}", "must be followed by a group"),
                Arguments.of("(a) -> \\1", "write a group as $1"),
                Arguments.of("(a) -> b\\", "write a group as $1"),
                Arguments.of("a -> b # the head", "a name has no spaces"),
                Arguments.of("a".repeat(1001) + " -> b", "has 1006 characters, more than the 1000 allowed"));
    }

    @ParameterizedTest
    @MethodSource("badLines")
    void saysWhatIsWrongWithALine(String line, String problem) {
        assertThatThrownBy(() -> map("good -> x", line))
                .isInstanceOf(BadNameMapException.class)
                .hasMessageStartingWith("names.map:2: ")
                .hasMessageContaining(problem)
                .hasMessageNotContaining("\n");
    }

    @Test
    void saysAllThatIsWrongAtOnce() {
        BadNameMapException bad = catchThrowableOfType(
                BadNameMapException.class, () -> map("no arrow", "a -> b", "( -> c", "a -> d", "(x) -> $3"));

        assertThat(bad.problems()).hasSize(4);
        assertThat(bad.problems().get(0)).startsWith("names.map:1: there is no ->");
        assertThat(bad.problems().get(1)).startsWith("names.map:3: not a regular expression");
        assertThat(bad.problems().get(2)).startsWith("names.map:4: the same regular expression as in line 2");
        assertThat(bad.problems().get(3)).startsWith("names.map:5: $3 refers");
        assertThat(bad).hasMessage(String.join("\n", bad.problems()));
    }

    @Test
    void saysTheFirstHundredOfThousandsOfProblems() {
        String[] lines = IntStream.range(0, 9_999).mapToObj(i -> "bad " + i).toArray(String[]::new);

        assertThat(catchThrowableOfType(BadNameMapException.class, () -> map(lines))
                        .problems())
                .hasSize(100);
    }

    @Test
    void twoTensorsCannotBecomeOne() {
        NameMapping map = map("a -> fc.weight", "b -> fc.weight", "c -> d");

        assertThatThrownBy(() -> map.rename(List.of("a", "b")))
                .isInstanceOf(BadNameMapException.class)
                .hasMessage("names.map:2: b and a both become fc.weight");
        assertThatThrownBy(() -> map.rename(List.of("d", "c"))).hasMessage("names.map:3: c and d both become d");
        assertThatThrownBy(() -> map.rename(List.of("c", "d"))).hasMessage("names.map: d and c both become d");
    }

    @Test
    void whatIsNoNumberCannotBeCounted() {
        NameMapping map = map("(.*)\\.w -> ${1-1}", "(.*)\\.v -> ${1a}");

        BadNameMapException bad = catchThrowableOfType(
                BadNameMapException.class,
                () -> map.rename(List.of("x.w", "0.w", "1234567890.w", "B.v", "ab.v", "7.w")));

        assertThat(bad.problems())
                .containsExactly(
                        "names.map:1: x.w: group 1 is \"x\" there, not a number",
                        "names.map:1: 0.w: group 1 is \"0\" there, which plus -1 is negative",
                        "names.map:1: 1234567890.w: group 1 is \"1234567890\" there, not a number",
                        "names.map:2: B.v: group 1 is \"B\" there, not a letter from a to z",
                        "names.map:2: ab.v: group 1 is \"ab\" there, not a letter from a to z");
    }

    @Test
    void readsUtf8WithAnyLineEndsAndAByteOrderMark() throws IOException {
        Path file = folder.resolve("names.map");
        Files.writeString(file, "\uFEFFschicht_ä -> fc\r\n# Kommentar\rb -> c\n");

        assertThat(rename(NameMapping.read(file), "schicht_ä", "b"))
                .containsExactly(Map.entry("schicht_ä", "fc"), Map.entry("b", "c"));
    }

    @Test
    void filesThatAreNoRulesAreRefused() throws IOException {
        assertRefused(folder.resolve("none"), "there is no such file");
        assertRefused(folder, "is a folder");
        assertRefused(
                Files.write(folder.resolve("latin1"), "ä -> b".getBytes(StandardCharsets.ISO_8859_1)), "is not UTF-8");
        assertRefused(Files.write(folder.resolve("large"), new byte[(1 << 20) + 1]), "is larger than 1048576 bytes");
        assertRefused(Files.writeString(folder.resolve("long"), "#\n".repeat(10_001)), "has 10001 lines");
        assertRefused(Files.write(folder.resolve("binary"), new byte[1 << 20]), "has 1048576 characters");
        Files.writeString(folder.resolve("most"), "#\n".repeat(10_000));
        assertThat(rename(NameMapping.read(folder.resolve("most")), "a")).isEmpty();
    }

    private static void assertRefused(Path file, String problem) {
        assertThatThrownBy(() -> NameMapping.read(file))
                .isInstanceOf(BadNameMapException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(problem);
    }

    /** Exponential in the length of the name. */
    @ParameterizedTest
    @ValueSource(strings = {"(a+)+\\1b", "(.*a){40}b"})
    void expressionsThatNeverEndAreGivenUp(String rule) {
        NameMapping map = map("other -> y", rule + " -> x");

        assertThatThrownBy(() -> map.rename(List.of("a".repeat(60))))
                .isInstanceOf(BadNameMapException.class)
                .hasMessageStartingWith("names.map:2: takes too long")
                .hasMessageContaining("aaaa");

        assertThat(rename(map("b -> c"), "b")).containsValue("c");
    }

    @Test
    void whatCannotBeStoppedIsLeftBehind() {
        CountDownLatch end = new CountDownLatch(1);
        Rule rule = Rule.parse(7, "a -> b");
        try {
            assertThatThrownBy(() -> Patience.with(FILE, patience -> {
                        patience.match(rule, "a.weight");
                        return end.await(1, TimeUnit.HOURS);
                    }))
                    .hasMessage("names.map:7: takes too long to match a.weight;" + " simplify the regular expression");
        } finally {
            end.countDown();
        }
    }

    @Test
    void damagedRulesAreReadOrRefused() {
        byte[] good = """
                # stem
                convIn\\.(.*) -> conv1.$1
                s([1-4])([a-z])\\.(bn|conv)(\\d+)\\.(?<rest>.*) -> layer${1+1}.${2a}.$3${4-1}.$5
                ema\\..* -> -
                (?i)fc[^.]{0,9}\\.(?=w)(.*) -> fc.\\$$1
                """.getBytes(StandardCharsets.UTF_8);
        int read = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            byte[] damaged = Fuzzer.mutated(good, new SplittableRandom(seed));
            try {
                NameMapping.parse(FILE, new String(damaged, StandardCharsets.UTF_8));
                read++;
            } catch (BadNameMapException e) {
                assertThat(e.problems()).isNotEmpty().allSatisfy(problem -> assertThat(problem)
                        .startsWith("names.map:")
                        .doesNotContainPattern("\\p{Cntrl}"));
            }
        }
        assertThat(read).isBetween(1_000, 19_000);
    }

    @Test
    void expressionsThatNestDeeplyAreTriedOrRefusedButNeverOverflow() {
        List<String> rules = new ArrayList<>();
        rules.add("(".repeat(490) + "a" + ")".repeat(490) + " -> x");
        rules.add("(?:a|b)*c -> x");
        rules.add("((((((((a|b)*)*)*)*)*)*)*)*c -> x");
        for (String rule : rules) {
            try {
                rename(map(rule), "a".repeat(100_000));
            } catch (BadNameMapException e) {
                assertThat(e).hasMessageContaining("simplify");
            }
        }
    }
}
