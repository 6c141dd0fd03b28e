package io.github.resnet4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.finetune.model.Predictor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Requests as the clients of KServe and Triton write them. */
@Timeout(120)
final class OpenInferenceTest {
    private static final String INFER = "/v2/models/tiny/infer";
    private static final String LENGTH = "Inference-Header-Content-Length";

    @TempDir
    static Path folder;

    private static TestServer server;
    private static Predictor predictor;

    @BeforeAll
    static void start() {
        Path file = TinyModel.write(folder.resolve("tiny.zip"), 1);
        server = TestServer.tiny(file);
        predictor = Predictor.open(file, 1, Engine.AUTO);
    }

    @AfterAll
    static void stop() {
        predictor.close();
        server.close();
    }

    private static float[] prepared(int image) {
        return predictor.prepare(ImageDecoder.decode(TinyModel.image(image), Path.of("image")));
    }

    private static float[] expected(int image) {
        return predictor
                .rows(List.of(prepared(image)), predictor::probabilities)
                .get(0);
    }

    private static byte[] littleEndian(float[]... rows) {
        ByteBuffer bytes = ByteBuffer.allocate(
                        Arrays.stream(rows).mapToInt(row -> 4 * row.length).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float[] row : rows) {
            bytes.asFloatBuffer().put(row);
            bytes.position(bytes.position() + 4 * row.length);
        }
        return bytes.array();
    }

    private static TestServer.Reply binary(String json, byte[] behind) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(json.getBytes(StandardCharsets.UTF_8));
        body.writeBytes(behind);
        return server.send(server.posting(INFER, "application/octet-stream", body.toByteArray())
                .header(LENGTH, String.valueOf(json.getBytes(StandardCharsets.UTF_8).length)));
    }

    private static void requireProbabilities(JsonNode data, int... images) {
        assertThat(data).hasSize(4 * images.length);
        for (int i = 0; i < images.length; i++) {
            float[] expected = expected(images[i]);
            for (int c = 0; c < 4; c++) {
                assertThat((float) data.get(4 * i + c).asDouble()).isCloseTo(expected[c], within(1e-5f));
            }
        }
    }

    @Test
    void takesTensorsInJsonFlatOrNested() {
        String flat = Arrays.toString(prepared(1));
        String nested = "[" + flat + ",[[" + Arrays.toString(prepared(2)) + "]]]";
        TestServer.Reply one = server.post(
                INFER,
                "{\"id\":\"42\",\"inputs\":[{\"name\":\"input\",\"shape\":[1,3,16,16],\"datatype\":\"FP32\",\"data\":"
                        + flat + "}]}");
        assertThat(one.status()).as(one.text()).isEqualTo(200);
        assertThat(one.json().get("model_name").asString()).isEqualTo("tiny");
        assertThat(one.json().get("model_version").asString()).isEqualTo("1");
        assertThat(one.json().get("id").asString()).isEqualTo("42");
        JsonNode output = one.json().get("outputs").get(0);
        assertThat(output.get("name").asString()).isEqualTo("probabilities");
        assertThat(output.get("datatype").asString()).isEqualTo("FP32");
        assertThat(output.get("shape").toString()).isEqualTo("[1,4]");
        requireProbabilities(output.get("data"), 1);
        TestServer.Reply two = server.post(
                "/v2/models/tiny/versions/1/infer",
                "{\"inputs\":[{\"data\":" + nested
                        + ",\"name\":\"input\",\"shape\":[2,3,16,16],\"datatype\":\"FP32\",\"parameters\":{\"x\":{\"y\":1}}}],"
                        + "\"outputs\":[{\"name\":\"probabilities\"}]}");
        requireProbabilities(two.json().get("outputs").get(0).get("data"), 1, 2);
    }

    /** As tritonclient's http client sends by default. */
    @Test
    void takesAndGivesBinaryTensors() {
        TestServer.Reply reply = binary(
                "{\"inputs\":[{\"name\":\"input\",\"shape\":[2,3,16,16],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":6144}}],"
                        + "\"parameters\":{\"binary_data_output\":true}}",
                littleEndian(prepared(3), prepared(4)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        int json = Integer.parseInt(reply.headers().firstValue(LENGTH).orElseThrow());
        assertThat(new String(reply.body(), 0, json, StandardCharsets.UTF_8))
                .contains("\"parameters\":{\"binary_data_size\":32}")
                .doesNotContain("\"data\"");
        float[] values = new float[8];
        ByteBuffer.wrap(reply.body(), json, 32)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        assertThat(Arrays.copyOfRange(values, 0, 4)).containsExactly(expected(3), within(1e-5f));
        assertThat(Arrays.copyOfRange(values, 4, 8)).containsExactly(expected(4), within(1e-5f));
        assertThat(reply.body()).hasSize(json + 32);
    }

    @Test
    void classifies() {
        String input = "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,3,16,16],\"datatype\":\"FP32\",\"data\":"
                + Arrays.toString(prepared(5))
                + "}],\"outputs\":[{\"name\":\"probabilities\",\"parameters\":{\"classification\":2";
        int best = Predictor.best(expected(5));
        JsonNode output =
                server.post(INFER, input + "}}]}").json().get("outputs").get(0);
        assertThat(output.get("datatype").asString()).isEqualTo("BYTES");
        assertThat(output.get("shape").toString()).isEqualTo("[1,2]");
        assertThat(output.get("data").get(0).asString()).endsWith(":" + best + ":" + TinyModel.CLASSES.get(best));
        TestServer.Reply reply = server.post(INFER, input + ",\"binary_data\":true}}]}");
        int json = Integer.parseInt(reply.headers().firstValue(LENGTH).orElseThrow());
        ByteBuffer texts =
                ByteBuffer.wrap(reply.body(), json, reply.body().length - json).order(ByteOrder.LITTLE_ENDIAN);
        byte[] first = new byte[texts.getInt()];
        texts.get(first);
        assertThat(new String(first, StandardCharsets.UTF_8))
                .isEqualTo(output.get("data").get(0).asString());
    }

    /** The model's own preprocessing, for clients that have files. */
    @Test
    void takesImageFilesAsBytes() {
        byte[] file = TinyModel.image(6);
        TestServer.Reply json = server.post(
                INFER,
                "{\"inputs\":[{\"name\":\"input\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\""
                        + Base64.getEncoder().encodeToString(file) + "\"]}]}");
        requireProbabilities(json.json().get("outputs").get(0).get("data"), 6);
        ByteBuffer behind = ByteBuffer.allocate(4 + file.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(file.length)
                .put(file);
        TestServer.Reply binary = binary(
                "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,1],\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":"
                        + behind.capacity() + "}}]}",
                behind.array());
        requireProbabilities(binary.json().get("outputs").get(0).get("data"), 6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'inputs':[]}",
                "{'inputs':{}}",
                "{'inputs':[1]}",
                "{'inputs':[{}]}",
                "{'inputs':[{},{}]}",
                "{'inputs':[{'name':'input','shape':[1,3,16,16],'datatype':'FP32','data':[]}]}",
                "{'inputs':[{'name':'input','shape':[1,3,16,16],'datatype':'FP32','data':[1,2,3]}]}",
                "{'inputs':[{'name':'input','shape':[0,3,16,16],'datatype':'FP32','data':[]}]}",
                "{'inputs':[{'name':'input','shape':[-1,3,16,16],'datatype':'FP32','data':[]}]}",
                "{'inputs':[{'name':'input','shape':[1000000000,3,16,16],'datatype':'FP32','data':[]}]}",
                "{'inputs':[{'name':'input','shape':[9223372036854775808,3,16,16],'datatype':'FP32','data':[]}]}",
                "{'inputs':[{'name':'input','shape':[1,3,32,32],'datatype':'FP32','data':[]}]}",
                "{'inputs':[{'name':'input','shape':[1,1,1,1,1,1,1,1,1,1],'datatype':'FP32','data':[]}]}",
                "{'inputs':[{'name':'input','shape':[1.5],'datatype':'BYTES','data':['']}]}",
                "{'inputs':[{'name':'input','shape':[1],'datatype':'INT8','data':[1]}]}",
                "{'inputs':[{'name':'input','shape':[1],'datatype':'BYTES','data':['no base64!']}]}",
                "{'inputs':[{'name':'input','shape':[1],'datatype':'BYTES','data':['AAAA']}]}",
                "{'inputs':[{'name':'input','shape':[2],'datatype':'BYTES','data':['AAAA']}]}",
                "{'inputs':[{'name':'input','shape':[1],'datatype':'BYTES','data':[true]}]}",
                "{'inputs':[{'name':'input','shape':[1],'datatype':'BYTES','data':[null]}]}",
                "{'inputs':[{'name':'input','shape':[1],'datatype':'BYTES','data':'AAAA'}]}",
                "{'inputs':[{'name':'input','shape':[1],'datatype':'BYTES','data':[1e400]}]}",
                "{'inputs':[{'name':'other','shape':[1],'datatype':'BYTES','data':['AAAA']}]}",
                "{'inputs':[{'name':'input','shape':[1],'datatype':'BYTES','parameters':{'binary_data_size':4}}]}",
                "{'inputs':[{'name':'input','shape':[1],'datatype':'BYTES','parameters':{'binary_data_size':-1}}]}",
                "{'inputs':[{'name':'input','shape':[1],'datatype':'BYTES','parameters':{'binary_data_size':'x'}}]}",
                "{'inputs':[],'outputs':[{'name':'nothing'}]}",
                "{'inputs':[],'outputs':[{'parameters':{'classification':1e99}}]}",
                "{'id':5,'inputs':[]}",
                "{'input':[]}",
                "{'inputs':[]} {}",
                "{'inputs':[],'inputs':[]}",
                "{'inputs':[",
                "[]",
                "null",
                "",
                "NaN"
            })
    void refusesWhatIsNoRequest(String json) {
        server.post(INFER, json.replace('\'', '"')).isError(400);
        requireAnswer();
    }

    private static void requireAnswer() {
        assertThat(server.send(server.image(1)).status()).isEqualTo(200);
    }

    @Test
    void refusesTensorsThatDoNotFit() {
        String json =
                "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,3,16,16],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":3072}}]}";
        float[] values = new float[768];
        binary(json, littleEndian(Arrays.copyOf(values, 767))).isError(400);
        binary(json, littleEndian(Arrays.copyOf(values, 769))).isError(400);
        values[700] = Float.NaN;
        binary(json, littleEndian(values)).isError(400);
        values[700] = Float.MAX_VALUE; // finite, but no sum of it is
        binary(json, littleEndian(values)).isError(400);
        values[700] = 0;
        assertThat(binary(json, littleEndian(values)).status()).isEqualTo(200);
        ByteBuffer cut = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(1 << 30);
        binary(json.replace("[1,3,16,16]", "[1]").replace("FP32", "BYTES").replace("3072", "8"), cut.array())
                .isError(400);
        for (String length : List.of("-1", "x", "999999999", "99999999999")) {
            server.send(server.posting(INFER, "application/octet-stream", new byte[9])
                            .header(LENGTH, length))
                    .isError(400);
        }
        server.post(INFER, "text/plain", new byte[1]).isError(415);
        requireAnswer();
    }
}
