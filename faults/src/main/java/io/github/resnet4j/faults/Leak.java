package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** T-10: a long run of tiny steps, with evaluations and saves; memory, open files and threads are counted all the while. */
final class Leak implements Measurement {
    private static final double ALLOWED_MIB = 1;
    private static final int EPOCHS = 1250;

    /** What a process has at an iteration. */
    private record Sample(double iteration, double residentMib, int files, int threads) {}

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("leak");
        TinyRun.writeConfig(folder, session.images());
        int epochs = session.full() ? EPOCHS : 20;
        List<Sample> samples = new ArrayList<>();
        TinyRun run = TinyRun.of(folder, "long");
        int iterations = epochs * TinyRun.STEPS;
        Program program = session.program(folder).jvm("-Xmx256m");
        try (Child child = program.start(TinyRun.train(
                "long",
                List.of(
                        "train.epochs=" + epochs,
                        "train.checkpoint-every=0",
                        "train.eval-every=5",
                        "optimizer.groups=[]")))) {
            Path process = Path.of("/proc", String.valueOf(child.pid()));
            if (!Files.isDirectory(process)) {
                return Outcome.notRun("needs Linux's /proc");
            }
            while (child.isAlive()) {
                if (run.epochs() > epochs / 5) { // after the warm-up
                    try {
                        samples.add(new Sample(
                                (double) run.epochs() * TinyRun.STEPS,
                                value(process, "VmRSS") / 1024.0,
                                count(process.resolve("fd")),
                                value(process, "Threads")));
                    } catch (IOException e) {
                        break; // it has ended
                    }
                }
                Thread.sleep(session.full() ? 1000 : 100);
            }
            int code = child.exitCode();
            if (code != 0) {
                throw new IOException("ended with " + code + ": " + child.err());
            }
        }
        // The report at the end has threads and memory of its own.
        samples.removeIf(sample -> sample.iteration() > iterations * 0.98);
        double slope = slope(samples) * 1000;
        int files = spread(samples.stream().mapToInt(Sample::files).toArray());
        int threads = spread(samples.stream().mapToInt(Sample::threads).toArray());
        boolean met = session.full() && samples.size() > 50 && slope <= ALLOWED_MIB && files <= 4 && threads <= 2;
        return new Outcome(
                met ? Verdict.MET : Verdict.SHORT,
                String.format(
                        Locale.ROOT,
                        "%,d iterations, %d evaluations, %d saves: resident memory %+.2f MiB each 1,000 iterations after the first"
                                + " fifth (%d samples); open files vary by %d, threads by %d",
                        iterations,
                        epochs / 5,
                        epochs,
                        slope,
                        samples.size(),
                        files,
                        threads),
                iterations);
    }

    private static int value(Path process, String key) throws IOException {
        for (String line : Files.readAllLines(process.resolve("status"))) {
            if (line.startsWith(key + ":")) {
                return Integer.parseInt(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException(process + " has no " + key);
    }

    private static int count(Path folder) throws IOException {
        String[] names = folder.toFile().list();
        if (names == null) {
            throw new IOException(folder + " has gone");
        }
        return names.length;
    }

    private static int spread(int[] values) {
        int least = Integer.MAX_VALUE;
        int most = 0;
        for (int value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return values.length == 0 ? 0 : most - least;
    }

    /** Least squares. */
    private static double slope(List<Sample> samples) {
        double meanX = samples.stream().mapToDouble(Sample::iteration).average().orElse(0);
        double meanY =
                samples.stream().mapToDouble(Sample::residentMib).average().orElse(0);
        double above = 0;
        double below = 0;
        for (Sample sample : samples) {
            above += (sample.iteration() - meanX) * (sample.residentMib() - meanY);
            below += (sample.iteration() - meanX) * (sample.iteration() - meanX);
        }
        return below == 0 ? 0 : above / below;
    }
}
