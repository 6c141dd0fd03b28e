package io.github.resnet4j.serving.internal.api;

import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.serving.internal.http.Call;
import io.github.resnet4j.serving.internal.http.Refused;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.util.Fields;

/**
 * How a client wants its answer.
 *
 * @param model {@code NAME} or {@code NAME:VERSION}, if one is named
 * @param top number of classes, 1 to {@value #MOST}
 * @param threshold below which probability the best class is called unsure
 * @param heatmap whether an image of what spoke for the best class is wanted
 */
record Wish(Optional<String> model, int top, Optional<Double> threshold, boolean heatmap) {
    static final int MOST = 1000;
    private static final int USUAL = 5;
    private static final List<String> KEYS = List.of("model", "top_k", "threshold", "heatmap");

    /** From parameters as text. */
    static Wish of(Map<String, String> parameters) {
        for (String key : parameters.keySet()) {
            if (!KEYS.contains(key)) {
                throw Refused.badRequest("there is no parameter '" + (key.length() > 60 ? key.substring(0, 60) : key)
                        + "'; "
                        + Suggest.nearest(key, KEYS)
                                .map(near -> "did you mean " + near + "?")
                                .orElse("there are " + String.join(", ", KEYS)));
            }
        }
        return new Wish(
                Optional.ofNullable(parameters.get("model")),
                top(parameters.getOrDefault("top_k", String.valueOf(USUAL))),
                Optional.ofNullable(parameters.get("threshold")).map(Wish::threshold),
                heatmap(parameters.getOrDefault("heatmap", "false")));
    }

    /** What stands behind the question mark, each once. */
    static Map<String, String> query(Call call) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (Fields.Field field : call.query()) {
            if (field.getValues().size() > 1) {
                throw Refused.badRequest("a parameter is given twice; give it once");
            }
            parameters.put(field.getName(), field.getValue());
        }
        return parameters;
    }

    private static int top(String text) {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST) {
            throw Refused.badRequest("top_k is a whole number from 1 to " + MOST);
        }
        return Integer.parseInt(text);
    }

    private static double threshold(String text) {
        if (!text.matches("[0-9.eE+-]{1,30}")) {
            throw notAProbability();
        }
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && value <= 1) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw notAProbability();
    }

    private static Refused notAProbability() {
        return Refused.badRequest("threshold is a probability, 0 to 1");
    }

    private static boolean heatmap(String text) {
        return switch (text) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw Refused.badRequest("heatmap is true or false");
        };
    }
}
