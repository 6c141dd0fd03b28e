package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.model.Predictor;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Images in every form that clients send, and what is answered. */
@Timeout(120)
final class ServerTest {
    @TempDir
    static Path folder;

    private static TestServer server;
    private static Predictor predictor;

    @BeforeAll
    static void start() {
        Path first = TinyModel.write(folder.resolve("first.zip"), 1);
        Path second = TinyModel.write(folder.resolve("second.zip"), 2);
        server = TestServer.of(
                TestServer.OPTIONS,
                TinyModel.entry("tiny", 2, first),
                TinyModel.entry("tiny", 10, second),
                TinyModel.entry("other", 1, first));
        predictor = Predictor.open(second, 1, Engine.AUTO);
    }

    @AfterAll
    static void stop() {
        predictor.close();
        server.close();
    }

    private static List<Predictor.Guess> expected(byte[] image) {
        float[] prepared = predictor.prepare(ImageDecoder.decode(image, Path.of("image")));
        return predictor.predict(List.of(prepared), 4).get(0);
    }

    private static void requireClasses(JsonNode classes, String label, List<Predictor.Guess> expected) {
        for (int i = 0; i < classes.size(); i++) {
            assertThat(classes.get(i).get(label).asString())
                    .isEqualTo(expected.get(i).label());
            assertThat(classes.get(i).get("probability").asDouble())
                    .isCloseTo(expected.get(i).probability(), within(1e-5));
        }
    }

    private static byte[] form(String... namesAndValues) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            out.writeBytes(("--XX\r\nContent-Disposition: form-data; name=\"" + namesAndValues[i] + "\""
                            + (namesAndValues[i + 1].startsWith("#") ? "; filename=\"a.png\"" : "") + "\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            out.writeBytes(
                    namesAndValues[i + 1].startsWith("#")
                            ? TinyModel.image(Integer.parseInt(namesAndValues[i + 1].substring(1)))
                            : namesAndValues[i + 1].getBytes(StandardCharsets.UTF_8));
            out.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        out.writeBytes("--XX--\r\n".getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    @Test
    void modelsTellImagesApart() {
        assertThat(List.of(1, 2, 3, 4, 5, 6))
                .extracting(i -> expected(TinyModel.image(i)))
                .doesNotHaveDuplicates();
    }

    @Test
    void predictsRawFilesAsTorchServeAndDjlTakeThem() {
        byte[] image = TinyModel.image(1);
        for (String path : List.of("/predictions/tiny", "/predictions/tiny/10")) {
            TestServer.Reply reply = server.post(path, "image/png", image);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.json()).hasSize(4);
            requireClasses(reply.json(), "className", expected(image));
        }
        // curl -T sends no type.
        TestServer.Reply put = server.send(
                server.request("/predictions/tiny?top_k=2").PUT(HttpRequest.BodyPublishers.ofByteArray(image)));
        assertThat(put.json()).hasSize(2);
        requireClasses(put.json(), "className", expected(image));
        assertThat(server.post("/predictions/tiny/2", "image/png", image).json())
                .isNotEqualTo(
                        server.post("/predictions/tiny/10", "image/png", image).json());
    }

    @Test
    void predictsForms() {
        TestServer.Reply one = server.post("/predictions/tiny", "multipart/form-data; boundary=XX", form("data", "#1"));
        requireClasses(one.json(), "className", expected(TinyModel.image(1)));
        TestServer.Reply two = server.post(
                "/v1/predict",
                "multipart/form-data; boundary=XX",
                form("model", "tiny:10", "image", "#2", "top_k", "3", "image", "#3"));
        assertThat(two.status()).as(two.text()).isEqualTo(200);
        assertThat(two.json().get("predictions")).hasSize(2);
        for (int i = 0; i < 2; i++) {
            JsonNode classes = two.json().get("predictions").get(i).get("classes");
            assertThat(classes).hasSize(3);
            requireClasses(classes, "label", expected(TinyModel.image(2 + i)));
        }
    }

    @Test
    void predictsBase64InJson() {
        byte[] image = TinyModel.image(4);
        String text = Base64.getEncoder().encodeToString(image);
        TestServer.Reply reply = server.post(
                "/v1/predict",
                "{\"model\":\"tiny\",\"images\":[\"" + text
                        + "\"],\"top_k\":1,\"threshold\":0.999999,\"heatmap\":true}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("model").asString()).isEqualTo("tiny");
        assertThat(reply.json().get("version").asInt()).isEqualTo(10);
        assertThat(reply.json().get("calibrated").asBoolean()).isTrue();
        JsonNode prediction = reply.json().get("predictions").get(0);
        requireClasses(prediction.get("classes"), "label", expected(image));
        assertThat(prediction.get("unsure").asBoolean()).isTrue();
        String map = prediction.get("heatmap").asString();
        assertThat(map).startsWith("data:image/jpeg;base64,");
        byte[] jpeg = Base64.getDecoder().decode(map.substring(map.indexOf(',') + 1));
        assertThat(ImageDecoder.decode(jpeg, Path.of("map")).width()).isEqualTo(TinyModel.SIDE);
    }

    @Test
    void asksForTheModelWhereThereAreSeveral() {
        server.post("/v1/predict", "image/png", TinyModel.image(1)).isError(400);
        server.post("/v1/predict?model=tini", "image/png", TinyModel.image(1)).isError(404);
        assertThat(server.post("/v1/predict?model=other", "image/png", TinyModel.image(1))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void listsModelsAndTheirState() {
        assertThat(server.get("/v2").json().get("extensions"))
                .extracting(JsonNode::asString)
                .containsExactly("binary_tensor_data", "classification");
        assertThat(server.get("/v2/models").text()).isEqualTo("{\"models\":[\"other\",\"tiny\"]}");
        JsonNode model = server.get("/v2/models/tiny").json();
        assertThat(model.get("versions")).extracting(JsonNode::asString).containsExactly("2", "10");
        assertThat(model.get("inputs").get(0).get("shape").toString()).isEqualTo("[-1,3,16,16]");
        assertThat(model.get("outputs").get(0).get("shape").toString()).isEqualTo("[-1,4]");
        assertThat(model.get("parameters").get("version").asString()).isEqualTo("10");
        assertThat(server.get("/v2/models/tiny/versions/2")
                        .json()
                        .get("parameters")
                        .get("version")
                        .asString())
                .isEqualTo("2");
        assertThat(server.get("/v2/models/tiny/versions/2/ready").text())
                .isEqualTo("{\"name\":\"tiny\",\"ready\":true}");
        server.get("/v2/models/tiny/versions/3").isError(404);
        server.get("/v2/models/tiny/versions/latest").isError(404);
        for (String path : List.of("/v2/health/live", "/health/live", "/v2/health/ready", "/health/ready")) {
            assertThat(server.get(path).json().get("live").asBoolean()).isTrue();
            assertThat(server.get(path).status()).isEqualTo(200);
        }
    }

    @Test
    void pageNeedsNothingFromElsewhere() {
        TestServer.Reply page = server.get("/");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .doesNotContain("unsafe");
        List<String> all = new ArrayList<>(List.of(page.text()));
        for (String file : List.of("/page.css", "/page.js")) {
            assertThat(page.text()).contains(file);
            all.add(server.get(file).text());
        }
        assertThat(all).allSatisfy(text -> assertThat(text).doesNotContain("http://", "https://", "innerHTML"));
    }

    @Test
    void answersHeadWithoutABody() {
        TestServer.Reply reply = server.send(server.request("/v2").method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
    }

    @Test
    void logsEachRequestOnALineWithoutItsContent() {
        server.post("/predictions/tiny?top_k=3", "image/png", TinyModel.image(9));
        server.get("/a%0ab%1b");
        assertThat(server.log)
                .allSatisfy(line -> assertThat(line).startsWith("{\"time\":").doesNotContain("\n"))
                .anySatisfy(line -> assertThat(line)
                        .contains("\"path\":\"/predictions/tiny\"", "\"status\":200")
                        .doesNotContain("top_k"));
    }
}
