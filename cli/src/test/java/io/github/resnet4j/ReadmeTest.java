package io.github.resnet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.resnet4j.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the README says of the code is so. */
final class ReadmeTest {
    private static final Path ROOT = Path.of("..");
    private static final Path README = ROOT.resolve("README.md");
    private static final String BEGIN = "<!-- models -->";
    private static final String END = "<!-- /models -->";
    private static final Pattern CONFIG = Pattern.compile("configs/[\\w./-]*\\.yaml");

    private String text;

    @BeforeEach
    void read() throws IOException {
        assumeTrue(Files.exists(README), "README.md is not here: nothing to compare");
        text = Files.readString(README);
    }

    @Test
    void listsTheModelsOfTheZoo() {
        assertThat(text).containsOnlyOnce(BEGIN).containsOnlyOnce(END);
        String table = text.substring(text.indexOf(BEGIN), text.indexOf(END));
        StringWriter out = new StringWriter();
        int code =
                new CommandLine(new Main()).setOut(new PrintWriter(out, true)).execute("list", "--markdown");
        assertThat(code).isZero();
        List<String> listed = rows(out.toString()).toList();
        assertThat(listed).isNotEmpty();
        assertThat(rows(table))
                .as("the rows between %s and %s; ./resnet4j list --markdown writes them", BEGIN, END)
                .containsExactlyElementsOf(listed);
    }

    @Test
    void namesConfigurationsThatExist() {
        assertThat(CONFIG.matcher(text).results())
                .isNotEmpty()
                .allSatisfy(match -> assertThat(ROOT.resolve(match.group())).isRegularFile());
    }

    private static Stream<String> rows(String markdown) {
        return markdown.lines().filter(line -> line.startsWith("| `"));
    }
}
