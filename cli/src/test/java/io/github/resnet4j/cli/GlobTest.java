package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @TempDir
    Path folder;

    @BeforeEach
    void files() throws IOException {
        for (String name : new String[] {
            "a.jpg", "b.JPG", "b.png", ".hidden.jpg", "x/c.jpg", "x/y/d.jpg", "x/y/d2.jpg", ".git/e.jpg", "ü ber/ö.jpg"
        }) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
        Files.createSymbolicLink(folder.resolve("x/up"), folder);
    }

    @ParameterizedTest
    @CsvSource({
        "*.jpg, a.jpg",
        "**/*.jpg, a.jpg x/c.jpg x/y/d.jpg x/y/d2.jpg ü_ber/ö.jpg",
        "x/**/*.jpg, x/c.jpg x/y/d.jpg x/y/d2.jpg",
        "x/*/d[2-9].jpg, x/y/d2.jpg",
        "*/c.jpg, x/c.jpg",
        ".*.jpg, .hidden.jpg",
        "x/**, x",
        "a.jpg/*, ",
        "none/*.jpg, "
    })
    void findsWhatAShellFinds(String pattern, String found) throws IOException {
        check(pattern, found);
    }

    private void check(String pattern, String found) throws IOException {
        assertThat(Glob.expand(folder + "/" + pattern).stream()
                        .map(path -> folder.relativize(path).toString().replace(' ', '_')))
                .containsExactly(found == null ? new String[0] : found.split(" "));
    }

    @Test
    void choosesAmongEndings() throws IOException {
        check("?.{jpg,png}", "a.jpg b.png");
    }

    @Test
    void refusesWhatIsNoPattern() {
        assertThatExceptionOfType(PatternSyntaxException.class)
                .isThrownBy(() -> Glob.expand(folder + "/[a.jpg"))
                .withMessageContaining("Missing");
    }
}
