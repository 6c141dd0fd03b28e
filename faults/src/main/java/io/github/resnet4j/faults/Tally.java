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

    boolean isDone() {
        return trials >= asked;
    }

    /** One more trial. */
    void tried() {
        trials++;
        if (trials % 10 == 0 || isDone()) {
            session.say(
                    trials + " trials, asked: " + asked + (failures.isEmpty() ? "" : ", failed: " + failures.size()));
        }
    }

    /** The trial under way went wrong, unless {@code right}. */
    void check(boolean right, String failure) {
        if (!right) {
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
        Verdict verdict = !failures.isEmpty() ? Verdict.FAILED : isDone() && enough ? Verdict.MET : Verdict.SHORT;
        String words = failures.isEmpty()
                ? figure
                : figure + "; " + failures.size() + " failures: "
                        + String.join("; ", failures.subList(0, Math.min(SHOWN, failures.size())));
        return new Outcome(verdict, words, trials);
    }
}
