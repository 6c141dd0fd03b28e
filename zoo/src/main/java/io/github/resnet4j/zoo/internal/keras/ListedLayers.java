package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files that list their layers, and each layer its weights. */
final class ListedLayers {
    private static final String LAYERS = "layer_names";
    private static final String WEIGHTS = "weight_names";
    private static final Pattern OUTPUT = Pattern.compile(":[0-9]+$");

    /** What Keras 1 called its weights. */
    private static final Map<String, String> KERAS_1 =
            Map.of("W", "kernel", "b", "bias", "running_mean", "moving_mean", "running_std", "moving_variance");

    private ListedLayers() {}

    static boolean areIn(HdfNode group) {
        return group.attributes().has(LAYERS) || group.attributes().has(LAYERS + 0);
    }

    /** Reads all weights of all layers below {@code top}, in the order of the lists. */
    static void read(HdfNode top, Tensors tensors) {
        Set<String> layers = new HashSet<>();
        for (String layer : top.attributes().list(LAYERS).orElseThrow()) {
            if (!layers.add(tensors.checked(layer))) {
                throw tensors.damaged(Fault.DUP_NAME, layer, "a layer is listed twice");
            }
            HdfNode group = top.find(layer).orElseThrow(() -> missing(tensors, layer, LAYERS));
            List<String> weights = group.attributes()
                    .list(WEIGHTS)
                    .orElseThrow(() ->
                            tensors.damaged(Fault.ATTR, layer, "a layer does not list its weights in " + WEIGHTS));
            List<String> names = names(layer, weights);
            for (int i = 0; i < names.size(); i++) {
                String weight = tensors.checked(weights.get(i));
                HdfNode array = group.find(weight).orElseThrow(() -> missing(tensors, weight, WEIGHTS));
                tensors.add(names.get(i), array.tensor(names.get(i)));
            }
        }
    }

    private static RuntimeException missing(Tensors tensors, String name, String list) {
        return tensors.damaged(Fault.ATTR, name, list + " lists something that does not exist");
    }

    /** The names of a layer's weights, see {@link KerasFile}. */
    static List<String> names(String layer, List<String> weights) {
        List<String> names = new ArrayList<>();
        for (String weight : weights) {
            names.add(layer + "/" + role(layer, OUTPUT.matcher(weight).replaceFirst("")));
        }
        if (new HashSet<>(names).size() == names.size()) {
            return names;
        }
        return weights.stream().map(weight -> layer + "/" + weight).toList();
    }

    /** What a weight is in its layer: its name without the layer's, in front or in the midst. */
    private static String role(String layer, String weight) {
        String within = "/" + weight;
        int last = within.lastIndexOf("/" + layer + "/");
        if (last >= 0) {
            return within.substring(last + layer.length() + 2);
        }
        // TensorFlow 1 numbers a scope that is there a second time: conv1_1/kernel in the layer conv1.
        Matcher again = Pattern.compile(Pattern.quote(layer) + "_[0-9]+/(.+)").matcher(weight);
        if (again.matches()) {
            return again.group(1);
        }
        if (weight.startsWith(layer + "_") && weight.indexOf('/') < 0) {
            String role = weight.substring(layer.length() + 1);
            return KERAS_1.getOrDefault(role, role);
        }
        return weight;
    }
}
