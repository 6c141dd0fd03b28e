package io.github.resnet4j.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.resnet4j.zoo.network.Network;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** ONNX Runtime on the CPU, with a file that PyTorch exports for this batch size: the same network as PyTorch's. */
final class OnnxRuntime implements JvmContestant {
    private static final String ABSENT = "absent ";

    @Override
    public Work train(Network network, int batch) {
        throw new UnsupportedOperationException("ONNX Runtime is measured at inference only");
    }

    @Override
    public Work infer(Network network, int batch) throws AbsentException, IOException {
        Setup setup = Setup.ofThisProcess();
        Path file = setup.scratch().resolve(network.name() + "-" + batch + ".onnx");
        String[] exported = export(setup, network, batch, file).split(" ");
        try {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            OrtSession.SessionOptions options = new OrtSession.SessionOptions();
            options.setIntraOpNumThreads(setup.threads());
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            OrtSession session = environment.createSession(file.toString(), options);
            OnnxTensor images = OnnxTensor.createTensor(environment, randomImages(network, batch), new long[] {
                batch,
                network.input().channels(),
                network.input().height(),
                network.input().width()
            });
            Map<String, OnnxTensor> inputs =
                    Map.of(session.getInputNames().iterator().next(), images);
            return new Work(
                    Long.parseLong(exported[0]),
                    "ONNX Runtime " + environment.getVersion() + ", all optimisations, exported by PyTorch "
                            + exported[1],
                    () -> run(session, inputs));
        } catch (OrtException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void run(OrtSession session, Map<String, OnnxTensor> inputs) {
        try (OrtSession.Result result = session.run(inputs)) {
            result.get(0).getValue();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private static FloatBuffer randomImages(Network network, int batch) {
        int values = Math.toIntExact(batch * network.input().elements());
        FloatBuffer images = ByteBuffer.allocateDirect(Float.BYTES * values)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        Random random = new Random(1);
        for (int i = 0; i < values; i++) {
            images.put(i, (float) random.nextGaussian());
        }
        return images;
    }

    /** Lets PyTorch write the file; gives what the script prints: trained values and PyTorch's version. */
    private static String export(Setup setup, Network network, int batch, Path file)
            throws AbsentException, IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        setup.pythonWithTorch(),
                        setup.script("export_onnx.py").toString(),
                        network.name(),
                        network.input().toString(),
                        String.valueOf(network.classes()),
                        String.valueOf(batch),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("export_onnx.py ended with exit code " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IOException("interrupted", e);
        }
        if (printed.startsWith(ABSENT)) {
            throw new AbsentException(printed.substring(ABSENT.length()));
        }
        return printed;
    }
}
