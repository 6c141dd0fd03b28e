package io.github.resnet4j.engine;

import java.util.Locale;

/** There is too little native memory for the tensors of a batch. Smaller ones may still be taken. */
public final class BatchMemoryError extends OutOfMemoryError {
    private static final long serialVersionUID = 1;

    private final int batch;
    private final long bytes;
    private final int fits;

    /**
     * @param batch images in it
     * @param bytes that it needs on top of what is in use
     * @param fits images for which there is room, 0 to {@code batch}
     */
    public BatchMemoryError(int batch, long bytes, int fits, OutOfMemoryError cause) {
        super(words(batch, bytes, fits)
                + "; use a smaller batch, or allow more with -Dorg.bytedeco.javacpp.maxbytes and"
                + " -Dorg.bytedeco.javacpp.maxphysicalbytes");
        this.batch = batch;
        this.bytes = bytes;
        this.fits = fits;
        initCause(cause);
    }

    private static String words(int batch, long bytes, int fits) {
        String room = fits == batch ? "" : fits == 0 ? ": there is room for none" : ": there is room for about " + fits;
        return String.format(
                Locale.ROOT,
                "a batch of %d needs %,d MiB of native memory on top of what is in use%s",
                batch,
                bytes >> 20,
                room);
    }

    /** Images in the batch. */
    public int batch() {
        return batch;
    }

    /**
     * About how many images there is room for, 0 to {@link #batch}; as many as these if the limits of JavaCPP would allow them and
     * the machine does not.
     */
    public int fits() {
        return fits;
    }

    /** Bytes that it needs on top of what is in use. */
    public long bytes() {
        return bytes;
    }

    /** What was asked for and what there is, without advice. */
    public String facts() {
        return words(batch, bytes, fits);
    }
}
