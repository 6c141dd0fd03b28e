package io.github.resnet4j.zoo.weights.archive;

import io.github.resnet4j.zoo.Suggest;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.spec.ResNetSpec;
import io.github.resnet4j.zoo.spec.ShortcutType;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
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
 * A {@link ModelCard} as JSON and back, through the tree only: no type in the file chooses a class. Strict both in syntax
 * (UTF-8, no duplicate keys, nothing behind the end) and in content: every key must be there and no other may.
 */
final class CardJson {
    private static final int MAX_DEPTH = 4;
    private static final int MAX_TEXT = 1 << 16;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private CardJson() {}

    static byte[] write(ModelCard card) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", card.format());
        root.put("architecture", card.architecture());
        root.put("shortcut", card.shortcut().option());
        root.put("strideOn", text(card.strideOn()));
        root.put("zeroInitResidual", card.zeroInitResidual());
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
        requireKeys(
                root,
                "the card",
                "format",
                "architecture",
                "shortcut",
                "strideOn",
                "zeroInitResidual",
                "input",
                "classes",
                "preprocessing",
                "provenance");
        int format = integer(root, "format");
        List<Integer> input = list(root, "input", CardJson::asInteger);
        if (input.size() != 3) {
            throw new IllegalArgumentException("\"input\" must be [channels, height, width], got " + input);
        }
        return new ModelCard(
                format,
                string(root, "architecture"),
                shortcut(string(root, "shortcut")),
                strideOn(string(root, "strideOn")),
                bool(root, "zeroInitResidual"),
                new Shape(input.get(0), input.get(1), input.get(2)),
                list(root, "classes", CardJson::asString),
                preprocessing(root.get("preprocessing")),
                provenance(root.get("provenance")));
    }

    private static Preprocessing preprocessing(JsonNode node) {
        requireKeys(node, "\"preprocessing\"", "resize", "crop", "interpolation", "mean", "std");
        return new Preprocessing(
                optionalInteger(node, "resize"),
                optionalInteger(node, "crop"),
                string(node, "interpolation"),
                list(node, "mean", CardJson::asNumber),
                list(node, "std", CardJson::asNumber));
    }

    private static Map<String, String> provenance(JsonNode node) {
        if (!node.isObject()) {
            throw mismatch("provenance", "an object of strings", node);
        }
        Map<String, String> entries = new TreeMap<>();
        node.fields()
                .forEachRemaining(entry -> entries.put(entry.getKey(), asString(entry.getKey(), entry.getValue())));
        return entries;
    }

    private static ShortcutType shortcut(String option) {
        return ShortcutType.of(option).orElseThrow(() -> {
            List<String> options = Arrays.stream(ShortcutType.values())
                    .map(ShortcutType::option)
                    .toList();
            return unknown("shortcut", option, options);
        });
    }

    private static ResNetSpec.StrideOn strideOn(String text) {
        for (ResNetSpec.StrideOn value : ResNetSpec.StrideOn.values()) {
            if (text(value).equals(text)) {
                return value;
            }
        }
        throw unknown(
                "strideOn",
                text,
                Arrays.stream(ResNetSpec.StrideOn.values()).map(CardJson::text).toList());
    }

    /** {@code first-1x1}, {@code middle-3x3}. */
    private static String text(ResNetSpec.StrideOn value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
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

    private static void requireKeys(JsonNode node, String where, String... keys) {
        if (!node.isObject()) {
            throw new IllegalArgumentException(where + " must be an object, got " + node.getNodeType());
        }
        List<String> known = List.of(keys);
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw unknown("key of " + where, name, known);
            }
        }
        for (String key : keys) {
            if (!node.has(key)) {
                throw new IllegalArgumentException("\"" + key + "\" is missing from " + where);
            }
        }
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
        return new IllegalArgumentException("\"" + Printable.text(key) + "\" must be " + wanted + ", got "
                + got.getNodeType().name().toLowerCase(Locale.ROOT));
    }

    private static IllegalArgumentException unknown(String what, String word, List<String> known) {
        return new IllegalArgumentException("unknown " + what + " \"" + Printable.text(word) + "\""
                + Suggest.nearest(word, known)
                        .map(near -> "; did you mean " + near + "?")
                        .orElse("; it is one of " + String.join(", ", known)));
    }

    private static String firstLine(String message) {
        return Printable.text(message.lines().findFirst().orElse("not JSON"));
    }
}
