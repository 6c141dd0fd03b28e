package io.github.resnet4j.serving.internal.api;

import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.report.HeatMap;
import io.github.resnet4j.serving.internal.http.Call;
import io.github.resnet4j.serving.internal.http.Json;
import io.github.resnet4j.serving.internal.http.Refused;
import io.github.resnet4j.serving.internal.http.Reply;
import io.github.resnet4j.serving.internal.http.Route;
import io.github.resnet4j.serving.internal.model.ServedModel;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/**
 * Image files in, classes out: {@code /v1/predict}, and {@code /predictions/{name}} as TorchServe's and DJL Serving's clients
 * know it.
 */
final class PredictApi {
    private final Asking asking;

    PredictApi(Asking asking) {
        this.asking = asking;
    }

    List<Route> routes() {
        Route.Action classNames = call -> call.withBody(body -> predictions(call, body));
        return List.of(
                Route.post("/v1/predict", call -> call.withBody(body -> predict(call, body))),
                new Route(List.of("POST", "PUT"), "/predictions/{name}", Route.Access.CLIENT, classNames),
                new Route(List.of("POST", "PUT"), "/predictions/{name}/{version}", Route.Access.CLIENT, classNames));
    }

    /** The images of a request with what is wanted of them. */
    private record Asked(List<Input> images, Wish wish) {}

    private CompletableFuture<Reply> predict(Call call, byte[] body) {
        Asked asked = asked(call, body, true);
        ServedModel model = model(asked.wish.model());
        return asking.ask(
                model, asked.images, asked.wish.heatmap(), call, results -> Reply.json(full(results, asked.wish)));
    }

    private ServedModel model(Optional<String> named) {
        if (named.isEmpty()) {
            List<String> names = asking.models().names();
            if (names.size() > 1) {
                throw Refused.badRequest(
                        "there are " + names.size() + " models; name one as model, such as " + names.get(0));
            }
            return asking.model(names.get(0), Optional.empty());
        }
        String[] parts = named.get().split(":", 2);
        return asking.model(parts[0], parts.length == 2 ? Optional.of(parts[1]) : Optional.empty());
    }

    private CompletableFuture<Reply> predictions(Call call, byte[] body) {
        ServedModel model = asking.model(call.path("name").orElseThrow(), call.path("version"));
        Asked asked = asked(call, body, false);
        return asking.ask(model, asked.images, false, call, results -> {
            List<Object> each = results.all().stream()
                    .map(result -> (Object) named(results.predictor(), result, asked.wish.top()))
                    .toList();
            return Reply.json(each.size() == 1 ? each.get(0) : each);
        });
    }

    private Asked asked(Call call, byte[] body, boolean json) {
        String type = call.mediaType().orElse("application/octet-stream");
        Map<String, String> parameters = Wish.query(call);
        if (body.length == 0) {
            throw Refused.badRequest("the body is empty; send an image file");
        }
        if (type.equals("multipart/form-data")) {
            Multipart form = Multipart.read(body, call.header("Content-Type").orElseThrow(), asking.most());
            form.fields().forEach(parameters::put);
            return new Asked(form.images(), Wish.of(parameters));
        }
        if (type.startsWith("image/") || type.equals("application/octet-stream")) {
            return new Asked(List.of(new Input.ImageFile(body)), Wish.of(parameters));
        }
        if (json && type.equals("application/json")) {
            return json(body, parameters);
        }
        throw Refused.mediaType("send an image file as image/jpeg, image/png, image/bmp, image/gif,"
                + " application/octet-stream or multipart/form-data"
                + (json ? ", or base64 in application/json" : ""));
    }

    private static Asked json(byte[] body, Map<String, String> parameters) {
        JsonNode root = Json.tree(body);
        if (!root.isObject()) {
            throw Refused.badRequest("the JSON must be an object with an image in base64: {\"image\": \"…\"}");
        }
        List<Input> images = new ArrayList<>();
        root.properties().forEach(property -> {
            JsonNode value = property.getValue();
            switch (property.getKey()) {
                case "image" -> images.add(image(value));
                case "images" -> {
                    if (!value.isArray()) {
                        throw Refused.badRequest("images is a list of images in base64");
                    }
                    value.forEach(each -> images.add(image(each)));
                }
                case "model" -> parameters.put("model", text(value.isString(), "model", value));
                case "top_k" -> parameters.put("top_k", text(value.isIntegralNumber(), "top_k", value));
                case "threshold" -> parameters.put("threshold", text(value.isNumber(), "threshold", value));
                case "heatmap" -> parameters.put("heatmap", text(value.isBoolean(), "heatmap", value));
                default -> parameters.put(property.getKey(), ""); // is refused with a suggestion
            }
        });
        return new Asked(images, Wish.of(parameters));
    }

    private static String text(boolean fits, String name, JsonNode value) {
        if (!fits) {
            throw Refused.badRequest(name + " has a value of the wrong type; /openapi.json describes it");
        }
        return value.asString();
    }

    private static Input image(JsonNode value) {
        if (!value.isString()) {
            throw Refused.badRequest("an image in JSON is text in base64");
        }
        return new Input.ImageFile(base64(value.stringValue()));
    }

    /** The bytes that a text stands for. */
    static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw Refused.badRequest("an image is no valid base64: letters, digits, +, / and =, without line ends");
        }
    }

    private static Map<String, Object> full(Asking.Results results, Wish wish) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", results.model().name());
        all.put("version", results.model().version());
        all.put("calibrated", results.predictor().card().temperature().isPresent());
        all.put(
                "predictions",
                results.all().stream()
                        .map(result -> prediction(results.predictor(), result, wish))
                        .toList());
        return all;
    }

    private static Map<String, Object> prediction(Predictor predictor, Asking.Result result, Wish wish) {
        float[] probabilities = result.answer().probabilities();
        Map<String, Object> prediction = new LinkedHashMap<>();
        prediction.put(
                "classes",
                Predictor.ranking(probabilities, wish.top()).stream()
                        .map(c -> {
                            Map<String, Object> one = new LinkedHashMap<>();
                            one.put("index", c);
                            one.put("label", predictor.card().classes().get(c));
                            one.put("probability", probabilities[c]);
                            return one;
                        })
                        .toList());
        wish.threshold()
                .ifPresent(least -> prediction.put("unsure", probabilities[Predictor.best(probabilities)] < least));
        result.seen()
                .flatMap(seen -> result.answer().map().map(map -> HeatMap.jpeg(seen, map)))
                .ifPresent(jpeg -> prediction.put(
                        "heatmap",
                        "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg)));
        return prediction;
    }

    private static List<Map<String, Object>> named(Predictor predictor, Asking.Result result, int top) {
        return predictor.guesses(result.answer().probabilities(), top).stream()
                .map(guess -> {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("className", guess.label());
                    one.put("probability", guess.probability());
                    return one;
                })
                .toList();
    }
}
