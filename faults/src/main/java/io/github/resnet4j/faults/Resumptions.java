package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * T-4: runs with every lever of training on, killed at one of twenty steps and resumed, end with the same bytes as one that was
 * not killed. The steps lie within epochs, at their ends, before and after evaluations, thawing and changes of the learning rate.
 */
final class Resumptions implements Measurement {
    private static final int[] STEPS = {1, 2, 7, 8, 9, 13, 15, 16, 17, 20, 23, 24, 25, 30, 32, 39, 40, 41, 46, 47};
    private static final String GROUPS = "groups: [{parts: [stem, layer1], lr-factor: 0.5, thaw: 2}]";

    /** Optimiser by optimiser; dropout is only in the wide networks. */
    private static final Map<String, List<String>> VARIANTS = Map.of(
            "sgd", List.of("optimizer={type: sgd, lr: 0.05, " + GROUPS + "}"),
            "nesterov", List.of("optimizer={type: sgd, lr: 0.05, nesterov: true, " + GROUPS + "}"),
            "adamw",
                    List.of(
                            "optimizer={type: adamw, lr: 0.01, " + GROUPS + "}",
                            "model={name: wrn-16-4, options: {dropout: 0.3}}"));

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("resumptions");
        TinyRun.writeConfig(folder, session.images());
        Program program = session.program(folder).env("OMP_NUM_THREADS", "2");
        Tally tally = new Tally(session, session.trials(2, VARIANTS.size() * STEPS.length));
        for (String variant : List.of("sgd", "nesterov", "adamw")) {
            List<String> settings = VARIANTS.get(variant);
            if (tally.isDone()) {
                break;
            }
            program.succeed(TinyRun.train(variant, with(settings, "train.checkpoint-every=0")));
            Map<String, String> whole = TinyRun.of(folder, variant).content();
            for (int step : STEPS) {
                if (!tally.isDone()) {
                    resume(program, variant, settings, step, whole, tally);
                    tally.tried();
                }
            }
        }
        return tally.outcome(
                tally.trials() + " runs killed and resumed in two threads: SGD and Nesterov's momentum with stochastic"
                        + " depth, AdamW with dropout; all with augmentation, mixing, label smoothing, accumulation, clipping, an average of"
                        + " the weights, groups and thawing. Models, optimiser state and log equal those of runs that were not killed");
    }

    private static void resume(
            Program program, String variant, List<String> settings, int step, Map<String, String> whole, Tally tally)
            throws IOException, InterruptedException {
        String name = variant + step;
        TinyRun run = TinyRun.of(program.folder(), name);
        boolean evaluated = variant.equals("nesterov") && step % TinyRun.STEPS == 0;
        try (Child child = program.start(TinyRun.train(name, with(settings, "train.checkpoint-every=" + step)))) {
            child.await(() -> run.newest() >= step && (!evaluated || run.epochs() * TinyRun.STEPS >= step));
            tally.check(child.isAlive(), name + " ended before it was killed: " + child.err());
            child.kill();
        }
        try (Child child = program.start(TinyRun.train(name, with(settings, "train.checkpoint-every=0"), "--resume"))) {
            int code = child.exitCode();
            tally.check(code == 0 && child.err().contains("resumed at iteration "), name + ": " + child.err());
            String differences = code == 0 ? run.differences(whole) : "exit code " + code;
            tally.check(differences.isEmpty(), name + " differs from a run that was not killed: " + differences);
        }
    }

    static List<String> with(List<String> settings, String more) {
        ArrayList<String> all = new ArrayList<>(settings);
        all.add(more);
        return all;
    }
}
