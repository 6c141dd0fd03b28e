package io.github.resnet4j.zoo.network;

/** An operation cannot take inputs of these shapes; the message says why, with the shapes. */
public class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    ShapeException(String problem) {
        super(problem);
    }

    ShapeException(String problem, ShapeException cause) {
        super(problem, cause);
    }

    /** The map is smaller than the window that is to slide over it: a larger input size helps. */
    static final class TooSmall extends ShapeException {
        private static final long serialVersionUID = 1L;

        TooSmall(String problem) {
            super(problem);
        }
    }
}
