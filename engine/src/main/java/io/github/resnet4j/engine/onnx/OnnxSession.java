package io.github.resnet4j.engine.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.resnet4j.engine.EngineUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An ONNX file of one input and one output in ONNX Runtime on the CPU: what others will see of it. Needs {@code
 * com.microsoft.onnxruntime:onnxruntime} on the class path. One thread at a time.
 */
public final class OnnxSession implements AutoCloseable {
    /**
     * Of the thread that loads a file, in bytes. ONNX Runtime 1.29 was seen to need 0.6 to 1 MB for it, whatever the file's size: where less
     * of Java's usual 1 MB was left, the process ended.
     */
    private static final long STACK = 1L << 24;

    private final Path file;
    private final OrtEnvironment environment;
    private final OrtSession session;

    private OnnxSession(Path file, OrtEnvironment environment, OrtSession session) {
        this.file = file;
        this.environment = environment;
        this.session = session;
    }

    /**
     * Loads a file.
     *
     * @throws EngineUnavailableException if ONNX Runtime is not on the class path or not made for this platform
     * @throws IOException if ONNX Runtime refuses the file; the message says why
     */
    public static OnnxSession open(Path file) throws IOException {
        FutureTask<OnnxSession> loading = new FutureTask<>(() -> load(file));
        Thread thread = new Thread(null, loading, "onnx-runtime", STACK);
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return loading.get();
                } catch (InterruptedException e) {
                    interrupted = true; // loading cannot be stopped, and ends soon
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OrtException refusal) {
                throw new IOException(file + ": ONNX Runtime refuses it: " + refusal.getMessage(), refusal);
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

    private static OnnxSession load(Path file) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            return new OnnxSession(file, environment, environment.createSession(file.toString(), options));
        }
    }

    /** ONNX Runtime's version. */
    public String version() {
        return environment.getVersion();
    }

    /** What the file says of itself. */
    public Map<String, String> metadata() throws IOException {
        try {
            return Collections.unmodifiableMap(
                    new TreeMap<>(session.getMetadata().getCustomMetadata()));
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    /**
     * What the model makes of prepared images.
     *
     * @param images N×C×H×W
     * @return the model's output, of its shape
     * @throws IOException if it cannot run them, such as another number or size of images than it takes
     */
    public INDArray output(INDArray images) throws IOException {
        FloatBuffer values = FloatBuffer.wrap(images.dup('c').data().asFloat());
        try (OnnxTensor tensor = OnnxTensor.createTensor(environment, values, images.shape())) {
            return run(tensor);
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    /**
     * What the model makes of images as programs hold them.
     *
     * @param pixels N×H×W×C unsigned bytes
     * @param shape N, H, W, C
     * @throws IOException as {@link #output(INDArray)}
     */
    public INDArray output(byte[] pixels, long... shape) throws IOException {
        ByteBuffer values = ByteBuffer.allocateDirect(pixels.length).put(pixels).flip();
        try (OnnxTensor tensor = OnnxTensor.createTensor(environment, values, shape, OnnxJavaType.UINT8)) {
            return run(tensor);
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    private INDArray run(OnnxTensor input) throws OrtException {
        String name = session.getInputNames().iterator().next();
        try (OrtSession.Result result = session.run(Map.of(name, input))) {
            OnnxTensor output = (OnnxTensor) result.get(0);
            FloatBuffer buffer = output.getFloatBuffer();
            float[] values = new float[buffer.remaining()];
            buffer.get(values);
            return Nd4j.createFromArray(values).reshape('c', output.getInfo().getShape());
        }
    }

    private IOException failed(OrtException e) {
        return new IOException(file + ": ONNX Runtime fails with it: " + e.getMessage(), e);
    }

    @Override
    public void close() throws IOException {
        try {
            session.close();
        } catch (OrtException e) {
            throw failed(e);
        }
    }
}
