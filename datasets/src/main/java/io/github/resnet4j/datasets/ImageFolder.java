package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.files.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A folder of class folders of images, the layout and the order of torchvision's {@code ImageFolder}: classes by name,
 * images by path, both by code points; sub-folders of a class belong to it. Images are JPEG, PNG, BMP and GIF by
 * extension, in either case.
 *
 * <p>Unlike torchvision's, hidden entries, {@code Thumbs.db}, {@code __MACOSX} and the output folders of runs are
 * passed over, and symbolic links are followed only within the folder unless {@link FolderOptions#followLinks}. No
 * class is lost that way: a class folder without images is an error, and so is one that is a link not followed. A file
 * that links make several images of counts once in its class; if they are in two classes, that is an error. So are
 * folders nested more than 64 levels deep.
 */
public final class ImageFolder implements ImageDataset {

    static final String LOOSE = "image outside the class folders";
    private static final String REPEATED = "image already counted, by a link";

    private final Path root;
    private final List<String> classes;
    private final List<FolderScan.Entry> images;
    private final int[] labels;
    private final PassedOver passedOver;
    private final long maxPixels;
    private final boolean linked;
    private final String fingerprint;

    private ImageFolder(
            Path root,
            List<String> classes,
            List<FolderScan.Entry> images,
            int[] labels,
            PassedOver passedOver,
            FolderOptions options,
            boolean linked,
            Digest sum) {
        this.root = root;
        this.classes = List.copyOf(classes);
        this.images = images;
        this.labels = labels;
        this.passedOver = passedOver;
        this.maxPixels = options.maxPixels();
        this.linked = linked;
        images.forEach(image -> sum.add(image.name(), image.bytes()));
        this.fingerprint = sum.hex();
    }

    /** As {@link #open(Path, FolderOptions)}, with {@link FolderOptions#DEFAULT}. */
    public static ImageFolder open(Path root) {
        return open(root, FolderOptions.DEFAULT);
    }

    /**
     * The images below {@code root}; none is decoded yet.
     *
     * @throws BadDataException naming everything that is wrong: no folder, fewer than two classes, classes without images or
     *     behind links that are not followed, folders that cannot be classes because all hold the same sub-folders
     */
    public static ImageFolder open(Path root, FolderOptions options) {
        DataProblems problems = new DataProblems();
        ImageFolder folder = scan(root, root, options, Classes.ALL_WITH_IMAGES, problems);
        problems.throwIfAny(root);
        return folder;
    }

    /**
     * The given images, each labelled with the name of the folder it is in. Classes are sorted; images keep their
     * order.
     *
     * @throws BadDataException if a file does not exist
     */
    public static ImageFolder ofFiles(List<Path> files, FolderOptions options) {
        List<String> classes = files.stream()
                .map(ImageFolder::folderName)
                .distinct()
                .sorted(FolderScan::byCodePoint)
                .toList();
        List<FolderScan.Entry> images = new ArrayList<>();
        int[] labels = new int[files.size()];
        for (Path file : files) {
            String folder = folderName(file);
            labels[images.size()] = classes.indexOf(folder);
            try {
                images.add(new FolderScan.Entry(folder + '/' + FolderScan.name(file), file, Files.size(file)));
            } catch (IOException e) {
                throw new BadDataException(file, "does not exist", e);
            }
        }
        Path common = files.get(0).toAbsolutePath().getParent().getParent();
        return new ImageFolder(common, classes, images, labels, new PassedOver(), options, false, Digest.sha256());
    }

    private static String folderName(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder.getFileName() == null) {
            throw new BadDataException(file, "is in no folder whose name could be its class");
        }
        return FolderScan.name(folder);
    }

    /** What is asked of the class folders. */
    enum Classes {
        /** To train on: at least two, and an image in each. */
        ALL_WITH_IMAGES(2),
        /** To evaluate on: at least one image; empty folders keep their place in the list of classes. */
        SOME_EMPTY(1);

        private final int least;

        Classes(int least) {
            this.least = least;
        }
    }

    /** As {@link #open}, but links may lead anywhere in {@code boundary}, and problems are collected. */
    static ImageFolder scan(Path root, Path boundary, FolderOptions options, Classes asked, DataProblems problems) {
        requireFolder(root);
        List<FolderScan.Entry> images = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        List<String> names = new ArrayList<>();
        PassedOver passedOver = new PassedOver();
        boolean linked;
        try {
            FolderScan scan = new FolderScan(options.followLinks(), boundary, root);
            FolderScan.Level level = scan.level(root);
            blockedClasses(level, scan, problems);
            SubFolders subFolders = new SubFolders();
            for (FolderScan.Entry folder : level.folders()) {
                passedOver.addAll(scan.takePassedOver());
                List<FolderScan.Entry> found = scan.imagesBelow(folder);
                PassedOver here = scan.takePassedOver();
                if (found.isEmpty() && (asked == Classes.ALL_WITH_IMAGES || !here.isEmpty())) {
                    problems.add("no images in class folder " + DataProblems.names(List.of(folder.name()))
                            + (here.isEmpty() ? "" : " (passed over: " + here + ")")
                            + ": add JPEG, PNG, BMP or GIF files or remove it"
                            + (here.counts().containsKey(FolderScan.Obstacle.OUT.reason())
                                    ? "; to follow the links, use --follow-links"
                                    : ""));
                } else if (found.isEmpty()) {
                    passedOver.add("class folder without images", folder.name());
                }
                subFolders.add(found);
                images.addAll(found);
                labels.addAll(Collections.nCopies(found.size(), names.size()));
                names.add(folder.name());
                passedOver.addAll(here);
            }
            subFolders
                    .common()
                    .ifPresent(common -> problems.add("all of the folders " + DataProblems.names(names)
                            + " hold the same sub-folders, " + DataProblems.names(common)
                            + ", and nothing else, so they are not classes: name the folder whose sub-folders are the"
                            + " classes, or rename the parts to train and val"));
            List<FolderScan.Entry> loose = scan.images(level.files());
            passedOver.addAll(scan.takePassedOver());
            if (level.folders().size() < asked.least) {
                problems.add(tooFewClasses(level.folders(), loose.size(), passedOver));
            }
            loose.forEach(image -> passedOver.add(LOOSE, image.name()));
            if (asked == Classes.SOME_EMPTY
                    && images.isEmpty()
                    && !level.folders().isEmpty()) {
                problems.add("no images in any of the class folders " + DataProblems.names(names));
            }
            linked = scan.followedLinks();
            if (linked) {
                leaveOutRepeated(REPEATED, images, labels, names, passedOver, problems);
            }
        } catch (IOException e) {
            throw FolderScan.unlisted(root, e);
        }
        passedOver.report(root);
        return new ImageFolder(
                root,
                names,
                images,
                labels.stream().mapToInt(Integer::intValue).toArray(),
                passedOver,
                options,
                linked,
                Digest.sha256());
    }

    /** @param reason why a file is left out that links make another one of */
    static void leaveOutRepeated(
            String reason,
            List<FolderScan.Entry> images,
            List<Integer> labels,
            List<String> classes,
            PassedOver passedOver,
            DataProblems problems)
            throws IOException {
        SharedFiles files = new SharedFiles();
        int kept = 0;
        for (int i = 0; i < images.size(); i++) {
            FolderScan.Entry image = images.get(i);
            if (files.isRepeated(classes.get(labels.get(i)), image.name(), image.path())) {
                passedOver.add(reason, image.name());
            } else {
                images.set(kept, image);
                labels.set(kept, labels.get(i));
                kept++;
            }
        }
        images.subList(kept, images.size()).clear();
        labels.subList(kept, labels.size()).clear();
        files.report(problems);
    }

    /** Links to folders among the class folders are classes that would be lost; links to files are beside them. */
    static void blockedClasses(FolderScan.Level level, FolderScan scan, DataProblems problems) {
        for (FolderScan.Blocked link : level.blocked()) {
            if (link.folder()) {
                problems.add("class folder " + DataProblems.names(List.of(link.name())) + " is a "
                        + link.obstacle().reason() + " (" + DataProblems.names(List.of(link.target())) + "): "
                        + link.obstacle().remedy());
            } else {
                scan.note(link.obstacle().reason(), link.name());
            }
        }
    }

    /**
     * Whether all class folders hold the same sub-folders and nothing else: years, cameras or parts do so, classes do
     * not.
     */
    private static final class SubFolders {
        private Set<String> common;
        private boolean same = true;
        private int folders;

        void add(List<FolderScan.Entry> images) {
            Set<String> names = new TreeSet<>(FolderScan::byCodePoint);
            for (FolderScan.Entry image : images) {
                String[] path = image.name().split("/", 3);
                same &= path.length == 3;
                names.add(path[1]);
            }
            same &= names.size() > 1 && (common == null || common.equals(names));
            common = names;
            folders++;
        }

        Optional<Set<String>> common() {
            return same && folders > 1 ? Optional.of(common) : Optional.empty();
        }
    }

    /** Images whose labels come from elsewhere, in the given order. */
    static ImageFolder labelled(
            Path root, List<String> classes, List<FolderScan.Entry> images, int[] labels, FolderOptions options) {
        return new ImageFolder(root, classes, images, labels, new PassedOver(), options, false, Digest.sha256());
    }

    /** The same; the fingerprint is also of the labels, which the paths do not tell. */
    static ImageFolder listed(
            Path root, List<String> classes, List<FolderScan.Entry> images, int[] labels, FolderOptions options) {
        Digest sum = Digest.sha256();
        for (int label : labels) {
            sum.add(classes.get(label), label);
        }
        return new ImageFolder(root, classes, images, labels, new PassedOver(), options, false, sum);
    }

    /**
     * Adds all images, which are of the part {@code part}.
     *
     * @return how many of them are files that were added before, with the same label
     */
    int addTo(SharedFiles files, String part) throws IOException {
        int repeated = 0;
        for (int i = 0; i < size(); i++) {
            String name = part + "/" + name(i);
            repeated +=
                    files.isRepeated(classes.get(labels[i]), name, images.get(i).path()) ? 1 : 0;
        }
        return repeated;
    }

    /** Whether links lead to some of the images. */
    boolean isLinked() {
        return linked;
    }

    static void requireFolder(Path root) {
        if (root.toString().matches("\\p{Alpha}[\\w+.-]+:/.*") && !Files.exists(root)) {
            throw new BadDataException(root, "is a URL: only local folders can be read; download and extract it");
        }
        if (Files.isRegularFile(root)) {
            throw new BadDataException(root, "is a file: name the folder that holds one folder per class");
        }
        if (!Files.isDirectory(root)) {
            throw new BadDataException(root, "does not exist: name the folder that holds one folder per class");
        }
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
        return images.get(index).name();
    }

    @Override
    public Rgb8Image image(int index) {
        return ImageDecoder.decode(images.get(index).path(), maxPixels);
    }

    @Override
    public LazyImage open(int index) {
        return ImageDecoder.open(images.get(index).path(), maxPixels);
    }

    @Override
    public void check(int index) {
        ImageDecoder.check(images.get(index).path(), maxPixels);
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public long lastModified(int index) {
        return images.get(index).path().toFile().lastModified();
    }

    /** The file of image {@code index}. */
    public Path file(int index) {
        return images.get(index).path();
    }

    /** The folder that holds the class folders. */
    public Path root() {
        return root;
    }

    /** What is in the folder besides its images. */
    public PassedOver passedOver() {
        return passedOver;
    }

    private static String tooFewClasses(List<FolderScan.Entry> folders, int loose, PassedOver passedOver) {
        String images = loose + (loose == 1 ? " image" : " images");
        String found = folders.isEmpty()
                ? "no class folders" + (loose == 0 ? "" : ", only " + images)
                : "only one class folder, "
                        + DataProblems.names(List.of(folders.get(0).name()))
                        + (loose == 0 ? "" : " (and " + images + " beside it)");
        return found
                + (passedOver.isEmpty() ? "" : " (passed over: " + passedOver + ")")
                + ": make one folder per class, at least two, and put the images in them";
    }
}
