package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.audio.Sound;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.files.Printable;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The sounds that a protocol of ASVspoof 2019 lists, logical or physical access, train, development or evaluation. A line is
 *
 * <pre>LA_0079 LA_T_1138215 - - bonafide
 *PA_0080 PA_T_0005401 bcb AA spoof</pre>
 *
 * that is the speaker, the name of the file without {@code .flac}, the environment, the attack, and what it is. The classes are {@code
 * spoof} and {@code bonafide}, in this order: the second is real speech, as in published networks.
 */
public final class AsvSpoof2019 implements SoundDataset {
    /** The classes by label. */
    public static final List<String> CLASSES = List.of("spoof", "bonafide");

    private static final int MOST_BYTES = 64 << 20;
    private static final Pattern NAME = Pattern.compile("[\\w-]{1,64}");

    private final SoundFolder sounds;
    private final List<Line> lines;

    private record Line(String speaker, String name, String environment, String attack, int label) {}

    private AsvSpoof2019(SoundFolder sounds, List<Line> lines) {
        this.sounds = sounds;
        this.lines = lines;
    }

    /**
     * The sounds of a protocol; none is decoded yet.
     *
     * @param protocol such as {@code ASVspoof2019.LA.cm.train.trn.txt}
     * @param folder that the sounds are in, {@code NAME.flac} or {@code NAME.wav}, such as {@code
     *     ASVspoof2019_LA_train/flac}
     * @throws BadDataException naming everything that is wrong: a file that cannot be read or is no protocol, sounds that are listed
     *     twice or missing
     */
    public static AsvSpoof2019 open(Path protocol, Path folder) {
        DataProblems problems = new DataProblems();
        List<Line> lines = read(protocol, problems);
        problems.throwIfAny(protocol);
        if (lines.isEmpty()) {
            throw new BadDataException(protocol, "lists no sounds");
        }
        if (!Files.isDirectory(folder)) {
            throw new BadDataException(folder, "does not exist: name the folder that holds the protocol's sounds");
        }
        List<Path> files = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Line line : lines) {
            Path flac = folder.resolve(line.name + ".flac");
            Path file = Files.isRegularFile(flac) ? flac : folder.resolve(line.name + ".wav");
            if (Files.isRegularFile(file)) {
                files.add(file);
            } else {
                missing.add(line.name + ".flac");
            }
        }
        if (!missing.isEmpty()) {
            throw new BadDataException(
                    folder,
                    "lacks " + missing.size() + " of the " + lines.size() + " sounds that " + protocol + " lists: "
                            + DataProblems.names(missing));
        }
        int[] labels = lines.stream().mapToInt(Line::label).toArray();
        List<String> names =
                files.stream().map(file -> file.getFileName().toString()).toList();
        try {
            return new AsvSpoof2019(SoundFolder.listed(CLASSES, files, names, labels), lines);
        } catch (IOException e) {
            throw new BadDataException(folder, "cannot be read: " + FileProblem.reason(e), e);
        }
    }

    private static List<Line> read(Path protocol, DataProblems problems) {
        List<Line> lines = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int number = 0;
        for (String text : text(protocol)) {
            number++;
            String[] fields = text.strip().split("\\s+");
            String where = "line " + number;
            if (text.isBlank()) {
                continue;
            }
            int label = CLASSES.indexOf(fields[fields.length - 1]);
            if (fields.length != 5 || label < 0) {
                problems.add(() -> where + ", \"" + Printable.brief(text)
                        + "\", is not SPEAKER FILE ENVIRONMENT ATTACK bonafide|spoof");
            } else if (!NAME.matcher(fields[1]).matches()) {
                problems.add(() -> where + ": \"" + Printable.brief(fields[1]) + "\" is not the name of a sound");
            } else if (!names.add(fields[1])) {
                problems.add(() -> where + " lists " + fields[1] + " again");
            } else {
                lines.add(new Line(fields[0], fields[1], fields[2], fields[3], label));
            }
        }
        return List.copyOf(lines);
    }

    private static List<String> text(Path protocol) {
        try {
            if (!Files.isRegularFile(protocol)) {
                throw new BadDataException(protocol, Files.exists(protocol) ? "is not a file" : "does not exist");
            }
            if (Files.size(protocol) > MOST_BYTES) {
                throw new BadDataException(protocol, "is too large for a protocol: more than " + MOST_BYTES + " bytes");
            }
            return Files.readAllLines(protocol, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new BadDataException(protocol, "does not exist", e);
        } catch (CharacterCodingException e) {
            throw new BadDataException(protocol, "is not text, so no protocol", e);
        } catch (IOException e) {
            throw new BadDataException(protocol, "cannot be read: " + FileProblem.reason(e), e);
        }
    }

    /** Who speaks in sound {@code index}, such as {@code LA_0079}. */
    public String speaker(int index) {
        return lines.get(index).speaker;
    }

    /** Where sound {@code index} was replayed; {@code -} if it was not. */
    public String environment(int index) {
        return lines.get(index).environment;
    }

    /** What made sound {@code index}, such as {@code A01}; {@code -} for real speech. */
    public String attack(int index) {
        return lines.get(index).attack;
    }

    @Override
    public int size() {
        return lines.size();
    }

    @Override
    public List<String> classes() {
        return CLASSES;
    }

    @Override
    public int label(int index) {
        return lines.get(index).label;
    }

    @Override
    public String name(int index) {
        return sounds.name(index);
    }

    @Override
    public Sound sound(int index) {
        return sounds.sound(index);
    }

    @Override
    public String fingerprint() {
        return sounds.fingerprint();
    }

    @Override
    public long lastModified(int index) {
        return sounds.lastModified(index);
    }
}
