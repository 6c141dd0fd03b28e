package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.audio.Sound;
import io.github.resnet4j.datasets.audio.SoundDecoder;
import io.github.resnet4j.files.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A folder of class folders of sounds: as {@link ImageFolder}, with the same rules for names, order, links and what is passed over.
 * Sounds are WAV and FLAC by extension, in either case.
 */
public final class SoundFolder implements SoundDataset {
    private static final String LOOSE = "sound outside the class folders";
    private static final String REPEATED = "sound already counted, by a link";

    private final List<String> classes;
    private final List<FolderScan.Entry> sounds;
    private final int[] labels;
    private final PassedOver passedOver;
    private final String fingerprint;

    private SoundFolder(
            List<String> classes, List<FolderScan.Entry> sounds, int[] labels, PassedOver passedOver, Digest sum) {
        this.classes = List.copyOf(classes);
        this.sounds = sounds;
        this.labels = labels;
        this.passedOver = passedOver;
        sounds.forEach(sound -> sum.add(sound.name(), sound.bytes()));
        fingerprint = sum.hex();
    }

    /**
     * The sounds below {@code root}; none is decoded yet. Links are followed within the folder.
     *
     * @throws BadDataException naming everything that is wrong: no folder, fewer than two classes, classes without sounds or
     *     behind links that are not followed
     */
    public static SoundFolder open(Path root) {
        ImageFolder.requireFolder(root);
        DataProblems problems = new DataProblems();
        List<FolderScan.Entry> sounds = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        List<String> names = new ArrayList<>();
        PassedOver passedOver = new PassedOver();
        try {
            FolderScan scan = new FolderScan(FolderScan.Kind.SOUNDS, false, root);
            FolderScan.Level level = scan.level(root);
            ImageFolder.blockedClasses(level, scan, problems);
            for (FolderScan.Entry folder : level.folders()) {
                passedOver.addAll(scan.takePassedOver());
                List<FolderScan.Entry> found = scan.imagesBelow(folder);
                PassedOver here = scan.takePassedOver();
                if (found.isEmpty()) {
                    problems.add("no sounds in class folder " + DataProblems.names(List.of(folder.name()))
                            + (here.isEmpty() ? "" : " (passed over: " + here + ")")
                            + ": add WAV or FLAC files or remove it");
                }
                sounds.addAll(found);
                labels.addAll(Collections.nCopies(found.size(), names.size()));
                names.add(folder.name());
                passedOver.addAll(here);
            }
            List<FolderScan.Entry> loose = scan.images(level.files());
            passedOver.addAll(scan.takePassedOver());
            loose.forEach(sound -> passedOver.add(LOOSE, sound.name()));
            if (names.size() < 2) {
                problems.add(
                        (names.isEmpty() ? "no class folders" : "only one class folder, " + DataProblems.names(names))
                                + (passedOver.isEmpty() ? "" : " (passed over: " + passedOver + ")")
                                + ": make one folder per class, at least two, and put the sounds in them");
            }
            if (scan.followedLinks()) {
                ImageFolder.leaveOutRepeated(REPEATED, sounds, labels, names, passedOver, problems);
            }
        } catch (IOException e) {
            throw FolderScan.unlisted(root, e);
        }
        problems.throwIfAny(root);
        passedOver.report(root);
        int[] all = labels.stream().mapToInt(Integer::intValue).toArray();
        return new SoundFolder(names, sounds, all, passedOver, Digest.sha256());
    }

    /**
     * The sounds in {@code folder} and below without labels, as {@link ImageFiles} finds images: for prediction.
     *
     * @throws BadDataException if it cannot be listed or holds no sound
     */
    public static List<Path> filesBelow(Path folder) {
        try {
            FolderScan scan = new FolderScan(FolderScan.Kind.SOUNDS, false, folder);
            List<Path> files = scan.imagesBelow(new FolderScan.Entry("", folder, 0)).stream()
                    .map(FolderScan.Entry::path)
                    .toList();
            if (files.isEmpty()) {
                PassedOver passedOver = scan.takePassedOver();
                throw new BadDataException(
                        folder,
                        "has no sounds (.wav, .flac)" + (passedOver.isEmpty() ? "" : "; passed over " + passedOver));
            }
            return files;
        } catch (IOException e) {
            throw FolderScan.unlisted(folder, e);
        }
    }

    /** Sounds whose labels come from elsewhere; the fingerprint is also of those. */
    static SoundFolder listed(List<String> classes, List<Path> files, List<String> names, int[] labels)
            throws IOException {
        Digest sum = Digest.sha256();
        List<FolderScan.Entry> sounds = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            sum.add(classes.get(labels[i]), labels[i]);
            sounds.add(new FolderScan.Entry(names.get(i), files.get(i), Files.size(files.get(i))));
        }
        return new SoundFolder(classes, sounds, labels, new PassedOver(), sum);
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public String name(int index) {
        return sounds.get(index).name();
    }

    /** The file of sound {@code index}. */
    public Path file(int index) {
        return sounds.get(index).path();
    }

    @Override
    public Sound sound(int index) {
        return SoundDecoder.decode(sounds.get(index).path());
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public long lastModified(int index) {
        return sounds.get(index).path().toFile().lastModified();
    }

    /** What is in the folder besides its sounds. */
    public PassedOver passedOver() {
        return passedOver;
    }
}
