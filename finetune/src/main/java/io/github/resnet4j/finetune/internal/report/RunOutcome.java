package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.quality.Interval;
import io.github.resnet4j.finetune.report.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run achieved from where, in how much time: as much as another run's report compares with.
 *
 * @param name of the run
 * @param start its initial weights
 * @param epochs trained in all
 * @param seconds it took, without its report
 * @param correct validation images that its {@code model.zip} classifies correctly
 * @param images all validation images
 * @param validation a hash of them: accuracies on different images do not compare
 */
public record RunOutcome(
        String name, String start, int epochs, double seconds, long correct, long images, String validation) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long MOST_BYTES = 1 << 25;

    public RunOutcome {
        if (epochs < 1 || !(seconds >= 0) || correct < 0 || images < 1 || correct > images) {
            throw new IllegalArgumentException("%d of %d images after %d epochs in %s s is not the outcome of a run"
                    .formatted(correct, images, epochs, seconds));
        }
    }

    /** The share of the images that is classified correctly. */
    public double top1() {
        return (double) correct / images;
    }

    /** Of {@link #top1}, 95 %. */
    public Interval top1Interval() {
        return Interval.wilson(correct, images);
    }

    /** How this compares with another on the same images, as a sentence. */
    public String beside(RunOutcome other) {
        double points = 100 * (top1() - other.top1());
        Interval own = top1Interval();
        Interval theirs = other.top1Interval();
        boolean apart = own.low() > theirs.high() || own.high() < theirs.low();
        String difference = correct == other.correct
                ? "as much as"
                : Numbers.fixed(Math.abs(points), 1) + (points > 0 ? " points more than" : " points less than");
        return "%s: %s, %s %s (%s), in %s as against %s; %s"
                .formatted(
                        name,
                        Numbers.percent(top1()),
                        difference,
                        other.name(),
                        Numbers.percent(other.top1()),
                        Numbers.duration(seconds),
                        Numbers.duration(other.seconds()),
                        apart
                                ? "the intervals do not overlap."
                                : "the intervals overlap: %s may be too few to tell the two apart."
                                        .formatted(Numbers.count(images, "image", "images")));
    }

    /**
     * Outcomes of complete runs, in their order.
     *
     * @param runs their folders
     * @throws UsageException with every folder that has no report, or none that can be read
     */
    public static List<RunOutcome> read(List<Path> runs) {
        List<String> problems = new ArrayList<>();
        List<RunOutcome> outcomes = new ArrayList<>();
        for (Path run : runs) {
            try {
                outcomes.add(read(run));
            } catch (UsageException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("; ", problems));
        }
        return outcomes;
    }

    private static RunOutcome read(Path run) {
        Path file = run.resolve(JsonReport.FILE);
        if (!Files.isRegularFile(file)) {
            throw new UsageException(run + ": is not the folder of a complete run, as it has no " + JsonReport.FILE);
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new UsageException(file + ": is too large for a report");
            }
            JsonNode report = JSON.readTree(Files.readAllBytes(file));
            return new RunOutcome(
                    report.required("name").asString(),
                    report.required("initialWeights").asString(),
                    report.required("epochs").asInt(),
                    report.required("seconds").asDouble(),
                    report.required("correct").asLong(),
                    report.required("images").asLong(),
                    report.required("validation").asString());
        } catch (IOException | JacksonException | IllegalArgumentException e) {
            throw new UsageException(file + ": does not tell a run's outcome; train it again, or leave it out");
        }
    }
}
