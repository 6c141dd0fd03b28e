package io.github.resnet4j.datasets;

import java.util.List;

/**
 * The two CIFAR data sets in their binary version (Krizhevsky 2009): records of one label byte (CIFAR-100: coarse, then
 * fine) and 3072 bytes, the red, green and blue planes of 32×32 pixels.
 */
public enum CifarVariant {
    /** 10 classes, 50,000 training images in five files and 10,000 test images. */
    CIFAR10(
            "CIFAR-10",
            "cifar-10-batches-bin",
            "cifar-10-batches-py",
            "cifar-10-binary.tar.gz",
            "batches.meta.txt",
            1,
            List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"),
            "test_batch",
            10_000,
            "airplane automobile bird cat deer dog frog horse ship truck"),
    /** 100 fine classes, 50,000 training images and 10,000 test images; the 20 coarse labels are not used. */
    CIFAR100(
            "CIFAR-100",
            "cifar-100-binary",
            "cifar-100-python",
            "cifar-100-binary.tar.gz",
            "fine_label_names.txt",
            2,
            List.of("train"),
            "test",
            50_000,
            """
            apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can \
            castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin \
            elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard \
            lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear \
            pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal \
            shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank \
            telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm""");

    /** Width and height of every image. */
    public static final int SIDE = 32;

    static final int PIXEL_BYTES = 3 * SIDE * SIDE;

    private static final int COARSE_CLASSES = 20;
    private static final int TEST_IMAGES = 10_000;

    private final String title;
    private final String folder;
    private final String pythonFolder;
    private final String archive;
    private final String namesFile;
    private final int labelBytes;
    private final List<String> trainStems;
    private final String testStem;
    private final int imagesPerTrainFile;
    private final List<String> classes;

    CifarVariant(
            String title,
            String folder,
            String pythonFolder,
            String archive,
            String namesFile,
            int labelBytes,
            List<String> trainStems,
            String testStem,
            int imagesPerTrainFile,
            String classes) {
        this.title = title;
        this.folder = folder;
        this.pythonFolder = pythonFolder;
        this.archive = archive;
        this.namesFile = namesFile;
        this.labelBytes = labelBytes;
        this.trainStems = trainStems;
        this.testStem = testStem;
        this.imagesPerTrainFile = imagesPerTrainFile;
        this.classes = List.of(classes.split(" "));
    }

    /** The usual name, {@code CIFAR-10}. */
    public String title() {
        return title;
    }

    /** The length of a record: 3073 or 3074 bytes. */
    public int recordLength() {
        return labelBytes + PIXEL_BYTES;
    }

    /** The class names by label, as the official {@code *.txt} beside the batches lists them. */
    public List<String> classes() {
        return classes;
    }

    /** The names of the files of {@code split}, in order. */
    public List<String> files(Split split) {
        return stems(split).stream().map(stem -> stem + ".bin").toList();
    }

    /** The same files in the Python version, which is pickled. */
    List<String> stems(Split split) {
        return split == Split.TRAIN ? trainStems : List.of(testStem);
    }

    /** How many images each official file of {@code split} holds. */
    int imagesPerFile(Split split) {
        return split == Split.TRAIN ? imagesPerTrainFile : TEST_IMAGES;
    }

    String folder() {
        return folder;
    }

    String pythonFolder() {
        return pythonFolder;
    }

    String archive() {
        return archive;
    }

    String namesFile() {
        return namesFile;
    }

    int labelBytes() {
        return labelBytes;
    }

    /** The number of values of label byte {@code position}; the last one is the label used here. */
    int labelValues(int position) {
        return position == labelBytes - 1 ? classes.size() : COARSE_CLASSES;
    }

    CifarVariant other() {
        return this == CIFAR10 ? CIFAR100 : CIFAR10;
    }
}
