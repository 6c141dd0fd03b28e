package io.github.resnet4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.files.FileHash.Algorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileHashTest {
    @TempDir
    Path folder;

    /** The examples of FIPS 180-4 and RFC 1321. */
    @Test
    void hashesFiles() throws IOException {
        Path abc = Files.writeString(folder.resolve("abc"), "abc");
        assertThat(new FileHash(Algorithm.SHA_256, "0".repeat(8)).of(abc).hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(new FileHash(Algorithm.MD5, "0".repeat(8)).of(abc).hex())
                .isEqualTo("900150983cd24fb0d6963f7d28e17f72");
        Path long1 = Files.write(folder.resolve("long"), new byte[(1 << 16) + 1]);
        assertThat(Digest.sha256()
                        .add(new byte[1 << 16])
                        .add(new byte[] {7, 0, 7}, 1, 1)
                        .hex())
                .isEqualTo(
                        new FileHash(Algorithm.SHA_256, "0".repeat(8)).of(long1).hex());
    }

    @Test
    void textsAndNumbersDoNotRunIntoEachOther() {
        assertThat(Digest.sha256().add("a", 1).add("b", 2).hex())
                .isNotEqualTo(Digest.sha256().add("a", 2).add("b", 1).hex())
                .isNotEqualTo(Digest.sha256().add("ab", 1).add("", 2).hex());
    }

    @Test
    void comparesPrefixes() {
        FileHash prefix = new FileHash(Algorithm.SHA_256, "0676ba61");
        assertThat(prefix.isWhole()).isFalse();
        assertThat(prefix.matches("0676BA61" + "0".repeat(56))).isTrue();
        assertThat(prefix.matches("0676ba60" + "0".repeat(56))).isFalse();
        assertThat(prefix.matches("0676ba61")).as("the prefix itself").isFalse();
        assertThat(prefix.matches("0676ba61" + "0".repeat(24))).as("an MD5").isFalse();
        assertThat(prefix).hasToString("SHA-256 0676ba61…");
        FileHash whole = new FileHash(Algorithm.MD5, "2cb95161c43110f7111970584f804107");
        assertThat(whole.isWhole()).isTrue();
        assertThat(whole).hasToString("MD5 2cb95161c43110f7111970584f804107");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0676ba6", "0676BA61", "0676ba6x"})
    void refusesWhatIsNoHash(String hex) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FileHash(Algorithm.SHA_256, hex))
                .withMessage("\"%s\" is not a SHA-256 or its beginning: give 8 to 64 lower-case hex digits", hex);
        assertThatIllegalArgumentException().isThrownBy(() -> new FileHash(Algorithm.MD5, "0".repeat(33)));
    }
}
