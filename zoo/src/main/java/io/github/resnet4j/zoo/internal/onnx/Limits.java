package io.github.resnet4j.zoo.internal.onnx;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.WeightFormat;

/** What one file may ask for, and how it is refused. */
final class Limits {
    /** Nodes of the graph; a network of a thousand layers has 5,000. */
    static final int NODES = 1 << 15;

    static final int TENSORS = 1 << 16;

    /** Inputs and outputs of all nodes; a thousand layers have 20,000. */
    static final int EDGES = 1 << 17;

    static final int METADATA = 1 << 12;
    static final int RANK = 8;

    /** Bytes of a name that becomes a tensor's. */
    static final int TENSOR_NAME = 512;

    /** Bytes of any other name: TensorFlow's scopes are long. */
    static final int NAME = 1 << 12;

    /** Bytes of a value in the metadata: the names of ten thousand classes. */
    static final int TEXT = 1 << 20;

    /** Fields looked at; a thousand layers have 200,000. */
    private static final int FIELDS = 1 << 19;

    /** Bytes of all names and all metadata. */
    private static final int ALL_TEXT = 1 << 24;

    private final FileBytes file;
    private int fields;
    private int text;

    Limits(FileBytes file) {
        this.file = file;
    }

    /** Takes note of one more field. */
    void field(long at) {
        if (++fields > FIELDS) {
            throw bad(Fault.LIMIT_OPS, at, "has more fields than any network needs; do not trust it");
        }
    }

    /** Takes note of a text, before it is read. */
    void text(long at, int bytes) {
        text += bytes;
        if (text > ALL_TEXT) {
            throw bad(Fault.LIMIT, at, "has more text than any network needs; do not trust it");
        }
    }

    /** Requires that there are no more than {@code most} of something. */
    void atMost(int most, int count, long at, String what) {
        if (count > most) {
            throw bad(
                    Fault.LIMIT_TENSORS,
                    at,
                    "has more than " + most + " " + what + ", far more than any network of the zoo");
        }
    }

    FileBytes file() {
        return file;
    }

    BadWeightsException bad(Fault fault, long at, String problem) {
        return bad(fault, new Location.At(at), problem);
    }

    BadWeightsException bad(Fault fault, String name, String problem) {
        return bad(fault, new Location.Named(name), problem);
    }

    BadWeightsException bad(Fault fault, Location place, String problem) {
        return new BadWeightsException(file.path(), WeightFormat.ONNX, fault, place, problem);
    }
}
