package io.github.resnet4j.datasets.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SourceTest {
    private static final URI OFFICIAL = URI.create("https://a.example/~k/set.tar.gz");

    @ParameterizedTest
    @CsvSource({
        "https://m.example/sets,   https://m.example/sets/set.tar.gz",
        "https://m.example/sets/,  https://m.example/sets/set.tar.gz",
        "http://m.example:8080,    http://m.example:8080/set.tar.gz",
        "file:///srv/a%20b,        file:///srv/a%20b/set.tar.gz"
    })
    void appendsTheNameToTheMirror(URI mirror, URI expected) {
        assertThat(new Source(OFFICIAL, Optional.of(mirror)).address()).isEqualTo(expected);
    }

    @Test
    void asksThePublisherWithoutAMirror() {
        assertThat(new Source(OFFICIAL, Optional.empty()).address()).isEqualTo(OFFICIAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://a.example/set", "set.tar.gz", "https:///set", "mailto:a@b", "https://a.example/"})
    void refusesOtherAddresses(URI official) {
        assertThatThrownBy(() -> new Source(official, Optional.empty())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesTheMirrorFromTheEnvironment() {
        assertThat(DownloadOptions.from(Map.of()).mirror()).isEmpty();
        assertThat(mirror(" ")).isEmpty();
        assertThat(mirror("https://m.example/x")).contains(URI.create("https://m.example/x"));
        assertThat(mirror("data/sets")).contains(Path.of("data/sets").toUri());
    }

    @Test
    void namesTheVariableThatIsWrong() {
        assertThatThrownBy(() -> mirror("ftp://m.example"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("RESNET4J_MIRROR: ftp://m.example is not an https, http or file address");
        assertThatThrownBy(() -> mirror("https://m example")).hasMessageStartingWith("RESNET4J_MIRROR: ");
    }

    @Test
    void refusesWhatIsNoHash() {
        assertThatThrownBy(() -> Checksum.sha256("abc"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A SHA-256 has 64 lower-case hex digits, not \"abc\"");
        assertThatThrownBy(() -> Checksum.md5("C32A1D4AB5D03F1284B67883E8D13530"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void standsByThePublishedPatience() {
        DownloadOptions.Patience patience = DownloadOptions.Patience.STANDARD;
        assertThat(patience.connect()).isEqualTo(Duration.ofSeconds(10));
        assertThat(patience.stall()).isEqualTo(Duration.ofSeconds(30));
        assertThat(patience.retries()).isEqualTo(5);
    }

    private static Optional<URI> mirror(String value) {
        return DownloadOptions.from(Map.of("RESNET4J_MIRROR", value)).mirror();
    }
}
