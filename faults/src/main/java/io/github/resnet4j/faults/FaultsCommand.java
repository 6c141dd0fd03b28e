package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code faults/run.sh}: measures the bars of reliability, one row after another. */
@Command(
        name = "faults/run.sh",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = {
            "Kills, stops and starves whole programs and checks what they leave.",
            "Without ROWs, runs those that have no result yet. Ctrl-C ends a row with the trial under way and writes what was tried."
        })
public final class FaultsCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "ROW", description = "Such as T-1; a result that is there is replaced.")
    private List<String> rows = List.of();

    @Option(names = "--short", description = "Shortly, to see that the rows work; the results are shown, not kept.")
    private boolean shortly;

    @Option(names = "--minutes", paramLabel = "N", description = "How long the soak (T-18) runs.", defaultValue = "60")
    private long minutes;

    @Option(names = "--seed", paramLabel = "S", description = "Decides when faults happen.", defaultValue = "1")
    private long seed;

    @Option(names = "--work", paramLabel = "DIR", description = "Where the runs are written; default: a new folder.")
    private Path work;

    @Option(names = "--results", paramLabel = "DIR", description = "Where the results are written; default: results.")
    private Path results;

    @Option(names = "--page", description = "Only write the page of the results that are there.")
    private boolean page;

    @Option(names = "--list", description = "Only list the rows.")
    private boolean list;

    /** Runs and exits with 1 if a row failed. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FaultsCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (list) {
            Bars.ALL.forEach(bar -> spec.commandLine().getOut().println(bar.id() + "  " + bar.asked()));
            return 0;
        }
        Path home = Path.of(System.getProperty("resnet4j.home", ".")).toAbsolutePath();
        Results kept = new Results(results == null ? home.resolve("results") : results.toAbsolutePath());
        if (page) {
            kept.writePage(Bars.ALL);
            return 0;
        }
        Path folder = work == null ? Files.createTempDirectory("faults") : Files.createDirectories(work);
        Session session =
                new Session(home, folder.toRealPath(), !shortly, Duration.ofMinutes(minutes), seed, System.err);
        List<Bar> bars = chosen(kept);
        CountDownLatch written = stopsWhole(session);
        try {
            return measure(bars, session, kept) ? 0 : FAILED;
        } finally {
            written.countDown();
        }
    }

    /** Whether no row failed. */
    private boolean measure(List<Bar> bars, Session session, Results kept) throws IOException, InterruptedException {
        boolean good = true;
        for (Bar bar : bars) {
            Optional<Result> measured = measure(bar, session);
            if (measured.isPresent()) {
                Result result = measured.get();
                spec.commandLine()
                        .getOut()
                        .println(bar.id() + ": " + result.verdict().words() + ": " + result.figure() + " ("
                                + result.seconds() + " s)");
                spec.commandLine().getOut().flush();
                good &= result.verdict() != Verdict.FAILED;
                if (!shortly) {
                    kept.write(result);
                    kept.writePage(Bars.ALL);
                }
            }
            if (session.stopping().get()) {
                break;
            }
        }
        return good;
    }

    private List<Bar> chosen(Results kept) throws IOException {
        List<Bar> chosen = new ArrayList<>();
        if (rows.isEmpty()) {
            for (Bar bar : Bars.ALL) {
                if (shortly || kept.of(bar).isEmpty()) {
                    chosen.add(bar);
                }
            }
        }
        for (String row : rows) {
            Optional<Bar> bar = Bars.ALL.stream()
                    .filter(one -> one.id().equalsIgnoreCase(row))
                    .findFirst();
            chosen.add(bar.orElseThrow(
                    () -> new ParameterException(spec.commandLine(), row + ": no such row; --list shows them")));
        }
        return chosen;
    }

    /** Has a signal end the row after the trial under way, and the process only once the row's result is written. */
    private static CountDownLatch stopsWhole(Session session) {
        CountDownLatch written = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (written.getCount() > 0) {
                session.stopping().set(true);
                session.say("stopped; what was tried so far is written once the trial under way has ended");
                try {
                    written.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }));
        return written;
    }

    /** Empty if the session was stopped, and the row could not go on. */
    private Optional<Result> measure(Bar bar, Session session) throws InterruptedException {
        session.say(bar.id() + ": " + bar.asked());
        long start = System.nanoTime();
        Outcome outcome;
        try {
            outcome = bar.measurement().in(session);
        } catch (IOException | RuntimeException e) { // the other rows are still worth running
            if (session.stopping().get()) {
                return Optional.empty();
            }
            outcome = new Outcome(Verdict.FAILED, "could not be measured: " + e, 0);
        }
        long seconds = Math.round((System.nanoTime() - start) / 1e9);
        boolean soak = bar.id().equals(Bars.SOAK);
        return Optional.of(new Result(
                bar.id(),
                bar.asked(),
                outcome.verdict(),
                outcome.figure(),
                outcome.trials(),
                session.full(),
                seconds,
                "faults/run.sh " + bar.id() + (soak ? " --minutes " + minutes : "")
                        + (seed == 1 ? "" : " --seed " + seed),
                LocalDate.now().toString(),
                Machine.words()));
    }
}
