package io.github.resnet4j.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resnet4j.engine.EngineUnavailableException;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxSessionTest {
    @TempDir
    private Path folder;

    @Test
    void aFileThatIsNoModelIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("model.onnx"), "no model");

        assertThatThrownBy(() -> OnnxSession.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("model.onnx: ONNX Runtime refuses it");
    }

    @Test
    void withoutOnnxRuntimeTheMessageSaysWhatToAdd() throws Exception {
        URL[] others = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("onnxruntime"))
                .map(entry -> url(Path.of(entry)))
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(others, ClassLoader.getPlatformClassLoader())) {
            Class<?> session = loader.loadClass(OnnxSession.class.getName());

            assertThatThrownBy(() -> session.getMethod("open", Path.class).invoke(null, folder.resolve("model.onnx")))
                    .cause()
                    .satisfies(cause -> assertThat(cause.getClass().getName())
                            .isEqualTo(EngineUnavailableException.class.getName()))
                    .hasMessageContaining("add com.microsoft.onnxruntime:onnxruntime");
        }
    }

    private static URL url(Path entry) {
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }
}
