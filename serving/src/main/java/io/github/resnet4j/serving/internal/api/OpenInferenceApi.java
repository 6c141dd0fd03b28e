package io.github.resnet4j.serving.internal.api;

import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.serving.internal.http.Call;
import io.github.resnet4j.serving.internal.http.Json;
import io.github.resnet4j.serving.internal.http.Refused;
import io.github.resnet4j.serving.internal.http.Reply;
import io.github.resnet4j.serving.internal.http.Route;
import io.github.resnet4j.serving.internal.model.Replica;
import io.github.resnet4j.serving.internal.model.ServedModel;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * The Open Inference Protocol, version 2, as KServe and Triton speak it, with Triton's extensions {@code
 * binary_tensor_data} and {@code classification}. An input of BYTES is an image file, which the model prepares itself.
 */
final class OpenInferenceApi {
    private static final String OUTPUT = "probabilities";
    private static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private final Asking asking;
    private final String version;

    /** @param version of the server */
    OpenInferenceApi(Asking asking, String version) {
        this.asking = asking;
        this.version = version;
    }

    List<Route> routes() {
        List<Route> routes = new ArrayList<>(List.of(
                Route.get("/v2", Route.Access.OBSERVER, call -> Reply.json(server())),
                Route.get(
                        "/v2/models",
                        Route.Access.OBSERVER,
                        call -> Reply.json(Map.of("models", asking.models().names())))));
        for (String model : List.of("/v2/models/{name}", "/v2/models/{name}/versions/{version}")) {
            routes.add(Route.get(model, Route.Access.CLIENT, call -> Reply.json(metadata(model(call)))));
            routes.add(Route.get(model + "/ready", Route.Access.OBSERVER, this::ready));
            routes.add(Route.post(model + "/infer", call -> call.withBody(body -> infer(call, body))));
        }
        return routes;
    }

    private ServedModel model(Call call) {
        return asking.model(call.path("name").orElseThrow(), call.path("version"));
    }

    private Map<String, Object> server() {
        Map<String, Object> server = new LinkedHashMap<>();
        server.put("name", "resnet4j");
        server.put("version", version);
        server.put("extensions", List.of("binary_tensor_data", "classification"));
        return server;
    }

    private Reply ready(Call call) {
        ServedModel model = model(call);
        boolean ready = model.replica().isPresent() && asking.models().isLoaded();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", model.name());
        body.put("ready", ready);
        return Reply.json(ready ? 200 : 503, body);
    }

    private Map<String, Object> metadata(ServedModel model) {
        Replica replica = model.replica().orElseThrow();
        ModelCard card = replica.predictor().card();
        Shape in = card.input();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", model.name());
        body.put(
                "versions",
                asking.models().versions(model.name()).stream()
                        .map(String::valueOf)
                        .toList());
        body.put(
                "platform",
                "resnet4j_" + replica.predictor().inference().engine().name().toLowerCase(Locale.ROOT));
        body.put("inputs", List.of(tensor(InferInputs.INPUT, List.of(-1, in.channels(), in.height(), in.width()))));
        body.put("outputs", List.of(tensor(OUTPUT, List.of(-1, card.classes().size()))));
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("version", String.valueOf(model.version()));
        parameters.put("architecture", card.architecture());
        parameters.put("classes", card.classes().size());
        parameters.put("calibrated", card.temperature().isPresent());
        parameters.put("heatmap", replica.hasMaps());
        parameters.put("provenance", card.provenance());
        body.put("parameters", parameters);
        return body;
    }

    private static Map<String, Object> tensor(String name, List<Integer> shape) {
        Map<String, Object> tensor = new LinkedHashMap<>();
        tensor.put("name", name);
        tensor.put("datatype", "FP32");
        tensor.put("shape", shape);
        return tensor;
    }

    private CompletableFuture<Reply> infer(Call call, byte[] body) {
        ServedModel model = model(call);
        int json = jsonLength(call, body.length);
        InferRequest request = InferRequest.read(body, json);
        for (InferRequest.Output output : request.outputs()) {
            if (!output.name().equals(OUTPUT)) {
                throw Refused.badRequest("the model's only output is called " + OUTPUT);
            }
        }
        Shape in = model.replica().orElseThrow().predictor().card().input();
        List<Input> inputs = new InferInputs(in, asking.most()).of(request, body, json);
        return asking.ask(model, inputs, false, call, results -> reply(request, results));
    }

    /** Where the JSON ends and binary tensors begin. */
    private static int jsonLength(Call call, int body) {
        Optional<String> length = call.header(JSON_LENGTH);
        if (length.isEmpty()) {
            if (call.mediaType()
                    .filter(type -> !type.equals("application/json"))
                    .isPresent()) {
                throw Refused.mediaType(
                        "send application/json, or with " + JSON_LENGTH + " JSON and binary tensors behind it");
            }
            return body;
        }
        if (!length.get().matches("[0-9]{1,9}") || Integer.parseInt(length.get()) > body) {
            throw Refused.badRequest(JSON_LENGTH + " is the number of bytes of the JSON, at most those of the body");
        }
        return Integer.parseInt(length.get());
    }

    private static Reply reply(InferRequest request, Asking.Results results) {
        List<InferRequest.Output> wanted = request.outputs().isEmpty()
                ? List.of(new InferRequest.Output(OUTPUT, OptionalInt.empty(), Optional.empty()))
                : request.outputs();
        List<Object> outputs = new ArrayList<>();
        ByteArrayOutputStream behind = new ByteArrayOutputStream();
        boolean anyBinary = false;
        for (InferRequest.Output output : wanted) {
            boolean binary = output.binary().orElse(request.binaryOutput());
            anyBinary |= binary;
            outputs.add(
                    output.classification().isPresent()
                            ? classes(results, output.classification().getAsInt(), binary, behind)
                            : probabilities(results, binary, behind));
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model_name", results.model().name());
        body.put("model_version", String.valueOf(results.model().version()));
        request.id().ifPresent(id -> body.put("id", id));
        body.put("outputs", outputs);
        if (!anyBinary) {
            return Reply.json(body);
        }
        byte[] json = Json.bytes(body);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(json);
        whole.writeBytes(behind.toByteArray());
        return Reply.of("application/octet-stream", whole.toByteArray())
                .with(Map.of(JSON_LENGTH, String.valueOf(json.length)));
    }

    private static Map<String, Object> probabilities(
            Asking.Results results, boolean binary, ByteArrayOutputStream behind) {
        int classes = results.predictor().card().classes().size();
        ByteBuffer values = ByteBuffer.allocate(results.all().size() * classes * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (Asking.Result result : results.all()) {
            for (float probability : result.answer().probabilities()) {
                values.putFloat(probability);
            }
        }
        float[] flat = new float[results.all().size() * classes];
        values.flip().asFloatBuffer().get(flat);
        return output("FP32", List.of(results.all().size(), classes), flat, values.array(), binary, behind);
    }

    /** {@code PROBABILITY:INDEX:LABEL}, as Triton writes it. */
    private static Map<String, Object> classes(
            Asking.Results results, int top, boolean binary, ByteArrayOutputStream behind) {
        List<String> labels = results.predictor().card().classes();
        int count = Math.min(Math.max(top, 1), labels.size());
        List<String> texts = results.all().stream()
                .map(result -> result.answer().probabilities())
                .flatMap(probabilities -> Predictor.ranking(probabilities, count).stream()
                        .map(c -> probabilities[c] + ":" + c + ":" + labels.get(c)))
                .toList();
        byte[] bytes = binary ? InferInputs.bytes(texts) : new byte[0];
        return output("BYTES", List.of(results.all().size(), count), texts, bytes, binary, behind);
    }

    private static Map<String, Object> output(
            String datatype,
            List<Integer> shape,
            Object data,
            byte[] bytes,
            boolean binary,
            ByteArrayOutputStream behind) {
        Map<String, Object> output = new LinkedHashMap<>();
        output.put("name", OUTPUT);
        output.put("datatype", datatype);
        output.put("shape", shape);
        if (binary) {
            output.put("parameters", Map.of("binary_data_size", bytes.length));
            behind.writeBytes(bytes);
        } else {
            output.put("data", data);
        }
        return output;
    }
}
