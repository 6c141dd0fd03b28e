package io.github.resnet4j.finetune.config;

import io.github.resnet4j.finetune.report.Numbers;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        if (value instanceof Double number) {
            return Numbers.decimal(number);
        }
        if (value instanceof ClassWeights weights) {
            return weights.balanced()
                    ? "balanced"
                    : weights.weights().entrySet().stream()
                            .map(each -> each.getKey() + " " + of(each.getValue()))
                            .collect(Collectors.joining(", "));
        }
        if (!value.getClass().isRecord()) {
            return value.toString();
        }
        List<String> parts = new ArrayList<>();
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            Object part = read(component, value);
            if (!(part instanceof Optional<?> optional) || optional.isPresent()) {
                String text = of(part);
                String name = Scalars.kebab(component.getName());
                parts.add(text.startsWith(name + " (") ? text : name + " " + text); // a warmup is called just that
            }
        }
        String name = Scalars.kebab(value.getClass().getSimpleName());
        return parts.isEmpty() ? name : name + " (" + String.join(", ", parts) + ")";
    }

    /** A record's kind under {@code key}, and each component under {@code key.component}. */
    public static Map<String, String> parts(String key, Object value) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put(key, Scalars.kebab(value.getClass().getSimpleName()));
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            if (component.isAnnotationPresent(Inlined.class)) {
                Map<String, String> inlined = parts(key, read(component, value));
                inlined.remove(key);
                parts.putAll(inlined);
                continue;
            }
            parts.put(key + "." + Scalars.kebab(component.getName()), of(read(component, value)));
        }
        return parts;
    }

    private static Object read(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("records of configurations are public", e);
        }
    }
}
