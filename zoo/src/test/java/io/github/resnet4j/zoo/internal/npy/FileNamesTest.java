package io.github.resnet4j.zoo.internal.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileNamesTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
                    layer1.0.conv1.weight, layer1.0.conv1.weight.npy
                    BatchNorm_1-a,         BatchNorm_1-a.npy
                    conv1/kernel:0,        conv1%2Fkernel%3A0.npy
                    a\\b,                   a%5Cb.npy
                    ..,                    %2E..npy
                    ../../etc/passwd,      %2E.%2F..%2Fetc%2Fpasswd.npy
                    /etc/passwd,           %2Fetc%2Fpasswd.npy
                    .hidden,               %2Ehidden.npy
                    a b,                   a%20b.npy
                    50%,                   50%25.npy
                    ä,                     %C3%A4.npy
                    😀,                    %F0%9F%98%80.npy
                    aux.weight,            %61ux.weight.npy
                    COM1,                  %43OM1.npy
                    lpt9.0.bias,           %6Cpt9.0.bias.npy
                    auxiliary.weight,      auxiliary.weight.npy
                    index,                 index.npy
                    """)
    void keepsWhatEverySystemAllows(String tensor, String file) {
        assertThat(FileNames.of(List.of(tensor))).isEqualTo(Map.of(tensor, file));
    }

    @Test
    void encodesControlCharacters() {
        assertThat(FileNames.of(List.of("a\n\0\u001b", "nul.\n"))).containsValues("a%0A%00%1B.npy", "%6Eul.%0A.npy");
    }

    @Test
    void namesThatDifferInCaseOnlyBecomeDifferentFiles() {
        assertThat(FileNames.of(List.of("a.W", "A.w", "b.W", "aux", "AUX")).values())
                .containsExactly("a.%57.npy", "%41.w.npy", "b.W.npy", "%61ux.npy", "%41UX.npy");
    }

    @Test
    void noTwoFilesAreEqualAndAllNamesComeBack() {
        SplittableRandom random = new SplittableRandom(1);
        String alphabet = "aAbB.%/\\_-äÄ41xcCoOnN~\u0130\u0131ſ";
        for (int round = 0; round < 200; round++) {
            Set<String> names = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                StringBuilder name = new StringBuilder();
                for (int c = random.nextInt(4); c >= 0; c--) {
                    name.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                names.add(name.toString());
            }
            Map<String, String> files = FileNames.of(names);
            Collection<String> lower = files.values().stream()
                    .map(file -> file.toLowerCase(Locale.ROOT))
                    .toList();
            assertThat(lower).doesNotHaveDuplicates().allMatch(file -> file.matches("[%a-z0-9_-][%a-z0-9._-]*\\.npy"));
            files.forEach((name, file) -> assertThat(URLDecoder.decode(
                            file.substring(0, file.length() - ".npy".length()), StandardCharsets.UTF_8))
                    .isEqualTo(name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\ud800"})
    void refusesWhatIsNoName(String name) {
        assertThatThrownBy(() -> FileNames.of(List.of(name))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesTooLongNames() {
        assertThat(FileNames.of(List.of("x".repeat(196)))).containsValue("x".repeat(196) + ".npy");
        for (String name : List.of("x".repeat(197), "ä".repeat(33))) {
            assertThatThrownBy(() -> FileNames.of(List.of(name)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("too long a name for a file");
        }
    }
}
