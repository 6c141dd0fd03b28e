package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.DataParts.Part;
import io.github.resnet4j.datasets.image.BadImageException;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.IndexedImage;
import io.github.resnet4j.datasets.image.LazyImage;
import io.github.resnet4j.datasets.loader.SampleSource;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.files.Digest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Images, and for each a mask of its size: a PNG with the number of a class for each pixel, or 255 ({@link #VOID}) where there
 * is none to be learnt. Masks are palette PNGs, whose colours do not matter, or grey ones. Each of these is a layout:
 *
 * <ul>
 *   <li>{@code images} and {@code masks}, where files of the same name but for the extension belong together;
 *   <li>{@code train} and {@code val} (or {@code test}) with these;
 *   <li>{@code JPEGImages}, {@code SegmentationClass} and {@code ImageSets/Segmentation/train.txt} and {@code val.txt}, as those of
 *       PASCAL VOC 2012.
 * </ul>
 *
 * {@code classes.txt} names the classes, one on each line from class 0 on. Those of VOC have their names without.
 */
public final class MaskedImages implements Samples {
    /** The number of pixels that have no class. */
    public static final int VOID = 255;

    /** Those of PASCAL VOC 2012. */
    private static final List<String> VOC = List.of(
            "background",
            "aeroplane",
            "bicycle",
            "bird",
            "boat",
            "bottle",
            "bus",
            "car",
            "cat",
            "chair",
            "cow",
            "diningtable",
            "dog",
            "horse",
            "motorbike",
            "person",
            "pottedplant",
            "sheep",
            "sofa",
            "train",
            "tvmonitor");

    private final List<MaskFolders.Pair> pairs;
    private final List<String> classes;
    private final long maxPixels;
    private final Optional<Survey> survey;
    private final String fingerprint;

    /** What all masks hold: of each number, how many pixels. For each of the images, whether it was looked at. */
    private record Survey(long[][] pixels) {
        long[] sum(int[] indices) {
            long[] sum = new long[VOID + 1];
            for (int index : indices) {
                for (int number = 0; number < sum.length; number++) {
                    sum[number] += pixels[index].length == 0 ? 0 : pixels[index][number];
                }
            }
            return sum;
        }
    }

    /**
     * Images to train on and images to measure on, with the same classes.
     *
     * @param how where the two come from, for people
     */
    public record TrainVal(MaskedImages train, MaskedImages val, String how) {}

    private MaskedImages(List<MaskFolders.Pair> pairs, List<String> classes, long maxPixels, Optional<Survey> survey) {
        this.pairs = pairs;
        this.classes = List.copyOf(classes);
        this.maxPixels = maxPixels;
        this.survey = survey;
        Digest sum = Digest.sha256();
        pairs.forEach(pair -> sum.add(pair.name(), pair.bytes()));
        this.fingerprint = sum.hex();
    }

    /**
     * The images of a folder. Without a folder {@code val} or {@code test}, a share of all is held out, chosen by {@code seed};
     * at least one image, and not all.
     *
     * @param valFraction at least 0 and less than 1; with 0, nothing is held out: it is measured what is trained on
     * @throws BadDataException naming all that is wrong
     */
    public static TrainVal trainVal(Path root, double valFraction, long seed, MaskOptions options) {
        DataProblems problems = new DataProblems();
        MaskFolders found = MaskFolders.of(root, options.folders(), problems);
        List<MaskFolders.Pair> train = found.parts().get(Part.TRAIN);
        if (train == null) {
            problems.throwIfAny(root);
            throw new BadDataException(root, "has nothing to train on: there is no folder or list train");
        }
        List<MaskFolders.Pair> val = Optional.ofNullable(found.parts().get(Part.VAL))
                .orElse(found.parts().get(Part.TEST));
        List<MaskFolders.Pair> all = new ArrayList<>(train);
        all.addAll(Optional.ofNullable(val).orElse(List.of()));
        MaskedImages both = opened(root, found.voc(), all, options, problems);
        if (val != null) {
            MaskedImages own = both.subset(IntStream.range(0, train.size()).toArray());
            MaskedImages other =
                    both.subset(IntStream.range(train.size(), all.size()).toArray());
            return new TrainVal(own, other, "the parts of " + root);
        }
        if (valFraction == 0) {
            return new TrainVal(both, both, root + ", nothing held out");
        }
        if (all.size() < 2) {
            throw new BadDataException(root, "has a single image: training and validation need one each");
        }
        int[] order = IntStream.range(0, all.size()).toArray();
        SampleRandom random = SampleRandom.of(seed, 0, 0);
        int held = (int) Math.max(1, Math.min(all.size() - 1.0, Math.round(valFraction * all.size())));
        for (int i = 0; i < held; i++) {
            int j = i + random.nextInt(order.length - i);
            int chosen = order[j];
            order[j] = order[i];
            order[i] = chosen;
        }
        return new TrainVal(
                both.subset(Arrays.stream(order, held, order.length).sorted().toArray()),
                both.subset(Arrays.stream(order, 0, held).sorted().toArray()),
                root + ", " + held + " of " + all.size() + " images held out");
    }

    /**
     * The images to measure on: those of {@code val}, else of {@code test}, else of {@code train}, else all.
     *
     * @throws BadDataException naming all that is wrong
     */
    public static MaskedImages evaluation(Path root, MaskOptions options) {
        DataProblems problems = new DataProblems();
        MaskFolders found = MaskFolders.of(root, options.folders(), problems);
        List<MaskFolders.Pair> pairs = List.of();
        for (Part part : List.of(Part.TRAIN, Part.TEST, Part.VAL)) {
            pairs = found.parts().getOrDefault(part, pairs);
        }
        return opened(root, found.voc(), pairs, options, problems);
    }

    /**
     * The names of the classes as {@code classes.txt} in a folder has them; none where there is no such file.
     *
     * @throws BadDataException if they cannot be names
     */
    public static List<String> names(Path root) {
        return MaskFolders.classes(root);
    }

    private static MaskedImages opened(
            Path root, boolean voc, List<MaskFolders.Pair> pairs, MaskOptions options, DataProblems problems) {
        List<String> names = options.classes().isEmpty() ? MaskFolders.classes(root) : options.classes();
        if (names.isEmpty()) {
            names = options.numbers() > 0 ? numbered(options.numbers()) : voc ? VOC : List.of();
        }
        if (pairs.isEmpty()) {
            problems.throwIfAny(root);
            throw new BadDataException(root, "has no images with masks");
        }
        if (!options.look() && !names.isEmpty()) {
            problems.throwIfAny(root);
            return new MaskedImages(pairs, names, options.folders().maxPixels(), Optional.empty());
        }
        int limit = names.isEmpty() ? VOID : names.size();
        String known = names.isEmpty() ? "" : source(root, options, names.size());
        MaskedImages unchecked =
                new MaskedImages(pairs, numbered(limit), options.folders().maxPixels(), Optional.empty());
        Survey survey = unchecked.look(known, problems);
        long[] pixels = survey.sum(IntStream.range(0, pairs.size()).toArray());
        int largest = IntStream.range(0, VOID)
                .filter(number -> pixels[number] > 0)
                .max()
                .orElse(-1);
        if (problems.isEmpty() && largest < 0) {
            problems.add("no pixel of any mask has a class: all are " + VOID + ", which is none");
        } else if (problems.isEmpty() && largest == 0 && pixels[VOID] > 0 && names.size() < 2) {
            problems.add("the masks hold 0 and " + VOID + " alone, and " + VOID + " is no class: write 1 in place of "
                    + VOID + ", or name the classes in " + MaskFolders.CLASSES);
        }
        problems.throwIfAny(root);
        return new MaskedImages(
                pairs,
                names.isEmpty() ? numbered(Math.max(2, largest + 1)) : names,
                options.folders().maxPixels(),
                Optional.of(survey));
    }

    private static String source(Path root, MaskOptions options, int count) {
        return options.classes().isEmpty() && options.numbers() == 0
                ? "there are " + count + " classes by " + root.resolve(MaskFolders.CLASSES)
                : "there are " + count + " classes";
    }

    private static List<String> numbered(int count) {
        return IntStream.range(0, count).mapToObj(number -> "class " + number).toList();
    }

    /** Looks at all of them, several at a time; what is wrong comes in their order. */
    private Survey look(String known, DataProblems problems) {
        String[] wrong = new String[pairs.size()];
        long[][] pixels = new long[pairs.size()][];
        IntStream.range(0, pairs.size()).parallel().forEach(index -> {
            pixels[index] = new long[0];
            try {
                ImageDecoder.check(pairs.get(index).image(), maxPixels);
                LazyImage image = ImageDecoder.open(pairs.get(index).image(), maxPixels);
                pixels[index] = counts(mask(index, image, known));
            } catch (BadDataException e) {
                wrong[index] = e.getMessage();
            }
        });
        for (String problem : wrong) {
            if (problem != null) {
                problems.add(problem);
            }
        }
        return new Survey(pixels);
    }

    private static long[] counts(IndexedImage mask) {
        long[] counts = new long[VOID + 1];
        for (byte number : mask.samples()) {
            counts[number & 0xff]++;
        }
        return counts;
    }

    private MaskedImages subset(int[] indices) {
        return new MaskedImages(
                Arrays.stream(indices).mapToObj(pairs::get).toList(),
                classes,
                maxPixels,
                survey.map(all -> new Survey(Arrays.stream(indices)
                        .mapToObj(index -> all.pixels[index])
                        .toArray(long[][]::new))));
    }

    /** So many of them, spread evenly, or all if there are fewer. */
    public MaskedImages limit(int size) {
        return size >= size()
                ? this
                : subset(IntStream.range(0, size)
                        .map(i -> (int) ((long) i * size() / size))
                        .toArray());
    }

    @Override
    public int size() {
        return pairs.size();
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    /** 0: classes are of pixels. */
    @Override
    public int label(int index) {
        return 0;
    }

    @Override
    public String name(int index) {
        return pairs.get(index).name();
    }

    /** Of each class, how many pixels of all masks have it; absent if they were not looked at. */
    public Optional<long[]> pixels() {
        return survey.map(
                known -> Arrays.copyOf(known.sum(IntStream.range(0, size()).toArray()), classes.size()));
    }

    /** How many images have a pixel of a class; absent if they were not looked at. */
    public Optional<long[]> imagesWith() {
        return survey.map(known -> IntStream.range(0, classes.size())
                .mapToLong(number -> Arrays.stream(known.pixels)
                        .filter(counts -> counts[number] > 0)
                        .count())
                .toArray());
    }

    /**
     * The image, to be decoded when its pixels are asked for.
     *
     * @throws BadDataException if it cannot be read
     */
    public LazyImage image(int index) {
        return ImageDecoder.open(pairs.get(index).image(), maxPixels);
    }

    /**
     * The mask.
     *
     * @throws BadDataException if it cannot be read, is not of the image's size, or has a number that is no class
     */
    public IndexedImage mask(int index) {
        return mask(index, image(index), "there are " + classes.size() + " classes");
    }

    private IndexedImage mask(int index, LazyImage image, String known) {
        Path file = pairs.get(index).mask();
        IndexedImage mask = ImageDecoder.samples(file, maxPixels);
        if (mask.width() != image.width() || mask.height() != image.height()) {
            throw new BadImageException(
                    file,
                    "has " + mask.width() + "x" + mask.height() + " pixels, but its image has " + image.width() + "x"
                            + image.height() + ": they must be of one size");
        }
        byte[] samples = mask.samples();
        for (int i = 0; i < samples.length; i++) {
            int number = samples[i] & 0xff;
            if (number >= classes.size() && number != VOID) {
                throw new BadImageException(
                        file,
                        "has the number " + number + " in column " + i % mask.width() + ", row " + i / mask.width()
                                + ", but " + known + ", 0 to " + (classes.size() - 1) + ", and " + VOID
                                + " for none");
            }
        }
        return mask;
    }

    /** Images and masks, moved alike: 3×H×W and 1×H×W, with {@link #VOID} where there is no image. */
    public SampleSource samples(Pipeline pipeline) {
        return index -> {
            LazyImage image = image(index);
            IndexedImage mask = mask(index, image, "there are " + classes.size() + " classes");
            return (view, random, slot) -> pipeline.write(
                    image, mask, VOID, random, slot.features(), slot.at(), slot.targets(), slot.targetAt());
        };
    }

    @Override
    public void check(int index) {
        if (survey.isEmpty()) {
            ImageDecoder.check(pairs.get(index).image(), maxPixels);
            mask(index);
        }
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public long lastModified(int index) {
        MaskFolders.Pair pair = pairs.get(index);
        return Math.max(
                pair.image().toFile().lastModified(), pair.mask().toFile().lastModified());
    }
}
