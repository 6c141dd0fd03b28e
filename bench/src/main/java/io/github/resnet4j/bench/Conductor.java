package io.github.resnet4j.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Conducts a run: for each workload, starts the contestants and then has them compute in turns, round by round. Only
 * one computes at a time. A contestant that dies, hangs or answers nonsense drops out of that workload; the others go
 * on.
 */
final class Conductor {
    private static final double WARM_UP_SECONDS = 5;
    /** Roughly the time of a start; only for estimating the time left. */
    private static final double START_SECONDS = 8;
    /** A contestant that takes this many seconds longer than asked for one batch gets only one round. */
    private static final double SLOW_SECONDS = 20;

    private final Settings settings;
    private final Setup setup;
    private final Function<Who, Launcher> programs;
    private final Duration patience;
    private final Children children;
    private final Progress progress;
    private final Machine machine = Machine.here();
    private final Map<Who, String> absent = new EnumMap<>(Who.class);
    private final List<Row> rows = new ArrayList<>();

    /** A contestant in a workload. */
    private static final class Entrant {
        private final Who who;
        private final List<Double> rounds = new ArrayList<>();
        private String description = "";
        private Optional<Contestant> contestant = Optional.empty();
        private Optional<String> failure = Optional.empty();
        private int turns;

        Entrant(Who who, int turns) {
            this.who = who;
            this.turns = turns;
        }

        boolean hasTurn(int round) {
            return failure.isEmpty() && round <= turns;
        }
    }

    /**
     * @param settings what to measure
     * @param setup what contestants run with
     * @param programs of the contestants; {@link Who#program} but in tests
     * @param patience how long to wait for a start, or for a turn beyond what was asked for
     * @param children where the contestants are registered
     * @param progress where to report progress
     */
    Conductor(
            Settings settings,
            Setup setup,
            Function<Who, Launcher> programs,
            Duration patience,
            Children children,
            Progress progress) {
        this.settings = settings;
        this.setup = setup;
        this.programs = programs;
        this.patience = patience;
        this.children = children;
        this.progress = progress;
    }

    /**
     * Measures everything.
     *
     * @param checkpoint receives the results so far after every workload
     * @throws InterruptedException if the run was stopped
     */
    Results run(Consumer<Results> checkpoint) throws InterruptedException {
        if (machine.busy()) {
            progress.say(
                    "the load is %.1f on %d cores: other programs are running, so the figures will be low",
                    machine.load(), machine.cores());
        }
        for (Workload workload : settings.workloads()) {
            progress.plan(
                    settings.entrants(workload).size() * (startSeconds() + settings.rounds() * settings.seconds()));
        }
        for (Workload workload : settings.workloads()) {
            measure(workload);
            checkpoint.accept(results());
        }
        return results();
    }

    private Results results() {
        return new Results(settings, machine, new EnumMap<>(absent), List.copyOf(rows));
    }

    private double warmUp() {
        return Math.min(WARM_UP_SECONDS, settings.seconds());
    }

    private double startSeconds() {
        return START_SECONDS + warmUp();
    }

    private void measure(Workload workload) throws InterruptedException {
        List<Entrant> entrants = new ArrayList<>();
        try {
            for (Who who : settings.entrants(workload)) {
                if (absent.containsKey(who)) {
                    drop(1, startSeconds());
                    continue;
                }
                Entrant entrant = new Entrant(who, settings.rounds());
                if (start(entrant, workload)) {
                    entrants.add(entrant);
                }
            }
            List<Entrant> order = new ArrayList<>(entrants);
            for (int round = 1; round <= settings.rounds(); round++) {
                for (Entrant entrant : order) {
                    if (entrant.hasTurn(round)) {
                        turn(entrant, workload, round);
                    }
                }
                // The order rotates, so that no contestant always comes first or after the same one.
                Collections.rotate(order, -1);
            }
        } finally {
            entrants.forEach(entrant -> entrant.contestant.ifPresent(Contestant::close));
        }
        for (Entrant entrant : entrants) {
            rows.add(new Row(workload, entrant.who, entrant.description, entrant.rounds, entrant.failure));
        }
    }

    /** Starts and warms up; false if it is not there at all. */
    private boolean start(Entrant entrant, Workload workload) throws InterruptedException {
        Who who = entrant.who;
        progress.sayLeft("%s: %s starts and warms up", workload.title(), who.word());
        try {
            Launch launch = programs.apply(who).launch(setup, workload);
            Path errors = setup.scratch().resolve(who.word() + ".err");
            Contestant contestant = Contestant.start(launch, errors, children);
            entrant.contestant = Optional.of(contestant);
            entrant.description = contestant.greet(workload.built().parameters(), patience);
            progress.say("%s: %s", who.word(), entrant.description);
            Answer.Done done = contestant.turn(warmUp(), patience);
            progress.done(startSeconds());
            if (done.seconds() > warmUp() + SLOW_SECONDS && settings.rounds() > 1) {
                progress.say("%s takes %.0f s for a batch: one round only", who.word(), done.seconds());
                entrant.turns = 1;
                drop(2, 0);
            }
        } catch (AbsentException e) {
            absent.put(who, e.getMessage());
            progress.say("%s: skipped, %s", who.word(), e.getMessage());
            entrant.contestant.ifPresent(Contestant::close);
            drop(1, startSeconds());
            return false;
        } catch (ContestantException e) {
            fail(entrant, e);
            drop(1, startSeconds());
        }
        return true;
    }

    private void turn(Entrant entrant, Workload workload, int round) throws InterruptedException {
        try {
            Contestant contestant = entrant.contestant.orElseThrow();
            Answer.Done done = contestant.turn(settings.seconds(), patience);
            entrant.rounds.add(done.imagesPerSecond());
            progress.done(settings.seconds());
            progress.sayLeft(
                    "%s: round %d of %d: %-21s %9.1f images/s",
                    workload.title(), round, settings.rounds(), entrant.who.word(), done.imagesPerSecond());
        } catch (ContestantException e) {
            fail(entrant, e);
            drop(round, 0);
        }
    }

    private void fail(Entrant entrant, ContestantException why) throws InterruptedException {
        if (children.closed()) {
            throw new InterruptedException("the run was stopped");
        }
        entrant.failure = Optional.of(why.getMessage());
        progress.say("%s: %s; the others go on", entrant.who.word(), why.getMessage());
        entrant.contestant.ifPresent(contestant -> {
            contestant.close();
            contestant.lastErrors(10).forEach(line -> progress.say("  %s", line));
        });
    }

    /** Somebody's rounds from this one on, and seconds before them, will not be. */
    private void drop(int round, double before) {
        progress.plan(-before - (settings.rounds() - round + 1) * settings.seconds());
    }
}
