package io.github.resnet4j.cli;

import tools.jackson.databind.json.JsonMapper;

/** What {@code --json} prints. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /** One line. */
    static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }
}
