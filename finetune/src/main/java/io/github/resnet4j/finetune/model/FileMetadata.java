package io.github.resnet4j.finetune.model;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * What files of tensors, safetensors and ONNX, say of a model besides its tensors: text by key. What was not written here, or is
 * damaged, counts as absent.
 */
public final class FileMetadata {
    private static final String ARCHITECTURE = "architecture";
    private static final String OPTIONS = "options";
    private static final String CLASSES = "classes";
    private static final String TEMPERATURE = "resnet4j.temperature";
    private static final int LONGEST = 1 << 20;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private FileMetadata() {}

    /** All that a card says, but for names of classes that are only numbers. */
    public static Map<String, String> of(ModelCard card) {
        Map<String, String> metadata = new TreeMap<>(card.provenance());
        metadata.put(ARCHITECTURE, card.architecture());
        metadata.put(OPTIONS, JSON.writeValueAsString(card.options()));
        if (!card.classes().equals(SourceModel.numbered(card.classes().size()))) {
            metadata.put(CLASSES, JSON.writeValueAsString(card.classes()));
        }
        card.temperature().ifPresent(temperature -> metadata.put(TEMPERATURE, String.valueOf(temperature)));
        metadata.putAll(card.preprocessing().asMetadata());
        return metadata;
    }

    /** The architecture with its options, if the zoo has such a one: several may have the same tensors. */
    static Optional<Architecture> architecture(Map<String, String> metadata) {
        try {
            Map<String, String> options = new LinkedHashMap<>();
            json(metadata, OPTIONS).forEachEntry((option, value) -> options.put(option, value.asString("")));
            return Optional.of(Zoo.find(metadata.getOrDefault(ARCHITECTURE, "")).with(options));
        } catch (UnknownModelException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The names of the classes, in the order of the logits. */
    static Optional<List<String>> classes(Map<String, String> metadata) {
        List<String> names = new ArrayList<>();
        for (JsonNode name : json(metadata, CLASSES)) {
            if (!name.isString()
                    || ModelCard.classNameProblem(name.stringValue()).isPresent()) {
                return Optional.empty();
            }
            names.add(name.stringValue());
        }
        return Optional.of(names).filter(all -> all.size() > 1);
    }

    private static JsonNode json(Map<String, String> metadata, String key) {
        String text = metadata.getOrDefault(key, "");
        try {
            return text.length() > LONGEST ? MissingNode.getInstance() : JSON.readTree(text);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }

    /** By which the logits are divided before the softmax. */
    static OptionalDouble temperature(Map<String, String> metadata) {
        try {
            double temperature = Double.parseDouble(metadata.getOrDefault(TEMPERATURE, ""));
            return temperature > 0 && temperature < Double.POSITIVE_INFINITY
                    ? OptionalDouble.of(temperature)
                    : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
