package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.resnet4j.datasets.download.DownloadOptions;
import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.model.ModelRequest;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.finetune.onnx.CheckedExport;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in {@code examples/browser}, which runs an exported model, says what the model says here. */
class BrowserExampleTest {
    private static final Path EXAMPLE = Path.of("..", "examples", "browser");

    @TempDir
    private static Path folder;

    private static HttpServer server;
    private static Browser browser;
    private static Predictor predictor;

    @BeforeAll
    static void serve() throws IOException, InterruptedException {
        assumeTrue(Files.isDirectory(EXAMPLE), "the example is not here");
        assumeTrue(Browser.isInstalled(), "needs chromium");
        for (String name : List.of("index.html", "app.js", "package.json")) {
            Files.copy(EXAMPLE.resolve(name), folder.resolve(name));
        }
        assumeTrue(installed(), "needs npm, and onnxruntime-web from its registry");
        predictor = Predictor.open(
                SourceModel.open(
                        ModelRequest.of(Optional.of("resnet20-cifar.r4j_cifar10jpeg")),
                        DownloadOptions.standard().withOffline(true),
                        remark -> {}),
                1,
                Engine.AUTO);
        CheckedExport.write(
                predictor,
                new CheckedExport.Settings(17, false, false, true, true),
                List.of(),
                folder.resolve("model.onnx"));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", BrowserExampleTest::answer);
        server.start();
        browser = new Browser(Files.createDirectory(folder.resolve("profile")));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            browser.close();
            server.stop(0);
            predictor.close();
        }
    }

    private static boolean installed() throws InterruptedException {
        try {
            Process npm = new ProcessBuilder("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("npm.txt").toFile())
                    .start();
            return npm.waitFor(3, TimeUnit.MINUTES) && npm.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        Path file = folder.resolve(exchange.getRequestURI().getPath().substring(1));
        try (exchange) {
            if (!Files.isRegularFile(file)) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            String name = file.toString();
            String type = name.endsWith("js") ? "text/javascript" : name.endsWith("html") ? "text/html" : "";
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, Files.size(file));
            Files.copy(file, exchange.getResponseBody());
        }
    }

    /** Of the network's own size, so that a browser's way of resizing, which is not Pillow's, does not matter. */
    @Test
    void thePageSaysWhatTheModelSays() throws IOException {
        Path image = folder.resolve("image.png");
        BufferedImage drawn = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 32 * 32; i++) {
            drawn.setRGB(i % 32, i / 32, (i % 32 * 8) << 16 | (i / 32 * 8) << 8 | (i * 37 & 0xff));
        }
        ImageIO.write(drawn, "png", image.toFile());
        float[] prepared = predictor.prepare(ImageDecoder.decode(image));
        Predictor.Guess best = predictor.predict(List.of(prepared), 1).get(0).get(0);
        browser.open(page());
        waitFor("Ready");

        browser.choose("input", List.of(image));
        waitFor(" ms");

        assertThat(text("#classes td")).isEqualTo(best.label());
        assertThat(Double.parseDouble(text("#classes td + td").replace(" %", "")) / 100)
                .isCloseTo(best.probability(), within(1e-4));
        assertThat(browser.complaints).isEmpty();
    }

    @Test
    void aFileThatIsNoImageIsToldSo() {
        browser.open(page());
        waitFor("Ready");

        browser.choose("input", List.of(folder.resolve("package.json")));
        waitFor("That is no image");
    }

    private static URI page() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/index.html");
    }

    private static void waitFor(String status) {
        TestServer.await(() -> text("#status").contains(status));
    }

    private static String text(String selector) {
        return browser.evaluate("document.querySelector('" + selector + "')?.textContent ?? ''")
                .asString("");
    }
}
