package io.github.resnet4j.faults;

import java.util.ArrayList;
import java.util.List;

/** Counts trials and what went wrong in them. A row that tried nothing, or too little, has not met its bar. */
final class Tally {
    private static final int SHOWN = 3;

    private final Session session;
    private final long asked;
    private final List<String> failures = new ArrayList<>();
    private long trials;

    /** @param asked trials that the bar asks for in this session */
    Tally(Session session, long asked) {
        this.session = session;
        this.asked = asked;
    }

    long trials() {
        return trials;
    }

    /** Whether there is nothing more to try, or no more time for it. */
    boolean isDone() {
        return isComplete() || session.stopping().get();
    }

    private boolean isComplete() {
        return trials >= asked;
    }

    /** One more trial. That during which the session was stopped does not count: a signal may have reached its programs, too. */
    void tried() {
        if (session.stopping().get()) {
            return;
        }
        trials++;
        if (trials % 10 == 0 || isComplete()) {
            session.say(
                    trials + " trials, asked: " + asked + (failures.isEmpty() ? "" : ", failed: " + failures.size()));
        }
    }

    /** The trial under way went wrong, unless {@code right}. */
    void check(boolean right, String failure) {
        if (!right && !session.stopping().get()) {
            failures.add(failure);
            session.say("FAILED: " + failure);
        }
    }

    /** @param figure what was counted besides */
    Outcome outcome(String figure) {
        return outcome(true, figure);
    }

    /** @param enough whether what was counted besides reaches the bar */
    Outcome outcome(boolean enough, String figure) {
        Verdict verdict = !failures.isEmpty() ? Verdict.FAILED : isComplete() && enough ? Verdict.MET : Verdict.SHORT;
        String words = failures.isEmpty()
                ? figure
                : figure + "; " + failures.size() + " failures: "
                        + String.join("; ", failures.subList(0, Math.min(SHOWN, failures.size())));
        return new Outcome(verdict, words, trials);
    }
}
