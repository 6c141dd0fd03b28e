package io.github.resnet4j.engine;

import java.util.Optional;
import java.util.function.Supplier;
import org.deeplearning4j.config.DL4JSystemProperties;

/** DL4J's switch of its layer helpers, which layers read when they are made. */
final class Helpers {
    private static final String SWITCH = DL4JSystemProperties.DISABLE_HELPER_PROPERTY;

    private Helpers() {}

    static <T> T on(Supplier<T> action) {
        return with(Optional.of("false"), action);
    }

    static <T> T off(Supplier<T> action) {
        return with(Optional.of("true"), action);
    }

    /** What {@code action} returns while the switch has this value, or none. */
    static <T> T with(Optional<String> value, Supplier<T> action) {
        Optional<String> before = Optional.ofNullable(System.getProperty(SWITCH));
        try {
            set(value);
            return action.get();
        } finally {
            set(before);
        }
    }

    private static void set(Optional<String> value) {
        value.ifPresentOrElse(v -> System.setProperty(SWITCH, v), () -> System.clearProperty(SWITCH));
    }
}
