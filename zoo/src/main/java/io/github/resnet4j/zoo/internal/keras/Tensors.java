package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the tensors of a file and what there is to say about them. */
final class Tensors {
    private static final int LONGEST_NAME = 512;

    private final Hdf5 file;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    Tensors(HdfNode root) {
        this.file = root.file();
        if (root.attributes().has("model_config")) {
            notes.add("did not read the description of the model (model_config)");
        }
        for (String group : List.of("optimizer_weights", "optimizer")) {
            if (root.names().contains(group)) {
                notes.add("left out the optimizer's state (" + group + ")");
            }
        }
    }

    void add(String name, Tensor tensor) {
        if (tensors.putIfAbsent(name, tensor) != null) {
            throw damaged(Fault.DUP_NAME, name, "two weights have the same name");
        }
    }

    void note(String sentence) {
        notes.add(sentence);
    }

    boolean isEmpty() {
        return tensors.isEmpty();
    }

    /** The name, if it can be one. */
    String checked(String name) {
        if (name.isEmpty()) {
            throw file.damaged(Fault.NAME, Location.WHOLE, "a layer or a weight has no name");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw hostile(Fault.NAME, name, "has a name of more than " + LONGEST_NAME + " bytes");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw hostile(Fault.NAME, name, "has a name with control characters");
        }
        return name;
    }

    BadWeightsException damaged(Fault fault, String name, String problem) {
        return file.damaged(fault, new Location.Named(name), problem);
    }

    BadWeightsException hostile(Fault fault, String name, String problem) {
        return file.hostile(fault, new Location.Named(name), problem);
    }

    StateDict stateDict(Map<String, String> metadata) {
        return new StateDict(file.file().path(), WeightFormat.KERAS_H5, tensors, metadata, notes);
    }
}
