package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.checkpoint.Position;
import io.github.resnet4j.finetune.checkpoint.Snapshot;
import io.github.resnet4j.finetune.train.Trainer;
import java.nio.FloatBuffer;
import java.util.Map;

final class SnapshotPosition {
    private SnapshotPosition() {}

    static Trainer.Position position(Snapshot s) {
        return new Trainer.Position(s.position().iteration(), s.position().epoch(), s.position().batch());
    }

    static Trainer.EpochProgress progress(Snapshot s) {
        return Trainer.EpochProgress.NONE;
    }

    static Snapshot snapshot(Trainer.Position p, Trainer.EpochProgress progress, FloatBuffer parameters, FloatBuffer velocity, Map<String, String> identity) {
        return new Snapshot(new Position(p.iteration(), p.epoch(), p.batch()), 0, parameters, velocity, identity);
    }
}
