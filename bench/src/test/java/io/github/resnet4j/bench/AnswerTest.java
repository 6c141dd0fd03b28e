package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {
    @Test
    void readsWhatItWrites() throws IOException {
        Answer.Ready ready = new Answer.Ready(269722, "DL4J 1.0.0-M2.1, threads 2");
        assertThat(Answer.Ready.parse(ready.line())).isEqualTo(ready);
        Answer.Done done = new Answer.Done(Task.TRAIN, 256, 2.5);
        assertThat(Answer.Done.parse(Task.TRAIN, done.line())).isEqualTo(done);
        assertThat(done.imagesPerSecond()).isEqualTo(102.4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "train",
                "infer 128 1.0",
                "train 128",
                "train x 1.0",
                "train 128 0",
                "train 0 1.0",
                "train 1 NaN"
            })
    void refusesOtherAnswers(String line) {
        assertThatThrownBy(() -> Answer.Done.parse(Task.TRAIN, line))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("train IMAGES SECONDS")
                .hasMessageContaining("\"" + line + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ready", "ready 1", "ready many PyTorch", "hello 1 PyTorch"})
    void refusesOtherGreetings(String line) {
        assertThatThrownBy(() -> Answer.Ready.parse(line))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ready PARAMETERS DESCRIPTION");
    }
}
