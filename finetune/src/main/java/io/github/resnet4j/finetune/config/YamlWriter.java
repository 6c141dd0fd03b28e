package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.finetune.report.Numbers;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Records to YAML, the reverse of {@link Binder}: maps in block style down to lists, everything below in flow style.
 */
final class YamlWriter {
    private YamlWriter() {}

    static String write(Record config) {
        StringBuilder out = new StringBuilder();
        map(tree(config), "", out);
        return out.toString();
    }

    /** What stands at a key, on one line; absent if there is nothing. */
    static Optional<String> value(Record config, String key) {
        Object value = tree(config);
        for (String name : key.split("\\.")) {
            value = value instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return Optional.ofNullable(value).map(YamlWriter::flow);
    }

    /** The record as maps, lists and written scalars. */
    private static Map<String, Object> tree(Record config) {
        Map<String, Object> tree = new LinkedHashMap<>();
        if (config instanceof OptimizerConfig || config instanceof ScheduleConfig) {
            tree.put("type", Scalars.kebab(config.getClass().getSimpleName()));
        }
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            Object value = get(component, config);
            if (component.isAnnotationPresent(Inlined.class)) {
                tree.putAll(tree((Record) value));
            } else if (value instanceof Optional<?> optional) {
                optional.ifPresent(present -> tree.put(Scalars.kebab(component.getName()), written(present)));
            } else {
                tree.put(Scalars.kebab(component.getName()), written(value));
            }
        }
        return tree;
    }

    private static Object written(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(YamlWriter::written).collect(Collectors.toCollection(ArrayList::new));
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> texts = new LinkedHashMap<>();
            new TreeMap<>(map).forEach((key, text) -> texts.put(Scalars.quoted(key.toString()), written(text)));
            return texts;
        }
        if (value instanceof Transform transform) {
            return Map.of(Scalars.kebab(transform.getClass().getSimpleName()), tree((Record) transform));
        }
        if (value instanceof NormalizeConfig normalize) {
            return NormalizeConfig.NAMED.entrySet().stream()
                    .filter(named -> named.getValue().equals(normalize))
                    .<Object>map(Map.Entry::getKey)
                    .findFirst()
                    .orElseGet(() -> tree(normalize));
        }
        if (value instanceof ClassWeights weights) {
            return weights.balanced() ? "balanced" : written(weights.weights());
        }
        if (value instanceof Record nested) {
            return tree(nested);
        }
        if (value instanceof Double number) {
            return Numbers.decimal(number);
        }
        if (value instanceof Enum<?> constant) {
            return Scalars.kebab(constant);
        }
        return value instanceof Number || value instanceof Boolean
                ? value.toString()
                : Scalars.quoted(value.toString());
    }

    private static void map(Map<?, ?> tree, String indent, StringBuilder out) {
        tree.forEach((key, value) -> {
            out.append(indent).append(key).append(':');
            if (value instanceof Map<?, ?> nested && !nested.isEmpty()) {
                map(nested, indent + "  ", out.append('\n'));
            } else if (value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)) {
                out.append('\n');
                list.forEach(item -> item(item, indent + "  ", out));
            } else {
                out.append(' ').append(flow(value)).append('\n');
            }
        });
    }

    /** A list's map on one line: one name with its options, or several keys. */
    private static void item(Object item, String indent, StringBuilder out) {
        Map<?, ?> map = (Map<?, ?>) item;
        String text = flow(map);
        out.append(indent)
                .append("- ")
                .append(map.size() == 1 ? text.substring(1, text.length() - 1) : text)
                .append('\n');
    }

    private static String flow(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> entry.getKey() + ": " + flow(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(YamlWriter::flow).collect(Collectors.joining(", ", "[", "]"));
        }
        return value.toString();
    }

    private static Object get(RecordComponent component, Record config) {
        try {
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }
}
