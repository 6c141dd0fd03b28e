package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.WeightReader;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keras' weight files: what {@code model.save_weights("x.h5")} and {@code model.save("x.h5")} write, of Keras 1 and 2
 * and the legacy format of Keras 3, and the {@code x.weights.h5} of Keras 3.
 *
 * <p><b>Names</b> are {@code layer/role}: {@code conv2_block1_1_conv/kernel}, {@code bn_conv1/moving_variance}.
 *
 * <ul>
 *   <li>Files with {@code layer_names} list their layers and each layer's weights; that order is kept. Of a weight's
 *       name the {@code :0} at its end and the layer's name at its begin are taken off, so that {@code
 *       conv1/conv1/kernel:0} is {@code conv1/kernel}; a model in a layer keeps its inner names ({@code
 *       resnet50/conv1_conv/kernel}). Keras 1's {@code conv1_W}, {@code _b}, {@code _running_mean}, {@code _running_std}
 *       (a variance, whatever it is called) get Keras 2's roles. Where two weights of a layer would then have one name,
 *       they keep all of theirs.
 *   <li>Files of Keras 3 number a layer's weights and mostly tell its name. Four vectors are a batch normalisation:
 *       gamma, beta, moving_mean, moving_variance. A matrix or a convolution's four dimensions are a kernel, a vector
 *       after it the bias. All else keeps its number ({@code layer_normalization/0}). The order of layers is not in
 *       such a file; they come by kind and number ({@code conv2d, conv2d_1, ... dense}), and a note says so.
 * </ul>
 *
 * <p><b>Values</b> are those of the file, in Keras' layout (convolutions: height, width, in, out; dense: in, out).
 * Arrays in one piece stay in the file until they are read; chunks are checked when it is opened and decoded when they
 * are read. The description of the model that a file may have is never read.
 */
public final class KerasFile {
    private static final String MODEL_WEIGHTS = "model_weights";
    private static final int ZIP = 0x04_03_4B_50; // PK 3 4
    private static final int SAVED_MODEL = 0x12_01_08; // a protocol buffer: schema version 1, then the graph

    /** The format. */
    public static final WeightReader READER = new WeightReader() {
        @Override
        public List<String> extensions() {
            return List.of("h5", "hdf5");
        }

        @Override
        public boolean matches(FileBytes file) {
            return KerasFile.matches(file);
        }

        @Override
        public StateDict open(FileBytes file, WeightSet set) {
            return KerasFile.open(file);
        }
    };

    private KerasFile() {}

    /**
     * Whether it is an HDF5 file: the signature is at byte 0, 512, 1024 and so on, up to 1 MiB.
     *
     * @throws BadWeightsException with {@link Fault#CHANGED} if the file was cut since it was opened
     */
    public static boolean matches(FileBytes file) {
        return Hdf5.superblock(file).isPresent();
    }

    /**
     * Reads all names, shapes and places of numbers, and checks all that can be checked without keeping the numbers.
     *
     * @throws BadWeightsException if the file is damaged, made to do harm, or no weight file of Keras; with {@link
     *     Fault#FORMAT} for the other two kinds of files that Keras writes, a {@code .keras} archive and a SavedModel
     */
    public static StateDict open(FileBytes file) {
        HdfNode root = Hdf5.root(file, Hdf5.superblock(file).orElseThrow(() -> notHdf5(file)));
        Optional<HdfNode> inModel = root.find(MODEL_WEIGHTS).filter(ListedLayers::areIn);
        HdfNode top = ListedLayers.areIn(root) ? root : inModel.orElse(root);
        Tensors tensors = new Tensors(root);
        if (ListedLayers.areIn(top)) {
            ListedLayers.read(top, tensors);
        } else {
            NumberedLayers.read(root, tensors);
        }
        if (tensors.isEmpty()) {
            throw new BadWeightsException(
                    file.path(),
                    WeightFormat.KERAS_H5,
                    Fault.ATTR,
                    Location.WHOLE,
                    "is an HDF5 file but holds no Keras weights: it neither lists layers with weights (layer_names,"
                            + " weight_names) nor numbers them (vars); save a model's weights with Keras");
        }
        return tensors.stateDict(metadata(top));
    }

    private static Map<String, String> metadata(HdfNode top) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (String name : List.of("keras_version", "backend")) {
            top.attributes()
                    .texts(name)
                    .filter(texts -> texts.size() == 1)
                    .ifPresent(texts -> metadata.put(name, texts.get(0)));
        }
        return metadata;
    }

    private static BadWeightsException notHdf5(FileBytes file) {
        int begin =
                file.size() < Integer.BYTES ? 0 : file.buffer(0, Integer.BYTES).getInt();
        boolean zip = begin == ZIP;
        boolean savedModel = (begin & 0xFF_FFFF) == SAVED_MODEL;
        String problem = zip
                ? "is a zip archive; if it is a .keras file, unzip it and use the model.weights.h5 in it"
                : savedModel
                        ? "is the graph of a SavedModel, whose weights are in other files; load it in Keras and save"
                                + " the weights as .weights.h5"
                        : "is not an HDF5 file: the signature is not at byte 0, 512, 1024...; name a Keras weight file";
        return new BadWeightsException(
                file.path(),
                WeightFormat.UNKNOWN,
                zip || savedModel ? Fault.FORMAT : Fault.BAD_MAGIC,
                Location.WHOLE,
                problem);
    }
}
