package io.github.resnet4j.serving.internal.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * An address and what answers there.
 *
 * @param methods that it takes; with GET also HEAD
 * @param template such as {@code /v2/models/{name}}
 * @param access who may ask
 */
public record Route(List<String> methods, String template, Access access, Action action) {
    /** Who may ask, and when. */
    public enum Access {
        /** Everybody at any time: what says nothing of the models. */
        OPEN,
        /** Whoever has the token, also while the server stops. */
        OBSERVER,
        /** Whoever has the token, while the server is ready. */
        CLIENT
    }

    /** Answers a request. */
    @FunctionalInterface
    public interface Action {
        /**
         * @return the reply, or {@link Refused}
         * @throws Refused likewise
         */
        CompletableFuture<Reply> answer(Call call);
    }

    /** A route of GET whose answer takes no time. */
    public static Route get(String template, Access access, Function<Call, Reply> answer) {
        return new Route(
                List.of("GET", "HEAD"),
                template,
                access,
                call -> CompletableFuture.completedFuture(answer.apply(call)));
    }

    /** A route that takes a body. */
    public static Route post(String template, Action action) {
        return new Route(List.of("POST"), template, Access.CLIENT, action);
    }

    /** The variables of the template in a path, if the path is of its form. */
    Optional<Map<String, String>> match(String path) {
        String[] expected = template.split("/", -1);
        String[] found = path.split("/", -1);
        if (expected.length != found.length) {
            return Optional.empty();
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < expected.length; i++) {
            if (expected[i].startsWith("{")) {
                variables.put(expected[i].substring(1, expected[i].length() - 1), found[i]);
            } else if (!expected[i].equals(found[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(variables);
    }
}
