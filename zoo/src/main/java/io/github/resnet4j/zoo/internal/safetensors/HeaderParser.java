package io.github.resnet4j.zoo.internal.safetensors;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Location;
import io.github.resnet4j.zoo.weights.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.core.io.JsonEOFException;

/** Reads a header token by token, without recursion, keeping nothing but what the tensors need. */
final class HeaderParser {
    /** Names are not collected in a table: they differ, and a hostile file's would collide. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    /** The format's types that have no counterpart here. */
    private static final Set<String> OTHER_TYPES = Set.of(
            "F4",
            "F6_E2M3",
            "F6_E3M2",
            "F8_E5M2",
            "F8_E4M3",
            "F8_E8M0",
            "F8_E4M3FNUZ",
            "F8_E5M2FNUZ",
            "U16",
            "U32",
            "C64",
            "U64");

    private static final String SAVE_AGAIN = "; save it again with the safetensors library";

    private final FileBytes file;
    private final int length;
    private final JsonParser json;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final List<Span> spans = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** Characters of names and metadata so far. */
    private long text;

    /** Where a tensor lies, counted from the end of the header. */
    record Span(String name, long begin, long end) {}

    /**
     * What a header says.
     *
     * @param tensors in its order; each agrees with its span in size, where the spans lie is not checked
     */
    record Header(Map<String, Tensor> tensors, List<Span> spans, Map<String, String> metadata) {}

    private HeaderParser(FileBytes file, int length) throws IOException {
        this.file = file;
        this.length = length;
        this.json = JSON.createParser(new HeaderText(file, length));
    }

    /**
     * Reads the header of {@code length} bytes.
     *
     * @throws BadWeightsException if it breaks a rule
     */
    static Header parse(FileBytes file, int length) {
        try {
            HeaderParser parser = new HeaderParser(file, length);
            try (JsonParser json = parser.json) {
                return parser.header();
            } catch (JsonProcessingException e) {
                throw parser.noJson(e);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the header's text throws no other", e);
        }
    }

    private Header header() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw bad(Fault.JSON, here(), "has a header that is not a JSON object" + SAVE_AGAIN);
        }
        boolean metadataSeen = false;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.getCurrentName();
            if (!name.equals(Rules.METADATA)) {
                tensor(name);
            } else if (metadataSeen) {
                throw bad(Fault.METADATA, here(), "has metadata twice" + SAVE_AGAIN);
            } else {
                metadataSeen = true;
                metadata();
            }
        }
        if (json.nextToken() != null) {
            throw bad(Fault.JSON, here(), "has data after the JSON object in its header" + SAVE_AGAIN);
        }
        return new Header(tensors, spans, metadata);
    }

    private void metadata() throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw noMetadata();
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.getCurrentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                if (json.currentToken().isStructStart()) {
                    json.skipChildren(); // where it is too deep, that is the fault
                }
                throw noMetadata();
            }
            String value = json.getText();
            text += key.length() + value.length();
            if (text > Rules.MAX_TEXT || metadata.size() == Rules.MAX_ENTRIES) {
                throw bad(
                        Fault.METADATA,
                        here(),
                        "has metadata of more than " + Rules.MAX_TEXT + " characters or " + Rules.MAX_ENTRIES
                                + " entries; do not trust it");
            }
            if (!Rules.isText(key) || !Rules.isText(value)) {
                throw bad(Fault.JSON, here(), "has an unpaired surrogate in its metadata" + SAVE_AGAIN);
            }
            if (metadata.put(key, value) != null) {
                throw bad(
                        Fault.DUP_KEY, here(), "has metadata with " + Printable.brief(key) + " twice; do not trust it");
            }
        }
    }

    private BadWeightsException noMetadata() {
        return bad(Fault.METADATA, here(), "has " + Rules.METADATA + " that is not an object of strings" + SAVE_AGAIN);
    }

    private void tensor(String name) throws IOException {
        Optional<String> problem = Rules.nameProblem(name);
        if (problem.isPresent()) {
            throw bad(Fault.NAME, here(), "has a tensor whose name " + problem.get() + "; rename it");
        }
        if (tensors.containsKey(name)) {
            throw bad(Fault.DUP_KEY, new Location.Named(name), "has two tensors of the same name; do not trust it");
        }
        text += name.length();
        if (text > Rules.MAX_TEXT || tensors.size() == Rules.MAX_ENTRIES) {
            throw bad(
                    Fault.LIMIT_TENSORS,
                    here(),
                    "has more than " + Rules.MAX_ENTRIES + " tensors or names of more than " + Rules.MAX_TEXT
                            + " characters, which no network here has; do not trust it");
        }
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw bad(Fault.FIELD, new Location.Named(name), "has a tensor that is not a JSON object" + SAVE_AGAIN);
        }
        DType type = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.getCurrentName();
            switch (field) {
                case "dtype" -> {
                    requireFirst(name, field, type);
                    type = type(name);
                }
                case "shape" -> {
                    requireFirst(name, field, shape);
                    shape = integers(name, Rules.MAX_RANK, Fault.RANK, Fault.SIZE, Fault.OVERFLOW, "shape");
                }
                case "data_offsets" -> {
                    requireFirst(name, field, offsets);
                    offsets = integers(name, 2, Fault.OFFSETS, Fault.OFFSETS, Fault.OFFSETS, "place");
                }
                default ->
                    throw bad(
                            Fault.FIELD,
                            new Location.Named(name),
                            "has a tensor with the field " + Printable.brief(field) + ", which the format does not have"
                                    + SAVE_AGAIN);
            }
        }
        if (type == null || shape == null || offsets == null) {
            throw bad(
                    Fault.FIELD,
                    new Location.Named(name),
                    "has a tensor without " + (type == null ? "dtype" : shape == null ? "shape" : "data_offsets")
                            + SAVE_AGAIN);
        }
        add(name, type, shape, offsets);
    }

    private void requireFirst(String name, String field, Object value) {
        if (value != null) {
            throw bad(
                    Fault.DUP_KEY,
                    new Location.Named(name),
                    "has a tensor with the field " + field + " twice; do not trust it");
        }
    }

    private DType type(String name) throws IOException {
        if (json.nextToken() != JsonToken.VALUE_STRING) {
            throw bad(Fault.DTYPE, new Location.Named(name), "has a tensor whose dtype is not a string" + SAVE_AGAIN);
        }
        String type = json.getText();
        return DType.of(type)
                .orElseThrow(() -> bad(
                        Fault.DTYPE,
                        new Location.Named(name),
                        OTHER_TYPES.contains(type)
                                ? "has a tensor of " + type + ", which resnet4j does not read; convert it to F32"
                                : "has a tensor of the unknown dtype " + Printable.brief(type) + SAVE_AGAIN));
    }

    /** A list of at most {@code most} integers, and the faults of one that is longer, no such list, or too large. */
    private List<Long> integers(String name, int most, Fault tooLong, Fault none, Fault tooLarge, String what)
            throws IOException {
        if (json.nextToken() != JsonToken.START_ARRAY) {
            throw bad(none, new Location.Named(name), "has a tensor whose " + what + " is not a list" + SAVE_AGAIN);
        }
        List<Long> integers = new ArrayList<>(most);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (integers.size() == most) {
                throw bad(
                        tooLong,
                        new Location.Named(name),
                        "has a tensor whose " + what + " has more than " + most + " numbers; do not trust it");
            }
            if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || json.getTextCharacters()[json.getTextOffset()] == '-') {
                throw bad(
                        none,
                        new Location.Named(name),
                        "has a tensor whose " + what + " has a number that is not an integer of 0 or more"
                                + SAVE_AGAIN);
            }
            // 2^53 has 16 digits: longer ones are not even converted.
            if (json.getTextLength() > 16 || json.getLongValue() > Rules.MAX_INTEGER) {
                throw bad(
                        tooLarge,
                        new Location.Named(name),
                        "has a tensor whose " + what + " has a number above 2^53; do not trust it");
            }
            integers.add(json.getLongValue());
        }
        return integers;
    }

    private void add(String name, DType type, List<Long> shape, List<Long> offsets) {
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw bad(
                    Fault.OFFSETS,
                    new Location.Named(name),
                    "has a tensor that ends before it begins, at " + offsets + "; download it again");
        }
        long begin = offsets.get(0);
        long end = offsets.get(1);
        Tensor tensor;
        try {
            tensor = Tensor.of(type, shape, new Stored(file, Rules.PREFIX + length + begin, type.bytes(), end - begin));
        } catch (ArithmeticException e) {
            throw bad(
                    Fault.OVERFLOW,
                    new Location.Named(name),
                    "has a tensor of the shape " + shape + ", larger than any disk; do not trust it");
        }
        if (tensor.bytes() != end - begin) {
            throw bad(
                    Fault.SIZE,
                    new Location.Named(name),
                    "has a tensor of " + tensor + ", which is " + tensor.bytes() + " bytes, in a range of "
                            + (end - begin) + "; copy or download it again");
        }
        tensors.put(name, tensor);
        spans.add(new Span(name, begin, end));
    }

    private BadWeightsException noJson(JsonProcessingException e) {
        // "Unexpected character ('!' (code 33)): was expecting double-quote to start field name"
        String message = e.getOriginalMessage().split(": ", 2)[0];
        // The parser is one character further, unless there is none.
        long index = e.getLocation().getCharOffset() - (e instanceof JsonEOFException ? 0 : 1);
        return bad(
                Fault.JSON,
                at(index),
                "has a header that is not JSON: " + Printable.brief(message) + "; copy or download it again");
    }

    private Location here() {
        return at(json.getTokenLocation().getCharOffset());
    }

    private Location at(long index) {
        return new Location.At(HeaderText.byteOf(file, length, index));
    }

    private BadWeightsException bad(Fault fault, Location place, String problem) {
        return Rules.bad(file, fault, place, problem);
    }
}
