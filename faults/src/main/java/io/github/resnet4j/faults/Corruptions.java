package io.github.resnet4j.faults;

import io.github.resnet4j.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** T-3: a file of the newest checkpoint is damaged; the run must say so, name it, and go on from the one before. */
final class Corruptions implements Measurement {
    private static final int BEFORE = 16;
    private static final int NEWEST = 20;
    private static final List<String> SAVES = List.of("train.checkpoint-every=4", "train.keep-checkpoints=3");

    /** One of so many trials runs to its end; the others are over once they have resumed. */
    private static final int TO_THE_END = 10;

    private enum Kind {
        FLIPPED_BIT,
        TRUNCATED,
        DELETED,
        SWAPPED
    }

    @Override
    public Outcome in(Session session) throws IOException, InterruptedException {
        Path folder = session.folder("corruptions");
        TinyRun.writeConfig(folder, session.images());
        Program program = session.program(folder);
        program.succeed(TinyRun.train("whole", SAVES));
        Map<String, String> whole = TinyRun.of(folder, "whole").content();
        TinyRun base = TinyRun.of(folder, "base");
        try (Child child = program.start(TinyRun.train("base", SAVES))) {
            child.await(() -> base.newest() >= NEWEST && base.checkpoints().size() == 3);
            child.kill();
        }
        if (base.newest() != NEWEST || base.checkpoints().size() != 3) {
            throw new IOException("killed too late: " + base.checkpoints());
        }
        Tally tally = new Tally(session, session.trials(4, 200));
        Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
        Random random = session.random();
        int ended = 0;
        while (!tally.isDone()) {
            Kind kind = Kind.values()[(int) tally.trials() % Kind.values().length];
            TinyRun run = TinyRun.of(folder, "damaged");
            copy(base.folder(), run.folder());
            String file = damage(run, kind, random);
            try (Child child = program.start(TinyRun.train("damaged", SAVES, "--resume"))) {
                boolean toTheEnd = tally.trials() % TO_THE_END == 0;
                child.await(() -> !toTheEnd && child.says("resumed at iteration"));
                String err = child.err();
                String at = kind + " " + file;
                tally.check(
                        err.contains(String.format(Locale.ROOT, "ckpt-%09d: ", NEWEST)) && err.contains("skipped"),
                        at + " is not noticed: " + err);
                String named = file.replaceFirst("\\..*", "");
                tally.check(err.contains(named), at + " is not named: " + err);
                tally.check(err.contains("resumed at iteration " + BEFORE), at + " was not passed over: " + err);
                if (toTheEnd) {
                    int code = child.exitCode();
                    String differences = code == 0 ? run.differences(whole) : "exit code " + code;
                    tally.check(differences.isEmpty(), at + ": differs at the end: " + differences);
                    ended++;
                }
            }
            kinds.merge(kind, 1, Integer::sum);
            tally.tried();
        }
        String counts = kinds.entrySet().stream()
                .map(entry -> entry.getValue() + " "
                        + entry.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
        return tally.outcome(counts + ": each was named, the checkpoint before was taken; " + ended
                + " runs to their ends, which equal the undamaged run's");
    }

    private static String damage(TinyRun run, Kind kind, Random random) throws IOException {
        Path newest = run.path("checkpoints").resolve(String.format(Locale.ROOT, "ckpt-%09d", NEWEST));
        Path before = run.path("checkpoints").resolve(String.format(Locale.ROOT, "ckpt-%09d", BEFORE));
        List<Path> files;
        try (Stream<Path> all = Files.list(newest)) {
            files = all.sorted().toList();
        }
        Path file = files.get(random.nextInt(files.size()));
        switch (kind) {
            case FLIPPED_BIT -> Damage.flipBit(file, random);
            case TRUNCATED -> {
                byte[] bytes = Files.readAllBytes(file);
                Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            }
            case DELETED -> Files.delete(file);
            case SWAPPED -> Files.copy(before.resolve(file.getFileName()), file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file.getFileName().toString();
    }

    private static void copy(Path from, Path to) throws IOException {
        AtomicFile.deleteTree(to);
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }
}
