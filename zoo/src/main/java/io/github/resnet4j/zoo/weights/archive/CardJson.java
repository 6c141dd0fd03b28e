package io.github.resnet4j.zoo.weights.archive;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.StreamReadFeature;
import org.nd4j.shade.jackson.core.util.DefaultIndenter;
import org.nd4j.shade.jackson.core.util.DefaultPrettyPrinter;
import org.nd4j.shade.jackson.databind.DeserializationFeature;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.json.JsonMapper;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * A {@link ModelCard} as JSON and back, through the tree only: no type in the file chooses a class. Strict both in
 * syntax (UTF-8, no duplicate keys, nothing after the end) and in content: every key must be there, and no other.
 *
 * <p>Written is format 3. Format 2 has no {@code temperature}. Format 1 knew residual networks alone: in place of
 * {@code options} it has their three options as keys of their own.
 */
final class CardJson {
    private static final int FORMAT = 3;
    private static final int UNCALIBRATED_FORMAT = 2;
    private static final int OLD_FORMAT = 1;
    private static final int MAX_DEPTH = 4;
    private static final int MAX_TEXT = 1 << 16;
    private static final List<String> UNCALIBRATED_KEYS =
            List.of("format", "architecture", "options", "input", "classes", "preprocessing", "provenance");
    private static final List<String> KEYS =
            Stream.concat(UNCALIBRATED_KEYS.stream(), Stream.of("temperature")).toList();
    private static final List<String> OLD_KEYS = List.of(
            "format",
            "architecture",
            "shortcut",
            "strideOn",
            "zeroInitResidual",
            "input",
            "classes",
            "preprocessing",
            "provenance");
    private static final List<String> PREPROCESSING_KEYS = List.of("resize", "crop", "interpolation", "mean", "std");
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private CardJson() {}

    static byte[] write(ModelCard card) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT);
        root.put("architecture", card.architecture());
        ObjectNode options = root.putObject("options");
        card.options().forEach(options::put);
        Shape input = card.input();
        root.putArray("input").add(input.channels()).add(input.height()).add(input.width());
        ArrayNode classes = root.putArray("classes");
        card.classes().forEach(classes::add);
        Preprocessing prepare = card.preprocessing();
        ObjectNode preprocessing = root.putObject("preprocessing");
        preprocessing.put(
                "resize", prepare.resize().isPresent() ? prepare.resize().getAsInt() : null);
        preprocessing.put("crop", prepare.crop().isPresent() ? prepare.crop().getAsInt() : null);
        preprocessing.put("interpolation", prepare.interpolation());
        ArrayNode mean = preprocessing.putArray("mean");
        prepare.mean().forEach(mean::add);
        ArrayNode std = preprocessing.putArray("std");
        prepare.std().forEach(std::add);
        ObjectNode provenance = root.putObject("provenance");
        card.provenance().forEach(provenance::put);
        root.put(
                "temperature",
                card.temperature().isPresent() ? card.temperature().getAsDouble() : null);
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
        try {
            return (MAPPER.writer(printer).writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers can always be written", e);
        }
    }

    /**
     * @throws IllegalArgumentException with the problem and its place
     */
    static ModelCard read(byte[] json) {
        JsonNode root = parse(json);
        int format = format(root);
        requireKeys(root, "the card", keys(format));
        List<Integer> input = list(root, "input", CardJson::asInteger);
        if (input.size() != 3) {
            throw new IllegalArgumentException("\"input\" must be [channels, height, width], got " + input);
        }
        return new ModelCard(
                string(root, "architecture"),
                format == OLD_FORMAT ? oldOptions(root) : strings(root, "options"),
                new Shape(input.get(0), input.get(1), input.get(2)),
                list(root, "classes", CardJson::asString),
                preprocessing(root.get("preprocessing")),
                strings(root, "provenance"),
                format == FORMAT ? optionalNumber(root, "temperature") : OptionalDouble.empty());
    }

    private static List<String> keys(int format) {
        return switch (format) {
            case OLD_FORMAT -> OLD_KEYS;
            case UNCALIBRATED_FORMAT -> UNCALIBRATED_KEYS;
            default -> KEYS;
        };
    }

    private static int format(JsonNode root) {
        requireObject(root, "the card");
        if (!root.has("format")) {
            throw missing("format", "the card");
        }
        int format = integer(root, "format");
        if (format < OLD_FORMAT || format > FORMAT) {
            throw new IllegalArgumentException(
                    "format " + format + " is not known to this version, which reads formats " + OLD_FORMAT + " to "
                            + FORMAT + (format > FORMAT ? "; use a newer resnet4j" : "; do not trust it"));
        }
        return format;
    }

    private static Map<String, String> oldOptions(JsonNode root) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("shortcut", string(root, "shortcut"));
        options.put("stride-on", string(root, "strideOn"));
        options.put("zero-init-residual", String.valueOf(bool(root, "zeroInitResidual")));
        return options;
    }

    private static Preprocessing preprocessing(JsonNode node) {
        requireKeys(node, "\"preprocessing\"", PREPROCESSING_KEYS);
        return new Preprocessing(
                optionalInteger(node, "resize"),
                optionalInteger(node, "crop"),
                string(node, "interpolation"),
                list(node, "mean", CardJson::asNumber),
                list(node, "std", CardJson::asNumber));
    }

    private static Map<String, String> strings(JsonNode parent, String key) {
        JsonNode node = parent.get(key);
        if (!node.isObject()) {
            throw mismatch(key, "an object of strings", node);
        }
        Map<String, String> entries = new LinkedHashMap<>();
        node.fields()
                .forEachRemaining(entry -> entries.put(entry.getKey(), asString(entry.getKey(), entry.getValue())));
        return entries;
    }

    private static JsonNode parse(byte[] json) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
            JsonLimits.find(json, MAX_DEPTH, MAX_TEXT).ifPresent(excess -> {
                throw new IllegalArgumentException("line " + excess.line(json) + ": " + excess.what());
            });
            return MAPPER.readTree(text);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("is not UTF-8", e);
        } catch (JsonProcessingException e) {
            String where =
                    e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
            throw new IllegalArgumentException(where + firstLine(e.getOriginalMessage()), e);
        }
    }

    private static void requireObject(JsonNode node, String where) {
        if (!node.isObject()) {
            throw new IllegalArgumentException(where + " must be an object, got " + node.getNodeType());
        }
    }

    private static void requireKeys(JsonNode node, String where, List<String> keys) {
        requireObject(node, where);
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!keys.contains(name)) {
                throw new IllegalArgumentException("unknown key of " + where + " \"" + Printable.brief(name) + "\""
                        + Suggest.nearest(name, keys)
                                .map(near -> "; did you mean " + near + "?")
                                .orElse("; the keys are " + String.join(", ", keys)));
            }
        }
        for (String key : keys) {
            if (!node.has(key)) {
                throw missing(key, where);
            }
        }
    }

    private static IllegalArgumentException missing(String key, String where) {
        return new IllegalArgumentException("\"" + key + "\" is missing from " + where);
    }

    private interface Item<T> {
        T of(String key, JsonNode node);
    }

    private static <T> List<T> list(JsonNode parent, String key, Item<T> item) {
        JsonNode node = parent.get(key);
        if (!node.isArray()) {
            throw mismatch(key, "a list", node);
        }
        List<T> items = new ArrayList<>(node.size());
        node.forEach(element -> items.add(item.of(key, element)));
        return items;
    }

    private static String string(JsonNode parent, String key) {
        return asString(key, parent.get(key));
    }

    private static int integer(JsonNode parent, String key) {
        return asInteger(key, parent.get(key));
    }

    private static OptionalInt optionalInteger(JsonNode parent, String key) {
        return parent.get(key).isNull() ? OptionalInt.empty() : OptionalInt.of(integer(parent, key));
    }

    private static OptionalDouble optionalNumber(JsonNode parent, String key) {
        return parent.get(key).isNull() ? OptionalDouble.empty() : OptionalDouble.of(asNumber(key, parent.get(key)));
    }

    private static boolean bool(JsonNode parent, String key) {
        JsonNode node = parent.get(key);
        if (!node.isBoolean()) {
            throw mismatch(key, "true or false", node);
        }
        return node.booleanValue();
    }

    private static String asString(String key, JsonNode node) {
        if (!node.isTextual()) {
            throw mismatch(key, "a string", node);
        }
        return node.textValue();
    }

    private static int asInteger(String key, JsonNode node) {
        if (!node.isInt()) {
            throw mismatch(key, "an integer", node);
        }
        return node.intValue();
    }

    private static double asNumber(String key, JsonNode node) {
        if (!node.isNumber()) {
            throw mismatch(key, "a number", node);
        }
        return node.doubleValue();
    }

    private static IllegalArgumentException mismatch(String key, String wanted, JsonNode got) {
        return new IllegalArgumentException("\"" + Printable.brief(key) + "\" must be " + wanted + ", got "
                + got.getNodeType().name().toLowerCase(Locale.ROOT));
    }

    private static String firstLine(String message) {
        return Printable.brief(message.lines().findFirst().orElse("not JSON"));
    }
}
