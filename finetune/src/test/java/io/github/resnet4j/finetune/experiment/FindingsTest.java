package io.github.resnet4j.finetune.experiment;

import static io.github.resnet4j.finetune.config.Measure.LESION_ERROR;
import static io.github.resnet4j.finetune.config.Measure.TEST_ERROR;
import static io.github.resnet4j.finetune.config.Measure.TRAINING_ERROR;
import static io.github.resnet4j.finetune.config.Measure.TRAINING_TIME;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.finetune.config.Claim;
import io.github.resnet4j.finetune.config.RunLabel;
import io.github.resnet4j.finetune.report.ExperimentReport.Answer;
import io.github.resnet4j.finetune.report.ExperimentReport.Finding;
import io.github.resnet4j.finetune.report.ExperimentReport.Line;
import io.github.resnet4j.finetune.report.Spread;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FindingsTest {
    /** A run with these test errors; training errors are half of them, and a test error of 0.1 takes 1 ms. */
    private static Line line(String label, double... errors) {
        return new Line(
                label,
                "net",
                Optional.empty(),
                Optional.empty(),
                12,
                164,
                List.of(),
                Spread.of(errors),
                Spread.of(Arrays.stream(errors).map(error -> error / 2).toArray()),
                Spread.of(Arrays.stream(errors).map(error -> error / 100).toArray()),
                Spread.of(Arrays.stream(errors).map(error -> 2 * error).toArray()));
    }

    private static RunLabel run(String label) {
        return new RunLabel(label);
    }

    private static Finding judge(Claim claim, Line... lines) {
        return new Findings(List.of(lines)).of(claim);
    }

    private static final Claim HIGHER = new Claim.Comparison(run("b"), Claim.Relation.HIGHER, TRAINING_ERROR, run("a"));
    private static final Claim LOWER = new Claim.Comparison(run("b"), Claim.Relation.LOWER, TEST_ERROR, run("a"));

    @Test
    void comparesTwoRuns() {
        assertThat(judge(HIGHER, line("a", 0.306), line("b", 0.482)).line())
                .isEqualTo("b has a higher training error than a: yes, 24.10% against 15.30%");
        assertThat(judge(HIGHER, line("a", 0.482), line("b", 0.306)).line())
                .isEqualTo("b has a higher training error than a: no, 15.30% against 24.10%");
        assertThat(judge(LOWER, line("a", 0.2), line("b", 0.1)).line())
                .isEqualTo("b has a lower test error than a: yes, 10.00% against 20.00%");
        assertThat(judge(LOWER, line("a", 0.1), line("b", 0.1)).answer()).isEqualTo(Answer.NO);
        assertThat(judge(HIGHER, line("a", 0.1), line("b", 0.1)).answer()).isEqualTo(Answer.NO);
    }

    @Test
    void comparesNetworksWithoutABlock() {
        Claim claim = new Claim.Comparison(run("b"), Claim.Relation.LOWER, LESION_ERROR, run("a"));
        assertThat(judge(claim, line("a", 0.45), line("b", 0.1)).line())
                .isEqualTo("b has a lower test error without a block than a: yes, 20.00% against 90.00%");
    }

    @Test
    void saysWhetherSeedsCouldHaveMadeTheDifference() {
        assertThat(judge(LOWER, line("a", 0.20, 0.22), line("b", 0.10, 0.12)).figures())
                .isEqualTo("11.00% ± 1.41 against 21.00% ± 1.41; the difference, 10.00 points, exceeds the spread over"
                        + " the seeds, 2.00 points");
        assertThat(judge(LOWER, line("a", 0.20, 0.10), line("b", 0.11, 0.17)).line())
                .isEqualTo("b has a lower test error than a: yes, 14.00% ± 4.24 against 15.00% ± 7.07; the difference,"
                        + " 1.00 points, is within the spread over the seeds, 8.25 points: more seeds would tell");
        assertThat(judge(LOWER, line("a", 0.20), line("b", 0.10, 0.12)).figures())
                .as("one seed has no spread")
                .isEqualTo("11.00% ± 1.41 against 20.00%");
    }

    @Test
    void isOpenUntilItsRunsAreDone() {
        Finding open = judge(LOWER, line("a"), line("b", 0.1), line("c"));
        assertThat(open.answer()).isEqualTo(Answer.OPEN);
        assertThat(open.line()).isEqualTo("b has a lower test error than a: not known yet, since a has no result");
        assertThat(judge(LOWER, line("a"), line("b")).figures()).isEqualTo("since b and a have no result");
        assertThat(judge(new Claim.Lowest(run("b"), TEST_ERROR), line("a"), line("b", 0.1))
                        .answer())
                .isEqualTo(Answer.OPEN);
        assertThat(judge(LOWER, line("a", 0.2), line("b", 0.1), line("c")).answer())
                .as("c does not matter")
                .isEqualTo(Answer.YES);
    }

    @Test
    void findsTheLowest() {
        Claim lowest = new Claim.Lowest(run("b"), TEST_ERROR);
        assertThat(judge(lowest, line("a", 0.2), line("b", 0.1), line("c", 0.15))
                        .line())
                .isEqualTo("b has the lowest test error of all: yes, 10.00% against 15.00% of the next, c");
        assertThat(judge(lowest, line("a", 0.2), line("b", 0.3), line("c", 0.25))
                        .line())
                .isEqualTo("b has the lowest test error of all: no, 30.00% against 20.00% of a");
        assertThat(judge(lowest, line("b", 0.3)).line())
                .isEqualTo("b has the lowest test error of all: yes, 30.00%, the only run");
    }

    @Test
    void checksAnOrder() {
        Claim ranking = new Claim.Ranking(
                Stream.of("a", "b", "c").map(FindingsTest::run).toList(), TEST_ERROR);
        assertThat(judge(ranking, line("c", 0.3), line("b", 0.2), line("a", 0.1))
                        .line())
                .isEqualTo("test error grows in the order a, b, c: yes, a 10.00%, b 20.00%, c 30.00%");
        assertThat(judge(ranking, line("a", 0.1), line("b", 0.3), line("c", 0.2))
                        .line())
                .isEqualTo(
                        "test error grows in the order a, b, c: no, a 10.00%, c 20.00%, b 30.00%; 2 of 3 pairs are in"
                                + " this order");
        assertThat(judge(ranking, line("a", 0.1, 0.2), line("b", 0.15, 0.19), line("c", 0.5, 0.5))
                        .figures())
                .endsWith("; within the spread over the seeds: a and b");
    }

    @Test
    void checksADifference() {
        Claim within = new Claim.Within(run("a"), run("b"), TEST_ERROR, 0.5);
        assertThat(judge(within, line("a", 0.066), line("b", 0.069)).line())
                .isEqualTo("a and b differ in test error by at most 0.50 points: yes, 6.60% and 6.90%, a difference of"
                        + " 0.30 points");
        assertThat(judge(within, line("a", 0.08), line("b", 0.07)).answer()).isEqualTo(Answer.NO);
        assertThat(judge(within, line("a", 0.07), line("b", 0.08)).answer()).isEqualTo(Answer.NO);
    }

    @Test
    void checksARatio() {
        Claim ratio = new Claim.Ratio(run("b"), run("a"), TRAINING_TIME, 0.75, 0.05);
        assertThat(judge(ratio, line("a", 0.2), line("b", 0.154)).line())
                .isEqualTo("b has about 0.75 times the training time of a: yes, 0.770 times, 1.54 ms per image against"
                        + " 2.00 ms per image (accepted: 0.75 ± 0.05)");
        assertThat(judge(ratio, line("a", 0.2), line("b", 0.17)).answer()).isEqualTo(Answer.NO);
        assertThat(judge(ratio, line("a", 0.2), line("b", 0.13)).answer()).isEqualTo(Answer.NO);
    }
}
