package io.github.resnet4j.finetune.internal.checkpoint;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.train.EpochProgress;
import io.github.resnet4j.finetune.train.Position;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The whole state of a training run after a step. Whatever else a run needs follows from the position and the identity:
 * order of the data, augmentation and learning rate are functions of seed and position.
 *
 * @param position where the run stands
 * @param progress sums over the steps of the current pass, so that its log line does not forget them
 * @param parameters all parameters and statistics from the buffer's position to its limit; read, never changed
 * @param state what else has a value for every parameter, by name, likewise: what the optimiser remembers
 * @param identity what the run is, and what must be equal for it to go on: model, classes, optimiser, data, batch size,
 *     seed and so on
 */
public record Snapshot(
        Position position,
        EpochProgress progress,
        FloatBuffer parameters,
        Map<String, FloatBuffer> state,
        Map<String, String> identity) {
    /** Names that a file can have. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z-]{0,40}");

    public Snapshot {
        int size = parameters.remaining();
        Map<String, FloatBuffer> views = new TreeMap<>();
        state.forEach((name, values) -> {
            if (!isName(name)) {
                throw new IllegalArgumentException("not a name of a state: " + Printable.line(name));
            }
            if (values.remaining() != size) {
                throw new IllegalArgumentException("every parameter has a value of " + name + ", got " + size
                        + " parameters and " + values.remaining() + " values");
            }
            views.put(name, values.slice().asReadOnlyBuffer());
        });
        parameters = parameters.slice().asReadOnlyBuffer();
        state = Collections.unmodifiableMap(views);
        identity = Collections.unmodifiableMap(new TreeMap<>(identity));
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches() && !name.equals("parameters");
    }
}
