package io.github.resnet4j.serving.internal.http;

import io.github.resnet4j.files.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/** What a client has to know, if anything. Only its hash is kept, and compared in a time that does not depend on it. */
final class Token {
    private static final String SCHEME = "Bearer ";

    private final Optional<byte[]> hash;

    Token(Optional<String> token) {
        this.hash = token.map(Token::hash);
    }

    private static byte[] hash(String text) {
        return Digest.sha256().add(text.getBytes(StandardCharsets.UTF_8)).hex().getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether a request brings it. */
    boolean isIn(Request request) {
        if (hash.isEmpty()) {
            return true;
        }
        String sent = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        boolean bearer = sent != null && sent.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return bearer
                && MessageDigest.isEqual(
                        hash.get(), hash(sent.substring(SCHEME.length()).strip()));
    }
}
