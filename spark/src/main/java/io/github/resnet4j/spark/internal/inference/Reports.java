package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.finetune.quality.Calibration;
import io.github.resnet4j.spark.InferenceReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Puts together what tasks reported. */
public final class Reports {
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;

    private Reports() {}

    /**
     * The report of a run.
     *
     * @param parts all there are
     * @param all results of every part
     * @param now of these, results of this run
     * @param seconds this run took
     * @param evaluates whether there are metrics
     * @param classes the model's
     */
    public static InferenceReport of(
            int parts,
            List<PartResult> all,
            List<PartResult> now,
            double seconds,
            boolean evaluates,
            List<String> classes) {
        List<PartResult> ordered =
                all.stream().sorted(Comparator.comparingInt(PartResult::part)).toList();
        return new InferenceReport(
                ordered.stream().mapToLong(PartResult::images).sum(),
                ordered.stream().mapToLong(PartResult::errors).sum(),
                ordered.stream()
                        .flatMap(result -> result.problems().stream())
                        .limit(PartResult.MOST_PROBLEMS)
                        .toList(),
                parts,
                parts - now.size(),
                now.stream()
                        .mapToLong(result -> result.images() + result.errors())
                        .sum(),
                seconds,
                executors(now),
                evaluates ? Optional.of(metrics(ordered, classes)) : Optional.empty());
    }

    private static List<InferenceReport.Executor> executors(List<PartResult> results) {
        Map<String, List<PartResult>> byExecutor = new TreeMap<>();
        results.forEach(result -> byExecutor
                .computeIfAbsent(result.executor(), none -> new ArrayList<>())
                .add(result));
        List<InferenceReport.Executor> executors = new ArrayList<>();
        byExecutor.forEach((id, own) -> {
            long began = own.stream().mapToLong(PartResult::began).min().orElseThrow();
            long ended = own.stream().mapToLong(PartResult::ended).max().orElseThrow();
            PartResult.Times times =
                    own.stream().map(PartResult::times).reduce(PartResult.Times.NONE, PartResult.Times::plus);
            executors.add(new InferenceReport.Executor(
                    id,
                    own.size(),
                    own.stream()
                            .mapToLong(result -> result.images() + result.errors())
                            .sum(),
                    (ended - began) / MILLIS,
                    times.load() / NANOS,
                    times.read() / NANOS,
                    times.decode() / NANOS,
                    times.compute() / NANOS,
                    times.waiting() / NANOS,
                    times.turn() / NANOS,
                    times.write() / NANOS));
        });
        return executors;
    }

    /** Added up in the order of the images, as a single process adds them up: the same to the last bit. */
    private static InferenceReport.Metrics metrics(List<PartResult> results, List<String> classes) {
        long[][] confusion = new long[classes.size()][classes.size()];
        Calibration.Counter calibration = new Calibration.Counter();
        long images = 0;
        long right = 0;
        long inTop5 = 0;
        double loss = 0;
        for (PartResult result : results) {
            inTop5 += result.inTop5();
            for (PartResult.Answer answer : result.answers()) {
                boolean correct = answer.actual() == answer.predicted();
                images++;
                right += correct ? 1 : 0;
                loss += answer.loss();
                confusion[answer.actual()][answer.predicted()]++;
                calibration.add(answer.probability(), correct);
            }
        }
        double count = images;
        return new InferenceReport.Metrics(
                images, right / count, inTop5 / count, loss / count, calibration.calibration(), classes, confusion);
    }
}
