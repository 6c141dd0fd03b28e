package io.github.resnet4j.bench;

import io.github.resnet4j.datasets.audio.LogSpectrogram;
import io.github.resnet4j.datasets.audio.Sound;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Four seconds of sound to the log-power spectrogram that Spec-ResNet takes, in turns with the same by numpy and scipy, in
 * double precision. Counted is the time that one thread spends on its processor. Arguments: a Python with scipy, its script,
 * and the rounds.
 */
public final class SoundBenchmark {
    private static final int SOUNDS = 200;
    private static final int WARM_UPS = 5;

    private SoundBenchmark() {}

    /** See the class. */
    public static void main(String[] args) throws IOException {
        Process peer = new ProcessBuilder(args[0], args[1], String.valueOf(SOUNDS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader answers = peer.inputReader(StandardCharsets.UTF_8);
                PrintStream questions = new PrintStream(peer.getOutputStream(), true, StandardCharsets.UTF_8)) {
            System.out.println("Java " + System.getProperty("java.version") + "; peer " + answers.readLine());
            run(Integer.parseInt(args[2]), questions, answers);
        } finally {
            peer.destroy();
        }
    }

    private static void run(int rounds, PrintStream questions, BufferedReader answers) throws IOException {
        List<Double> our = new ArrayList<>();
        List<Double> their = new ArrayList<>();
        Sound sound = noise();
        for (int round = -WARM_UPS; round < rounds; round++) {
            double speed = measure(sound);
            questions.println("stft");
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("the peer ended without an answer");
            }
            if (round >= 0) {
                our.add(speed);
                their.add(SOUNDS / Double.parseDouble(answer));
            }
        }
        Series mine = new Series(our);
        Series theirs = new Series(their);
        System.out.printf("%-32s %20s %20s   ratio%n", "sounds/s of one core", "resnet4j", "scipy");
        System.out.printf(
                Locale.ROOT, "%-32s %20s %20s %7.2f%n", "stft", text(mine), text(theirs), mine.ratioTo(theirs));
    }

    private static Sound noise() {
        Random random = new Random(1);
        float[] samples = new float[LogSpectrogram.SPEC_RESNET.samples()];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) random.nextGaussian() / 8;
        }
        return new Sound(samples, LogSpectrogram.SPEC_RESNET.rate());
    }

    private static double measure(Sound sound) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < SOUNDS; i++) {
            LogSpectrogram.SPEC_RESNET.map(sound);
        }
        return SOUNDS / ((ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e9);
    }

    private static String text(Series series) {
        return String.format(Locale.ROOT, "%.0f (%.0f-%.0f)", series.median(), series.min(), series.max());
    }
}
