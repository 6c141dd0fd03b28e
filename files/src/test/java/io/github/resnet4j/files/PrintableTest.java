package io.github.resnet4j.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    /** ESC and its 8-bit form CSI begin commands; U+202E turns the text around; half a character is none. */
    @Test
    void leavesNothingThatATerminalObeys() {
        assertThat(Printable.line("a\u001b[2J\u009b1mb\r\nc\u202ed\u2028e\ud83dz\u007f"))
                .isEqualTo("a?[2J?1mb??c?d?e?z?");
        assertThat(Printable.line("Größe 大 😀 é")).isEqualTo("Größe 大 😀 é");
    }

    @Test
    void cutsWhatIsLong() {
        assertThat(Printable.brief("x".repeat(120))).isEqualTo("x".repeat(120));
        assertThat(Printable.brief("x".repeat(121))).isEqualTo("x".repeat(120) + "…");
        assertThat(Printable.line("x".repeat(1000))).hasSize(1000);
    }
}
