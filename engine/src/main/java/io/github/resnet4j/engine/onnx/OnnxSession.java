package io.github.resnet4j.engine.onnx;

import io.github.resnet4j.engine.EngineUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An ONNX file of one input and one output in ONNX Runtime on the CPU: what others will see of it. Needs {@code
 * com.microsoft.onnxruntime:onnxruntime} on the class path. One thread at a time.
 */
public final class OnnxSession implements AutoCloseable {
    /**
     * Of the thread that loads a file, in bytes. ONNX Runtime 1.29 was seen to need 0.6 to 1 MB for it, whatever the file's
     * size: where less of Java's usual 1 MB was left, the process ended.
     */
    private static final long STACK = 1L << 24;

    private final OrtModel model;

    private OnnxSession(OrtModel model) {
        this.model = model;
    }

    /**
     * Loads a file.
     *
     * @throws EngineUnavailableException if ONNX Runtime is not on the class path or not made for this platform
     * @throws IOException if ONNX Runtime refuses the file; the message says why
     */
    public static OnnxSession open(Path file) throws IOException {
        FutureTask<OrtModel> loading = new FutureTask<>(() -> OrtModel.load(file));
        Thread thread = new Thread(null, loading, "onnx-runtime", STACK);
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return new OnnxSession(loading.get());
                } catch (InterruptedException e) {
                    interrupted = true; // loading cannot be stopped, and ends soon
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException refusal) {
                throw refusal;
            }
            if (e.getCause() instanceof OutOfMemoryError tooLittle) {
                throw tooLittle;
            }
            throw new EngineUnavailableException(
                    "ONNX Runtime is not available here; add com.microsoft.onnxruntime:onnxruntime to the class path",
                    e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** ONNX Runtime's version. */
    public String version() {
        return model.version();
    }

    /** What the file says of itself. */
    public Map<String, String> metadata() throws IOException {
        return model.metadata();
    }

    /**
     * What the model makes of prepared images.
     *
     * @param images N×C×H×W
     * @return the model's output, of its shape
     * @throws IOException if it cannot run them, such as another number or size of images than it takes
     */
    public INDArray output(INDArray images) throws IOException {
        return model.output(images);
    }

    /**
     * What the model makes of images as programs hold them.
     *
     * @param pixels N×H×W×C unsigned bytes
     * @param shape N, H, W, C
     * @throws IOException as {@link #output(INDArray)}
     */
    public INDArray output(byte[] pixels, long... shape) throws IOException {
        return model.output(pixels, shape);
    }

    @Override
    public void close() throws IOException {
        model.close();
    }
}
