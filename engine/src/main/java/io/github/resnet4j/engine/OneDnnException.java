package io.github.resnet4j.engine;

/** A call to oneDNN failed: it ran out of memory, or does not implement what was asked. */
public final class OneDnnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public OneDnnException(String what, int status) {
        super("oneDNN: " + what + ": " + meaning(status));
        this.status = status;
    }

    /** Whether oneDNN has no code for what was asked; another layout may work. */
    public boolean unimplemented() {
        return status == UNIMPLEMENTED;
    }

    /** Whether there was too little memory. */
    public boolean outOfMemory() {
        return status == OUT_OF_MEMORY;
    }

    private static final int OUT_OF_MEMORY = 1;
    private static final int UNIMPLEMENTED = 3;

    private static String meaning(int status) {
        return switch (status) {
            case OUT_OF_MEMORY -> "out of memory";
            case 2 -> "invalid arguments";
            case UNIMPLEMENTED -> "not implemented";
            case 4 -> "last implementation reached";
            case 5 -> "failed at run time";
            default -> "status " + status;
        };
    }
}
