package io.github.resnet4j.faults;

import io.github.resnet4j.datasets.ShapeImages;
import io.github.resnet4j.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** T-14: what is resumed must be the same run; every difference is named. */
final class ChangedRuns implements Measurement {
    private static final int USAGE = 2;

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("changed-runs");
        TinyRun.writeConfig(folder, session.images());
        Path others = session.folder("other-images");
        ShapeImages.write(others, 25, 20, 7);
        Path fewer = session.folder("fewer-classes");
        ShapeImages.write(fewer, 20, 20, 1);
        for (String part : List.of("train", "val")) {
            AtomicFile.deleteTree(fewer.resolve(part).resolve("star"));
        }
        Program program = session.program(folder);
        TinyRun run = TinyRun.of(folder, "begun");
        try (Child child = program.start(TinyRun.train("begun", List.of()))) {
            child.await(() -> run.newest() >= 3);
            child.kill();
        }
        List<String> checkpoints = run.checkpoints();
        Map<List<String>, String> cases = cases(others, fewer);
        Tally tally = new Tally(session, session.trials(2, cases.size()));
        for (Map.Entry<List<String>, String> one : cases.entrySet()) {
            if (tally.isDone()) {
                break;
            }
            try (Child child = program.start(TinyRun.train("begun", one.getKey(), "--resume"))) {
                int code = child.exitCode();
                tally.check(code == USAGE, one.getKey() + " ended with " + code + ": " + child.err());
                for (String word : one.getValue().split("; ")) {
                    tally.check(child.err().contains(word), one.getKey() + ": no word of " + word + ": " + child.err());
                }
            }
            tally.check(run.checkpoints().equals(checkpoints), one.getKey() + " changed the checkpoints");
            tally.tried();
        }
        try (Child child = program.env("OMP_NUM_THREADS", "2")
                .start(TinyRun.train("begun", List.of("data.workers=1"), "--resume"))) {
            int code = child.exitCode();
            tally.check(code == 0, "with another number of threads it ended with " + code + ": " + child.err());
        }
        return tally.outcome(
                tally.trials() + " changed configurations, one with three changes: exit code 2, each change named, the"
                        + " checkpoints untouched. The number of threads may change, and then the last bits may. There is no --force, which"
                        + " would mix two runs: --overwrite begins anew");
    }

    /** Settings, and the words that must be in what is said of them. */
    private static Map<List<String>, String> cases(Path others, Path fewer) {
        Map<List<String>, String> cases = new LinkedHashMap<>();
        cases.put(List.of("model.name=resnet32-cifar"), "network resnet32-cifar (was resnet20-cifar)");
        cases.put(List.of("model.options.shortcut=b"), "shortcut b (was a-end)");
        cases.put(List.of("data.dir='" + others + "'"), "data");
        cases.put(List.of("data.dir='" + fewer + "'"), "classes");
        cases.put(List.of("optimizer={type: adamw, lr: 0.05}"), "optimiser");
        cases.put(List.of("optimizer.momentum=0.8"), "momentum");
        cases.put(List.of("train.batch-size=5"), "batch size 5 (was 4)");
        cases.put(List.of("train.seed=4"), "seed 4 (was 3)");
        cases.put(List.of("data.augment=[{pad-crop: {padding: 1}}]"), "augmentation");
        cases.put(List.of("data.normalize=cifar10"), "mean");
        cases.put(List.of("schedule={type: cosine}"), "schedule");
        cases.put(List.of("train.ema-decay=0.5"), "decay of the average");
        cases.put(
                List.of("model.name=resnet32-cifar", "train.seed=4", "train.label-smoothing=0"),
                "network resnet32-cifar; seed 4; label smoothing");
        return cases;
    }
}
