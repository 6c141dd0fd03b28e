package io.github.resnet4j.zoo.internal.onnx;

import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.WeightReader;
import io.github.resnet4j.zoo.weights.WeightSet;
import java.util.List;

/**
 * ONNX models ({@code torch.onnx.export} and others), of which the weights are read.
 *
 * <p><b>Names</b> are PyTorch's where the exporter kept them; where it did not, those of the modules that the nodes name
 * ({@code ModuleName}); otherwise whatever the file calls the values. The graph comes along in {@link
 * StateDict#graph()}, so that layers can be told apart without names.
 *
 * <p><b>Values</b> are those of the file, matrices of dense layers turned to PyTorch's out × in.
 */
public final class OnnxFile {
    private static final int VERSION_FIELD = 1 << 3;

    /** Version 1 was never in use, and TensorFlow's SavedModels begin with it. */
    private static final int LEAST_VERSION = 2;

    private static final int MOST_VERSION = 32;

    /** The marks of the fields that writers put second: producer, its version, domain, model's version, text, graph. */
    private static final List<Integer> SECOND = List.of(0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A, 0x42);

    /** The format. */
    public static final WeightReader READER = new WeightReader() {
        @Override
        public List<String> extensions() {
            return List.of("onnx");
        }

        @Override
        public boolean matches(FileBytes file) {
            return OnnxFile.matches(file);
        }

        @Override
        public StateDict open(FileBytes file, WeightSet set) {
            Limits limits = new Limits(file);
            return Weights.of(limits, ModelParser.parse(limits));
        }
    };

    private OnnxFile() {}

    /** A protocol buffer has no mark; every writer begins with the format's version and another of the model's fields. */
    private static boolean matches(FileBytes file) {
        if (file.size() < 3) {
            return false;
        }
        byte[] start = file.read(0, 3);
        return start[0] == VERSION_FIELD
                && start[1] >= LEAST_VERSION
                && start[1] <= MOST_VERSION
                && SECOND.contains((int) start[2]);
    }
}
