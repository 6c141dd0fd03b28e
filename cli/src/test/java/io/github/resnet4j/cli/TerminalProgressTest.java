package io.github.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.cli.TerminalProgress.Glyphs;
import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.finetune.report.Metric;
import io.github.resnet4j.finetune.report.ProgressView;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private TerminalProgress terminal(boolean colours) {
        return new TerminalProgress(err, colours, Glyphs.UNICODE);
    }

    @Test
    void pipedThereIsOneLinePerEpochAndNothingElse() {
        ProgressView view = Terminal.view(false, err);
        for (int epoch = 1; epoch <= 3; epoch++) {
            EpochRow row = new EpochRow(
                    epoch, 46, 3.2e-4, 0.5, Map.of(Metric.TOP1, 0.875), 0.6, Map.of(Metric.TOP1, 0.8), 65, 281.4, 0.02);
            view.begin("epoch " + row.epoch(), 46);
            view.step(10, 0.5, 0.01, 280, 0.02);
            view.end();
            view.epoch(row, 3, "images");
        }
        assertThat(printed().lines()).hasSize(3).allMatch(line -> line.matches("epoch \\d/3  loss .* images/s .*"));
        assertThat(printed()).doesNotContain("\033", "\r");
    }

    @Test
    void theBarShowsWhatMatters() {
        TerminalProgress view = terminal(false);
        view.begin("epoch 3/10", 100);
        view.step(45, 0.4123, 3.2e-4, 281.4, 0.02);
        assertThat(view.render("epoch 3/10", 45, 100, 90, 119))
                .contains("epoch 3/10  45% ━")
                .endsWith("1:50 left · 281 images/s · loss 0.412 · lr 0.00032 · data wait 2%")
                .doesNotContain("\033");
        view.end();
    }

    @Test
    void theBarCallsSamplesByTheirName() {
        TerminalProgress view = terminal(false);
        view.begin("epoch 3/10", 100, "sounds");
        view.step(45, 0.4123, 3.2e-4, 31.4, 0.02);
        assertThat(view.render("epoch 3/10", 45, 100, 90, 119)).contains(" · 31 sounds/s · loss");
        view.end();
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 40, 60, 80, 100, 120, 200})
    void theBarFitsTheTerminal(int width) {
        TerminalProgress view = terminal(true);
        view.begin("a", 100);
        view.step(45, 0.4123, 3.2e-4, 281.4, 0.02);
        String bar = view.render("evaluating a model of some length", 45, 100, 90, width);
        view.end();
        assertThat(bar.replaceAll("\033\\[[0-9;]*m", "")).hasSizeLessThanOrEqualTo(width);
        assertThat(bar).contains("━");
    }

    @Test
    void theBarIsGoneInTheEndAndLinesStay() {
        TerminalProgress view = terminal(false);
        view.begin("epoch 1/2", 10);
        view.step(3, 1, 0.1, 100, 0);
        view.line("first");
        view.end();
        view.line("second");
        view.end();
        assertThat(screen()).containsExactly("first", "second", "");
    }

    @Test
    void aLineDoesNotTearTheBar() {
        TerminalProgress view = terminal(true);
        view.begin("epoch 1/2", 1000);
        for (int i = 0; i < 200; i++) {
            view.step(i, 1, 0.1, 100, 0);
            view.line("line " + i);
        }
        view.end();
        assertThat(screen()).hasSize(201).allMatch(line -> line.isEmpty() || line.matches("line \\d+"));
    }

    @Test
    void stepsWithoutABarAreIgnored() {
        TerminalProgress view = terminal(false);
        view.step(1, 1, 1, 1, 1);
        view.end();
        assertThat(printed()).isEmpty();
    }

    @Test
    void anEmptyEpochIsNoError() {
        assertThat(terminal(false).render("epoch 1/1", 0, 0, 0, 80)).contains("0%");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void doesNotObeyControlCharacters(boolean onTerminal) {
        ProgressView view = onTerminal ? terminal(true) : Terminal.view(false, err);
        view.line("bad\033[2J\rname\u0007.jpg");
        assertThat(printed()).isEqualTo("bad?[2J?name?.jpg" + System.lineSeparator());
    }

    @Test
    void asciiConsolesGetAsciiBars() {
        String bar = new TerminalProgress(err, false, Glyphs.ASCII).render("epoch", 5, 10, 1, 80);
        assertThat(StandardCharsets.US_ASCII.newEncoder().canEncode(bar)).isTrue();
        assertThat(bar).contains("###", "---");
    }

    /** What a terminal shows in the end: a carriage return and "erase to the end" empty the line. */
    private String[] screen() {
        return Pattern.compile("[^\n]*\r\033\\[K")
                .matcher(printed())
                .replaceAll("")
                .split("\n", -1);
    }
}
