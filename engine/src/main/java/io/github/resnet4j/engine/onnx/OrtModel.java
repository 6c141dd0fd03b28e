package io.github.resnet4j.engine.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What of {@link OnnxSession} needs ONNX Runtime's classes. */
final class OrtModel implements AutoCloseable {
    private final Path file;
    private final OrtEnvironment environment;
    private final OrtSession session;

    private OrtModel(Path file, OrtEnvironment environment, OrtSession session) {
        this.file = file;
        this.environment = environment;
        this.session = session;
    }

    /** @throws IOException if ONNX Runtime refuses the file; the message says why */
    static OrtModel load(Path file) throws IOException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            return new OrtModel(file, environment, environment.createSession(file.toString(), options));
        } catch (OrtException e) {
            throw new IOException(file + ": ONNX Runtime refuses it: " + e.getMessage(), e);
        }
    }

    String version() {
        return environment.getVersion();
    }

    Map<String, String> metadata() throws IOException {
        try {
            return Collections.unmodifiableMap(
                    new TreeMap<>(session.getMetadata().getCustomMetadata()));
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    INDArray output(INDArray images) throws IOException {
        FloatBuffer values = FloatBuffer.wrap(images.dup('c').data().asFloat());
        try (OnnxTensor tensor = OnnxTensor.createTensor(environment, values, images.shape())) {
            return run(tensor);
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    INDArray output(byte[] pixels, long... shape) throws IOException {
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
