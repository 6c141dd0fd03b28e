package io.github.resnet4j.finetune.internal.checkpoint;

import io.github.resnet4j.finetune.train.EpochProgress;
import io.github.resnet4j.finetune.train.Position;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The whole state of a training run after a step. Whatever else a run needs follows from the position and the identity:
 * order of the data, augmentation and learning rate are functions of seed and position.
 *
 * @param position where the run stands
 * @param progress sums over the steps of the current pass, so that its log line does not forget them
 * @param parameters all parameters and statistics from the buffer's position to its limit; read, never changed
 * @param velocity the optimiser's state, one value per parameter
 * @param identity what the run is, and what must be equal for it to go on: model, classes, optimiser, data, batch size,
 *     seed and so on
 */
public record Snapshot(
        Position position,
        EpochProgress progress,
        FloatBuffer parameters,
        FloatBuffer velocity,
        Map<String, String> identity) {
    public Snapshot {
        if (parameters.remaining() != velocity.remaining()) {
            throw new IllegalArgumentException("every parameter has a velocity, got " + parameters.remaining()
                    + " parameters and " + velocity.remaining() + " velocities");
        }
        parameters = parameters.slice().asReadOnlyBuffer();
        velocity = velocity.slice().asReadOnlyBuffer();
        identity = Collections.unmodifiableMap(new TreeMap<>(identity));
    }
}
