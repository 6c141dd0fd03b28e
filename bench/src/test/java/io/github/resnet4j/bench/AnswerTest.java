package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {
    static Stream<Answer> answers() {
        return Stream.of(
                new Answer.Ready(269722, "PyTorch 1.13, threads 2"),
                new Answer.Absent("no torch; Debian: apt-get install python3-torch"),
                new Answer.Done(256, 2.5),
                new Answer.Failed("out of memory"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void readsWhatItWrites(Answer answer) throws ContestantException {
        assertThat(Answer.parse(answer.line())).isEqualTo(answer);
    }

    @Test
    void writesOneLineWhateverTheReason() {
        assertThat(new Answer.Failed("first\nsecond\r\n third ").line()).isEqualTo("failed first second third");
    }

    @Test
    void readsTheSecondsOfARequest() {
        assertThat(Answer.seconds(Answer.request(2.5))).isEqualTo(2.5);
    }

    @Test
    void imagesPerSecondAreImagesBySeconds() {
        assertThat(new Answer.Done(256, 2.5).imagesPerSecond()).isEqualTo(102.4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ready",
                "ready 1",
                "ready many PyTorch",
                "hello 1 PyTorch",
                "absent",
                "failed ",
                "done",
                "done 128",
                "done x 1.0",
                "done 128 0",
                "done 0 1.0",
                "done -1 1.0",
                "done 1 NaN",
                "done 1 Infinity",
                "done 1 1.0 more"
            })
    void refusesRubbishAndQuotesIt(String line) {
        assertThatThrownBy(() -> Answer.parse(line))
                .isInstanceOf(ContestantException.class)
                .hasMessage("answered \"" + line + "\", which is not a valid reply");
    }

    @Test
    void quotesOnlyTheStartOfLongRubbishAndNothingUnprintable() {
        assertThatThrownBy(() -> Answer.parse("\u001b[2J" + "x".repeat(5000)))
                .hasMessage("answered \"?[2J" + "x".repeat(56) + "...\", which is not a valid reply");
    }
}
