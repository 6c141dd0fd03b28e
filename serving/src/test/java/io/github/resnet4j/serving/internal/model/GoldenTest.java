package io.github.resnet4j.serving.internal.model;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.serving.ModelRefusedException;
import io.github.resnet4j.serving.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model is served only if it answers as DL4J's layers do. */
final class GoldenTest {
    @TempDir
    Path folder;

    @Test
    void refusesOtherAnswers() {
        SourceModel source = TinyModel.open(TinyModel.write(folder.resolve("tiny.zip"), 1));
        Golden golden = Golden.of(source);
        try (Predictor predictor = Predictor.open(source, 5, Engine.AUTO)) {
            for (int maxBatch : List.of(1, 2, 5)) {
                assertThatNoException().isThrownBy(() -> golden.require(predictor, maxBatch));
            }
            for (int image = 0; image < 3; image++) {
                Golden probabilities = new Golden(
                        "a model", golden.images(), changed(golden.probabilities(), image), golden.features());
                assertThatExceptionOfType(ModelRefusedException.class)
                        .isThrownBy(() -> probabilities.require(predictor, 1))
                        .withMessageContaining(
                                "a model: its probabilities for fixed images differ by 0.00030 from DL4J's own");
                Golden features = new Golden(
                        "a model", golden.images(), golden.probabilities(), changed(golden.features(), image));
                assertThatExceptionOfType(ModelRefusedException.class)
                        .isThrownBy(() -> features.require(predictor, 1))
                        .withMessageContaining("its features");
            }
        }
    }

    @Test
    void refusesAnotherModelsAnswers() {
        SourceModel first = TinyModel.open(TinyModel.write(folder.resolve("first.zip"), 1));
        SourceModel second = TinyModel.open(TinyModel.write(folder.resolve("second.zip"), 2));
        Golden golden = Golden.of(first);
        try (Predictor predictor = Predictor.open(second, 1, Engine.AUTO)) {
            assertThatExceptionOfType(ModelRefusedException.class).isThrownBy(() -> golden.require(predictor, 1));
        }
    }

    /** The first value of one row by 3e-4 of the largest. */
    private static List<float[]> changed(List<float[]> rows, int which) {
        List<float[]> changed = new ArrayList<>(rows);
        float[] row = rows.get(which).clone();
        float scale = 1;
        for (float value : row) {
            scale = Math.max(scale, Math.abs(value));
        }
        row[0] += 3e-4f * scale;
        changed.set(which, row);
        return changed;
    }
}
