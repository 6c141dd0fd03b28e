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
        assertThat(Source.of(OFFICIAL, Optional.of(mirror)).addresses()).containsExactly(expected);
    }

    @Test
    void asksTheShelfOfAMirrorFirst() {
        Source source = new Source(OFFICIAL, Optional.of(URI.create("https://m.example/w")), Optional.of("net.tag"));
        assertThat(source.addresses())
                .containsExactly(
                        URI.create("https://m.example/w/net.tag/set.tar.gz"),
                        URI.create("https://m.example/w/set.tar.gz"));
        assertThat(source.shown())
                .isEqualTo("https://m.example/w/net.tag/set.tar.gz or https://m.example/w/set.tar.gz");
        assertThat(new Source(OFFICIAL, Optional.empty(), Optional.of("net.tag")).addresses())
                .containsExactly(OFFICIAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "../x", "a b", ".hidden"})
    void refusesAShelfThatIsNoPlainName(String shelf) {
        assertThatThrownBy(() -> new Source(OFFICIAL, Optional.empty(), Optional.of(shelf)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void asksThePublisherWithoutAMirror() {
        assertThat(Source.of(OFFICIAL, Optional.empty()).addresses()).containsExactly(OFFICIAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://a.example/set", "set.tar.gz", "https:///set", "mailto:a@b", "https://a.example/"})
    void refusesOtherAddresses(URI official) {
        assertThatThrownBy(() -> Source.of(official, Optional.empty())).isInstanceOf(IllegalArgumentException.class);
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
