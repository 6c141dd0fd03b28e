package io.github.resnet4j.finetune.run;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Configuration values as a report says them: {@code pad-crop (padding 4)}. */
final class ConfigText {
    private ConfigText() {}

    /** A record with its components, a list with its elements, anything else as text. */
    static String of(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(ConfigText::of).collect(Collectors.joining(", "));
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(ConfigText::of).orElse("none");
        }
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        if (!value.getClass().isRecord()) {
            return value.toString();
        }
        List<String> parts = new ArrayList<>();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            Object part = read(component, value);
            if (!(part instanceof Optional<?> optional) || optional.isPresent()) {
                parts.add(kebab(component.getName()) + " " + of(part));
            }
        }
        String name = kebab(value.getClass().getSimpleName());
        return parts.isEmpty() ? name : name + " (" + String.join(", ", parts) + ")";
    }

    private static Object read(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("records of configurations are public", e);
        }
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
