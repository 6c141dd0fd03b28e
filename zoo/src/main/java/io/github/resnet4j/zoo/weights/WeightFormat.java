package io.github.resnet4j.zoo.weights;

/** The kinds of weight files. */
public enum WeightFormat {
    /** Hugging Face's: a JSON header and the bytes of the tensors. */
    SAFETENSORS("safetensors"),
    /** What {@code torch.save} writes since 1.6: a pickle and the bytes of the storages in a zip archive. */
    TORCH_ZIP("PyTorch"),
    /** What {@code torch.save} wrote before 1.6: five pickles and the bytes of the storages. */
    TORCH_LEGACY("PyTorch before 1.6"),
    /** Keras' HDF5 files. */
    KERAS_H5("Keras HDF5"),
    /** NumPy's {@code .npz}: a zip archive of arrays. */
    NPZ("NumPy archive"),
    /** A model of the Open Neural Network Exchange: a graph and its constants. */
    ONNX("ONNX"),
    /** Our own {@code model.zip}. */
    ARCHIVE("resnet4j archive"),
    /** None of these. */
    UNKNOWN("unknown format");

    private final String title;

    WeightFormat(String title) {
        this.title = title;
    }

    /** For people. */
    public String title() {
        return title;
    }
}
