package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tests of a module that every build runs shortly, run by Maven at full length: with {@code -Dfaults.full} and, for the server,
 * {@code -Dserving.full}. What they tried is read from their reports: a test may print lines {@code trials: N}.
 *
 * @param module whose tests these are
 * @param tests as {@code -Dtest} takes them
 * @param asked trials of the bar
 * @param figure what these tests show, behind their number. Lines {@code trials: N} and {@code figure: TEXT} that they print are
 *     added to it, and {@code short of: BAR} is the verdict
 */
record ModuleTests(String module, String tests, long asked, String figure) implements Measurement {
    private static final Pattern SUITE = Pattern.compile(
            "<testsuite [^>]*tests=\"(\\d+)\" errors=\"(\\d+)\" skipped=\"(\\d+)\" failures=\"(\\d+)\"");
    private static final Pattern FIGURE = Pattern.compile("(?m)^(?:.*CDATA\\[)?figure: (.+)$");
    private static final Pattern SHORT = Pattern.compile("(?m)^(?:.*CDATA\\[)?short of: (.+)$");
    private static final Pattern TRIALS = Pattern.compile("trials: (\\d+)");
    private static final Duration PATIENCE = Duration.ofHours(6);

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path reports = session.home().resolve(module).resolve("target").resolve("surefire-reports");
        Path log = session.work().resolve("maven-" + module + ".log");
        List<String> command = new ArrayList<>(List.of(
                session.home().resolve("mvnw").toString(),
                "-B",
                "-q",
                "-pl",
                module,
                "-am",
                "test",
                "-Dtest=" + tests,
                "-Dsurefire.failIfNoSpecifiedTests=false",
                "-Dspotless.check.skip"));
        if (session.full()) {
            command.addAll(List.of("-Dfaults.full=true", "-Dserving.full=true", "-Dtest.jit=-XX:+TieredCompilation"));
        }
        Instant start = Instant.now();
        Process maven = new ProcessBuilder(command)
                .directory(session.home().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean over = maven.waitFor(PATIENCE.toMinutes(), TimeUnit.MINUTES);
        if (!over) {
            maven.destroy();
        }
        Counts counts = counts(reports, start);
        boolean good = over && maven.exitValue() == 0 && counts.failures() == 0 && counts.tests() > 0;
        long trials = counts.trials() > 0 ? counts.trials() : counts.tests();
        String found = String.format(Locale.ROOT, "%,d %s", trials, figure)
                + counts.figures().stream().map(each -> "; " + each).collect(Collectors.joining())
                + (counts.skipped() > 0 ? "; " + counts.skipped() + " tests could not run here" : "");
        if (!good) {
            return new Outcome(Verdict.FAILED, found + "; " + counts.failures() + " tests failed, see " + log, trials);
        }
        boolean met = session.full() && trials >= asked && counts.missed().isEmpty();
        String missed = counts.missed().isEmpty() ? "" : "; short of " + String.join(", ", counts.missed());
        return new Outcome(met ? Verdict.MET : Verdict.SHORT, found + missed, trials);
    }

    /** What reports tell. */
    record Counts(long tests, long failures, long skipped, long trials, List<String> figures, List<String> missed) {}

    /** Of the reports that were written since. */
    static Counts counts(Path reports, Instant since) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(reports)) {
            files = all.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
                    .filter(file -> file.toFile().lastModified() >= since.toEpochMilli())
                    .toList();
        }
        long tests = 0;
        long failures = 0;
        long skipped = 0;
        long trials = 0;
        List<String> figures = new ArrayList<>();
        List<String> missed = new ArrayList<>();
        for (Path file : files) {
            String text = Files.readString(file);
            Matcher suite = SUITE.matcher(text);
            if (!suite.find()) {
                throw new IOException(file + ": no counts of tests");
            }
            tests += Long.parseLong(suite.group(1)) - Long.parseLong(suite.group(3));
            failures += Long.parseLong(suite.group(2)) + Long.parseLong(suite.group(4));
            skipped += Long.parseLong(suite.group(3));
            SHORT.matcher(text).results().forEach(line -> missed.add(line.group(1)));
            FIGURE.matcher(text).results().forEach(line -> figures.add(line.group(1)));
            Matcher lines = TRIALS.matcher(text);
            while (lines.find()) {
                trials += Long.parseLong(lines.group(1));
            }
        }
        return new Counts(tests, failures, skipped, trials, figures, missed);
    }
}
