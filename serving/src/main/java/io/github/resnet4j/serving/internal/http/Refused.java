package io.github.resnet4j.serving.internal.http;

import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;

/** A request that gets no answer but a status and one line that says why. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String reason;
    private final transient Map<HttpHeader, String> headers;

    private Refused(int status, String reason, String message, Map<HttpHeader, String> headers) {
        super(message, null, false, false); // refusals are many, and where they are thrown tells nothing
        this.status = status;
        this.reason = reason;
        this.headers = headers;
    }

    private static Refused of(int status, String reason, String message) {
        return new Refused(status, reason, message, Map.of());
    }

    /** The request is wrong: 400. */
    public static Refused badRequest(String message) {
        return of(400, "bad_request", message);
    }

    /** No token or a wrong one: 401. */
    public static Refused unauthorized() {
        return new Refused(
                401,
                "unauthorized",
                "send the server's token: Authorization: Bearer TOKEN",
                Map.of(HttpHeader.WWW_AUTHENTICATE, "Bearer"));
    }

    /** A page of another site asks: 403. */
    public static Refused otherSite(String message) {
        return of(403, "other_site", message);
    }

    /** There is no such thing: 404. */
    public static Refused notFound(String message) {
        return of(404, "not_found", message);
    }

    /** Not with this method: 405. */
    public static Refused method(String allowed) {
        return new Refused(405, "method", "this address takes " + allowed + " only", Map.of(HttpHeader.ALLOW, allowed));
    }

    /** The client is too slow: 408. */
    public static Refused slow() {
        return of(408, "slow_client", "the body took too long; send it faster, or send less");
    }

    /** The body is too large: 413. */
    public static Refused tooLarge(long limit) {
        return of(413, "too_large", "the body is larger than " + limit + " bytes; send a smaller one");
    }

    /** Not such a body: 415. */
    public static Refused mediaType(String message) {
        return of(415, "media_type", message);
    }

    /** There is too much to do: 429, with a time to come back. */
    public static Refused overloaded(String reason, String message) {
        return new Refused(429, reason, message, Map.of(HttpHeader.RETRY_AFTER, "1"));
    }

    /** Not now: 503. */
    public static Refused unavailable(String reason, String message) {
        return new Refused(503, reason, message, Map.of(HttpHeader.RETRY_AFTER, "1"));
    }

    /**
     * The client left before anything was computed: 499, as nginx has it. Who reads it has only said that he sends no more,
     * which looks the same.
     */
    public static Refused gone() {
        return of(
                499,
                "client_left",
                "the client closed the connection, or its side of it, before the answer; keep it open until then");
    }

    /** The deadline passed before anything was computed: 504. */
    public static Refused deadline() {
        return of(504, "deadline", "the server did not get to it before its deadline; nothing was computed");
    }

    public int status() {
        return status;
    }

    /** A word for it, one of few. */
    public String reason() {
        return reason;
    }

    /** Headers that belong to it. */
    public Map<HttpHeader, String> headers() {
        return headers == null ? Map.of() : headers;
    }
}
