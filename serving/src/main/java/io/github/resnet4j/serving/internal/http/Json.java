package io.github.resnet4j.serving.internal.http;

import io.github.resnet4j.files.Printable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON to and from clients, which are not trusted: no depth, no duplicate keys, no endless numbers. */
public final class Json {
    private static final int DEEPEST = 16;
    private static final int LONGEST_NUMBER = 64;
    private static final int LONGEST_NAME = 256;
    private static final int LONGEST_REASON = 160;

    /** Of a document that is read whole: each becomes an object. */
    private static final long MOST_TOKENS = 10_000;

    private static final JsonMapper MAPPER = mapper(Long.MAX_VALUE);
    private static final JsonMapper SMALL = mapper(MOST_TOKENS);

    private Json() {}

    private static JsonMapper mapper(long tokens) {
        StreamReadConstraints constraints = StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST)
                .maxNumberLength(LONGEST_NUMBER)
                .maxNameLength(LONGEST_NAME)
                .maxStringLength(Integer.MAX_VALUE) // bounded by the body
                .maxTokenCount(tokens)
                .build();
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(constraints)
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** In UTF-8. */
    public static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /** On one line. */
    public static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** Reads from a client's bytes. */
    public interface Reading<T> {
        T from(JsonParser parser);
    }

    /**
     * Reads a document token by token.
     *
     * @throws Refused if it is no valid JSON, or holds more than what {@code reading} took
     */
    public static <T> T read(byte[] bytes, int from, int length, Reading<T> reading) {
        try (JsonParser parser = MAPPER.createParser(bytes, from, length)) {
            T read = reading.from(parser);
            if (parser.nextToken() != null) {
                throw Refused.badRequest("the JSON goes on behind its end");
            }
            return read;
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    /**
     * Reads a small document whole.
     *
     * @throws Refused if it is no valid JSON
     */
    public static JsonNode tree(byte[] bytes) {
        try {
            return SMALL.readTree(bytes);
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    private static Refused invalid(JacksonException e) {
        if (e instanceof StreamConstraintsException
                && String.valueOf(e.getOriginalMessage()).contains("nesting")) {
            return Refused.badRequest("the JSON is nested more than " + DEEPEST + " deep");
        }
        // From there on the reason is about Jackson's own settings.
        String reason = Printable.line(String.valueOf(e.getOriginalMessage()))
                .replaceFirst("( \\(start marker at .*|: enable `.*)$", "");
        return Refused.badRequest("the body is no valid JSON: "
                + (reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…"));
    }
}
