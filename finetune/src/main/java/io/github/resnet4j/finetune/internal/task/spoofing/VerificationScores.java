package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.quality.SpoofingScores;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The scores of the speaker verification that comes with ASVspoof 2019, such as {@code ASVspoof2019.LA.asv.dev.gi.trl.scores.txt}:
 * a line has what made the sound, whose voice it is said to be, and the score, the higher the rather that speaker's.
 *
 * <pre>bonafide target 12.25
 *bonafide nontarget -9.125
 *A01 spoof 3.5</pre>
 */
final class VerificationScores {
    private static final List<String> KINDS = List.of("target", "nontarget", "spoof");
    private static final int MOST = 10_000_000;
    private static final int MOST_BYTES = 512 << 20;

    private double[] scores = new double[1024];
    private byte[] kinds = new byte[1024];
    private int count;

    private VerificationScores() {}

    /**
     * How the verification errs, at the threshold of its own equal error rate.
     *
     * @throws BadDataException if the file cannot be read or has no scores of a kind, or the verification errs so much that the
     *     cost of what stands before it is not defined
     */
    static SpoofingScores.Verification read(Path file) {
        VerificationScores all = new VerificationScores();
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new BadDataException(file, "is too large for scores: more than " + MOST_BYTES + " bytes");
            }
            try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                int number = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    number++;
                    if (!line.isBlank()) {
                        all.add(file, number, line);
                    }
                }
            }
        } catch (CharacterCodingException e) {
            throw new BadDataException(file, "is not text, so no scores", e);
        } catch (IOException e) {
            throw new BadDataException(file, "cannot be read: " + FileProblem.reason(e), e);
        }
        return all.verification(file);
    }

    private void add(Path file, int number, String line) {
        String[] fields = line.strip().split("\\s+");
        int kind = fields.length == 3 ? KINDS.indexOf(fields[1]) : -1;
        double score = kind < 0 ? Double.NaN : number(fields[2]);
        if (!Double.isFinite(score)) {
            throw new BadDataException(
                    file,
                    "line " + number + ", \"" + Printable.brief(line)
                            + "\", is not ATTACK target|nontarget|spoof SCORE");
        }
        if (count == MOST) {
            throw new BadDataException(file, "has more than " + MOST + " scores");
        }
        if (count == scores.length) {
            scores = Arrays.copyOf(scores, 2 * count);
            kinds = Arrays.copyOf(kinds, 2 * count);
        }
        scores[count] = score;
        kinds[count++] = (byte) kind;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private double[] of(String kind) {
        double[] own = new double[count];
        int n = 0;
        for (int i = 0; i < count; i++) {
            if (kinds[i] == KINDS.indexOf(kind)) {
                own[n++] = scores[i];
            }
        }
        return Arrays.copyOf(own, n);
    }

    private SpoofingScores.Verification verification(Path file) {
        for (String kind : KINDS) {
            if (of(kind).length == 0) {
                throw new BadDataException(file, "has no scores of the kind " + kind);
            }
        }
        SpoofingScores.Verification verification =
                SpoofingScores.Verification.of(of("target"), of("nontarget"), of("spoof"));
        try {
            new SpoofingScores(new double[] {1}, new double[] {0}).minimumTandemCost(verification);
        } catch (IllegalArgumentException e) {
            throw new BadDataException(file, "does not help: " + e.getMessage(), e);
        }
        return verification;
    }
}
