package io.github.resnet4j.serving.internal.http;

import io.github.resnet4j.serving.ServerOptions;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Keeps the pages of other sites, which run in the browsers of this machine, from a server that asks nobody who he is. A
 * page whose own name was made to lead here (DNS rebinding) sends that name; one that posts forms here is called
 * cross-site by the browser.
 */
final class Origin {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9A-Fa-f:.%]+]");
    private static final Set<String> READING = Set.of("GET", "HEAD");

    private final String host;
    private final boolean open;

    Origin(ServerOptions options) {
        this.host = options.host().toLowerCase(Locale.ROOT);
        this.open = options.token().isEmpty();
    }

    /** @throws Refused if a page of another site sent it */
    void requireOwn(Request request) {
        if (!open) {
            return;
        }
        String sent = request.getHeaders().get(HttpHeader.HOST);
        if (sent != null && !isOurs(name(sent))) {
            throw Refused.otherSite(
                    "this server answers to localhost, addresses and the name it listens on, not to the Host"
                            + " that was sent; a proxy before it has to send Host: localhost, or give the server a token");
        }
        if ("cross-site".equals(request.getHeaders().get("Sec-Fetch-Site")) && !READING.contains(request.getMethod())) {
            throw Refused.otherSite("pages of other sites may not ask this server; give it a token if they are to");
        }
    }

    private static String name(String authority) {
        return authority.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
    }

    private boolean isOurs(String name) {
        return name.isEmpty()
                || name.equals("localhost")
                || name.endsWith(".localhost")
                || name.equals(host)
                || ADDRESS.matcher(name).matches();
    }
}
