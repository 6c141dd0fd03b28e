package io.github.resnet4j.finetune.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Configuration values as a report says them: {@code pad-crop (padding 4)}. */
public final class ConfigText {
    private ConfigText() {}

    /** A record with its components, a list with its elements, anything else as text. */
    public static String of(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(ConfigText::of).collect(Collectors.joining(", "));
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(ConfigText::of).orElse("none");
        }
        if (value instanceof Enum<?> constant) {
            return Scalars.kebab(constant);
        }
        if (!value.getClass().isRecord()) {
            return value.toString();
        }
        List<String> parts = new ArrayList<>();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            Object part = read(component, value);
            if (!(part instanceof Optional<?> optional) || optional.isPresent()) {
                parts.add(Scalars.kebab(component.getName()) + " " + of(part));
            }
        }
        String name = Scalars.kebab(value.getClass().getSimpleName());
        return parts.isEmpty() ? name : name + " (" + String.join(", ", parts) + ")";
    }

    private static Object read(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("records of configurations are public", e);
        }
    }
}
