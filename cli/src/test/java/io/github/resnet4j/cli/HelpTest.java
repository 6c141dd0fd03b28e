package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The {@code --help} of every command of ours. */
class HelpTest {
    static Stream<String> commands() {
        return new CommandLine(new Main())
                .getSubcommands().keySet().stream().filter(name -> !name.equals("generate-completion"));
    }

    /** {@code --epochs=N}, not the name of a field: {@code --epochs=<epochs>}. */
    @ParameterizedTest
    @MethodSource("commands")
    void valuesHaveNamesOfTheirOwn(String name) {
        CommandLine command = new CommandLine(new Main()).getSubcommands().get(name);
        assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
                .contains("Usage: resnet4j " + name)
                .doesNotContain("=<");
        command.getSubcommands().forEach((below, line) -> assertThat(line.getUsageMessage(CommandLine.Help.Ansi.OFF))
                .contains("Usage: resnet4j " + name + " " + below)
                .doesNotContain("=<"));
    }
}
