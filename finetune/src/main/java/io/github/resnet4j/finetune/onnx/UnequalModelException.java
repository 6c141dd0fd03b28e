package io.github.resnet4j.finetune.onnx;

/** ONNX Runtime does not compute what the model computes, so that the model was not exported. */
public final class UnequalModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnequalModelException(String message) {
        super(message);
    }
}
