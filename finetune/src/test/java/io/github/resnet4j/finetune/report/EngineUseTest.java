package io.github.resnet4j.finetune.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.engine.Engine;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EngineUseTest {
    private static final EngineUse ONEDNN = new EngineUse(Engine.ONEDNN, Optional.empty());

    @Test
    void saysWhatComputesAndWhy() {
        assertThat(ONEDNN.words()).isEqualTo("oneDNN engine");
        assertThat(new EngineUse(Engine.DL4J, Optional.empty()).words()).isEqualTo("DL4J (as requested)");
        assertThat(new EngineUse(Engine.DL4J, Optional.of("lstm1: not known")).words())
                .isEqualTo("DL4J (lstm1: not known)");
        assertThat(ONEDNN.history()).isEqualTo("onednn");
        assertThat(ONEDNN.mixed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            onednn       | onednn               | false
            dl4j         | dl4j, onednn         | true
            dl4j, onednn | dl4j, onednn         | true
            onednn, dl4j | onednn, dl4j, onednn | true
            """)
    void goesOnWithTheHistoryOfTheRun(String earlier, String history, boolean mixed) {
        EngineUse resumed = ONEDNN.after(earlier);
        assertThat(resumed.history()).isEqualTo(history);
        assertThat(resumed.mixed()).isEqualTo(mixed);
        assertThat(resumed.running()).isEqualTo(Engine.ONEDNN);
    }

    /** Either may be able to do only one of the two. */
    @Test
    void namesBothWhereTheyDiffer() {
        EngineUse dl4j = new EngineUse(Engine.DL4J, Optional.of("cut: not known"));
        assertThat(ONEDNN.evaluatedBy(ONEDNN)).isEqualTo(ONEDNN);
        assertThat(ONEDNN.evaluatedBy(dl4j).words())
                .isEqualTo("oneDNN engine for training, DL4J (cut: not known) for evaluation");
        assertThat(dl4j.evaluatedBy(ONEDNN).words())
                .isEqualTo("DL4J (cut: not known) for training, oneDNN engine for evaluation");
        assertThat(ONEDNN.evaluatedBy(dl4j).after("dl4j").evaluation()).contains(dl4j);
    }
}
