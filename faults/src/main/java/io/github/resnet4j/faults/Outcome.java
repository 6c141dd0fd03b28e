package io.github.resnet4j.faults;

/**
 * What a row found.
 *
 * @param verdict on the bar
 * @param figure the number that the verdict rests on, in words
 * @param trials how often it was tried
 */
record Outcome(Verdict verdict, String figure, long trials) {
    /** Of what this machine cannot do. */
    static Outcome notRun(String why) {
        return new Outcome(Verdict.NOT_RUN, why, 0);
    }
}
