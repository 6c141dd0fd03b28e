package io.github.resnet4j.finetune.internal.task.spoofing;

import io.github.resnet4j.datasets.AsvSpoof2019;
import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.Samples;
import io.github.resnet4j.datasets.SoundDataset;
import io.github.resnet4j.datasets.SoundFolder;
import io.github.resnet4j.datasets.audio.Sound;
import io.github.resnet4j.datasets.audio.SoundFeature;
import io.github.resnet4j.datasets.loader.SampleSource;
import io.github.resnet4j.files.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Sounds of two classes, spoofed and real, of which each spoofed one was made by an attack. What is in a folder of class
 * folders is real if its folder is called so, and the other folders are attacks.
 */
final class SpoofingSounds implements Samples {
    /** As in published networks: the second output is that of real speech. */
    static final List<String> CLASSES = AsvSpoof2019.CLASSES;

    /** The label of real speech. */
    static final int REAL = CLASSES.indexOf("bonafide");

    private static final Set<String> REAL_NAMES = Set.of("bonafide", "bona-fide", "genuine", "human", "real");

    private final SoundDataset sounds;
    private final int[] indices;
    private final String fingerprint;

    private SpoofingSounds(SoundDataset sounds, int[] indices) {
        this.sounds = sounds;
        this.indices = indices;
        Digest sum = Digest.sha256();
        for (int index : indices) {
            sum.add(sounds.fingerprint(), index);
        }
        this.fingerprint = sum.hex();
    }

    /**
     * All sounds of a folder of class folders.
     *
     * @throws BadDataException also if not exactly one folder is called as real speech is
     */
    static SpoofingSounds folder(Path root) {
        return of(SoundFolder.open(root), root);
    }

    /** All sounds of a protocol of ASVspoof 2019. */
    static SpoofingSounds protocol(Path protocol, Path folder) {
        return of(AsvSpoof2019.open(protocol, folder), protocol);
    }

    /** The part of a folder to measure on: {@code test} or {@code val} of class folders, if there is one, else all of it. */
    static SpoofingSounds evaluation(Path root) {
        for (String part : SpoofingData.HELD_OUT) {
            if (Files.isDirectory(root.resolve(part))) {
                return folder(root.resolve(part));
            }
        }
        return folder(root);
    }

    private static SpoofingSounds of(SoundDataset sounds, Path where) {
        List<String> real =
                sounds.classes().stream().filter(SpoofingSounds::isReal).toList();
        if (real.size() != 1) {
            throw new BadDataException(
                    where,
                    "has the classes " + String.join(", ", sounds.classes()) + ", of which "
                            + (real.isEmpty() ? "none is" : "more than one is")
                            + " called as real speech is: name one folder bonafide, and each of the others after what made"
                            + " its sounds");
        }
        return new SpoofingSounds(sounds, IntStream.range(0, sounds.size()).toArray());
    }

    private static boolean isReal(String name) {
        return REAL_NAMES.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Those that a predicate takes, by their index here. */
    SpoofingSounds filtered(IntPredicate wanted) {
        return new SpoofingSounds(
                sounds,
                IntStream.range(0, indices.length)
                        .filter(wanted)
                        .map(i -> indices[i])
                        .toArray());
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public List<String> classes() {
        return CLASSES;
    }

    @Override
    public int label(int index) {
        return isReal(sounds.classes().get(sounds.label(indices[index]))) ? REAL : 1 - REAL;
    }

    /** What made a sound; of real speech, what it is called. */
    String attack(int index) {
        int at = indices[index];
        return sounds instanceof AsvSpoof2019 listed && label(index) != REAL
                ? listed.attack(at)
                : sounds.classes().get(sounds.label(at));
    }

    /** The attacks, in the order in which they come. */
    List<String> attacks() {
        return new ArrayList<>(IntStream.range(0, size())
                .filter(i -> label(i) != REAL)
                .mapToObj(this::attack)
                .distinct()
                .toList());
    }

    @Override
    public String name(int index) {
        return sounds.name(indices[index]);
    }

    Sound sound(int index) {
        return sounds.sound(indices[index]);
    }

    /** The feature of the sounds, 1×rows×frames. */
    SampleSource samples(SoundFeature feature) {
        return index -> {
            Sound sound = sound(index);
            return (view, random, slot) -> feature.write(sound, slot.features(), slot.at());
        };
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public long lastModified(int index) {
        return sounds.lastModified(indices[index]);
    }
}
