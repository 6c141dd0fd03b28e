package io.github.resnet4j.serving.internal.http;

import io.github.resnet4j.files.Printable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What goes back.
 *
 * @param body not copied and not to be modified
 * @param headers besides those of the body
 */
public record Reply(int status, String contentType, byte[] body, Map<String, String> headers) {
    private static final String JSON = "application/json";
    private static final int LONGEST_ERROR = 400;

    /** An answer in JSON. */
    public static Reply json(Object value) {
        return json(200, value);
    }

    /** JSON with another status. */
    public static Reply json(int status, Object value) {
        return new Reply(status, JSON, Json.bytes(value), Map.of());
    }

    /** An answer of another type. */
    public static Reply of(String contentType, byte[] body) {
        return new Reply(200, contentType, body, Map.of());
    }

    static Reply error(Refused refused) {
        Map<String, String> headers = new LinkedHashMap<>();
        refused.headers().forEach((header, value) -> headers.put(header.asString(), value));
        return error(refused.status(), refused.getMessage()).with(headers);
    }

    /** {@code {"error": …}} in one short line. */
    static Reply error(int status, String message) {
        String line = Printable.line(message);
        String shortened = line.length() <= LONGEST_ERROR ? line : line.substring(0, LONGEST_ERROR) + "…";
        return json(status, Map.of("error", shortened));
    }

    /** The same with more headers. */
    public Reply with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new Reply(status, contentType, body, all);
    }
}
