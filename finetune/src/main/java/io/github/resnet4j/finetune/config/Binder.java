package io.github.resnet4j.finetune.config;

import io.github.resnet4j.datasets.transform.Default;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.files.Suggest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Binds a tree to records, strictly: every key known, every value of its type. Notes problems and continues. */
final class Binder {
    private final ConfigProblems problems;
    private final Map<String, RunLabel> labels;

    Binder(ConfigProblems problems) {
        this(problems, Map.of());
    }

    /** @param labels what a {@link RunLabel} may be */
    Binder(ConfigProblems problems, Map<String, RunLabel> labels) {
        this.problems = problems;
        this.labels = labels;
    }

    /** The configuration; empty only where a problem was noted. */
    <T extends Record> Optional<T> bind(Class<T> type, YamlNode.Mapping root) {
        return record(type, root, root.where(), "").map(type::cast);
    }

    /** The path of a key in the map at {@code path}. */
    static String child(String path, String key) {
        String shown = Printable.brief(key);
        return path.isEmpty() ? shown : path + "." + shown;
    }

    private Optional<?> value(Type type, YamlNode node, Where where, String path) {
        if (node instanceof YamlNode.Unreadable) {
            return Optional.empty();
        }
        boolean isNull = node instanceof YamlNode.Scalar scalar && scalar.isNull();
        if (type instanceof ParameterizedType generic) {
            Type element = generic.getActualTypeArguments()[0];
            if (generic.getRawType() == List.class) {
                return list(element, node, where, path);
            }
            if (generic.getRawType() == Map.class) {
                return texts(node, where, path);
            }
            return isNull
                    ? Optional.of(Optional.empty())
                    : value(element, node, where, path).map(Optional::of);
        }
        if (isNull) {
            return problem(where, path, "has no value");
        }
        Class<?> plain = (Class<?>) type;
        if (plain == NormalizeConfig.class && node instanceof YamlNode.Scalar name) {
            return choice(name, NormalizeConfig.NAMED, where, path);
        }
        if (plain == ClassWeights.class) {
            return classWeights(node, where, path);
        }
        if (plain == Transform.class) {
            return transform(node, where, path);
        }
        if (plain == RunLabel.class && node instanceof YamlNode.Scalar label) {
            return choice(label, labels, where, path);
        }
        if (plain == ExperimentConfig.Run.class && node instanceof YamlNode.Mapping run) {
            problems.enter(run.get("label")
                    .map(YamlNode.Entry::value)
                    .filter(YamlNode.Scalar.class::isInstance)
                    .map(label -> Printable.brief(((YamlNode.Scalar) label).text()))
                    .orElse(path));
            Optional<?> bound = record(plain, run, where, path);
            problems.leave();
            return bound;
        }
        if (plain == RunConfig.class && node instanceof YamlNode.Mapping run) {
            return record(plain, run, run.where(), ""); // its keys stand in a file of its own
        }
        if (plain.isSealed() && !plain.isEnum()) {
            return variant(plain, node, where, path);
        }
        if (plain.isRecord()) {
            return node instanceof YamlNode.Mapping map
                    ? record(plain, map, where, path)
                    : expected("a map", node, where, path);
        }
        if (!(node instanceof YamlNode.Scalar scalar)) {
            return expected(plain.isEnum() ? "one word" : kind(plain), node, where, path);
        }
        if (plain.isEnum()) {
            return choice(scalar, constants(plain), where, path);
        }
        return scalar(plain, scalar, where, path);
    }

    private Optional<?> scalar(Class<?> type, YamlNode.Scalar scalar, Where where, String path) {
        String text = scalar.text();
        if (type == String.class) {
            return Optional.of(text);
        }
        if (type == Path.class) {
            try {
                return text.isBlank() ? problem(where, path, "must not be blank") : Optional.of(Path.of(text));
            } catch (InvalidPathException e) {
                return problem(where, path, "not a path: " + Printable.brief(e.getReason()));
            }
        }
        if (type == boolean.class || type == Boolean.class) {
            return scalar.matches(Scalars.TRUE) || scalar.matches(Scalars.FALSE)
                    ? Optional.of(scalar.matches(Scalars.TRUE))
                    : expected(kind(type), scalar, where, path);
        }
        boolean real = type == double.class || type == Double.class;
        if (!scalar.matches(real ? Scalars.NUMBER : Scalars.INTEGER)) {
            return expected(kind(type), scalar, where, path);
        }
        try {
            if (real) {
                double number = Double.parseDouble(text);
                return Double.isFinite(number) ? Optional.of(number) : problem(where, path, "too large a number");
            }
            boolean wide = type == long.class || type == Long.class;
            return wide ? Optional.of(Long.valueOf(text)) : Optional.of(Integer.valueOf(text));
        } catch (NumberFormatException e) {
            return problem(where, path, "too large a whole number: " + Printable.brief(text));
        }
    }

    private Optional<?> list(Type element, YamlNode node, Where where, String path) {
        if (!(node instanceof YamlNode.Sequence sequence)) {
            return expected("a list", node, where, path);
        }
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
            YamlNode item = sequence.items().get(i);
            value(element, item, item.where(), path + "[" + i + "]").ifPresent(items::add);
        }
        return items.size() == sequence.items().size() ? Optional.of(items) : Optional.empty();
    }

    /** A map of any keys to scalars, all of them text. */
    private Optional<?> texts(YamlNode node, Where where, String path) {
        if (!(node instanceof YamlNode.Mapping map)) {
            return expected("a map", node, where, path);
        }
        Map<String, String> texts = new LinkedHashMap<>();
        map.entries().forEach((key, entry) -> {
            if (entry.value() instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
                texts.put(key, scalar.text());
            } else {
                expected("one word", entry.value(), entry.where(), child(path, key));
            }
        });
        return texts.size() == map.entries().size() ? Optional.of(texts) : Optional.empty();
    }

    /** The word {@code balanced}, or a map of any keys to numbers. */
    private Optional<?> classWeights(YamlNode node, Where where, String path) {
        if (node instanceof YamlNode.Scalar name) {
            return choice(name, Map.of("balanced", ClassWeights.BALANCED), where, path);
        }
        if (!(node instanceof YamlNode.Mapping map)) {
            return expected("balanced, or a map of classes to weights", node, where, path);
        }
        Map<String, Double> weights = new LinkedHashMap<>();
        map.entries().forEach((key, entry) -> {
            Optional<?> weight = value(double.class, entry.value(), entry.where(), child(path, key));
            if (weight.isPresent() && (Double) weight.get() <= 0) {
                problem(entry.where(), child(path, key), "must be greater than 0");
            } else {
                weight.ifPresent(number -> weights.put(key, (Double) number));
            }
        });
        return weights.size() == map.entries().size()
                ? Optional.of(new ClassWeights(false, weights))
                : Optional.empty();
    }

    /** A sealed interface's record, chosen by the key {@code type}. */
    private Optional<?> variant(Class<?> sealed, YamlNode node, Where where, String path) {
        if (!(node instanceof YamlNode.Mapping map)) {
            return expected("a map with a key type", node, where, path);
        }
        Map<String, Class<?>> types = variants(sealed);
        Optional<YamlNode.Entry> type = map.get("type");
        if (type.isEmpty()) {
            return problem(where, child(path, "type"), "missing; one of " + String.join(", ", types.keySet()));
        }
        Where typeWhere = type.get().where();
        if (!(type.get().value() instanceof YamlNode.Scalar name)) {
            return expected("one word", type.get().value(), typeWhere, child(path, "type"));
        }
        return choice(name, types, typeWhere, child(path, "type"))
                .flatMap(chosen -> record(chosen, map.without("type"), where, path));
    }

    /** A transform: its name alone, or a map of its name to its options. */
    private Optional<?> transform(YamlNode node, Where where, String path) {
        Map<String, Class<?>> types = variants(Transform.class);
        if (node instanceof YamlNode.Scalar name) {
            YamlNode.Mapping none = new YamlNode.Mapping(name.where(), Map.of());
            return choice(name, types, where, path).flatMap(chosen -> record(chosen, none, where, path));
        }
        if (!(node instanceof YamlNode.Mapping map) || map.entries().size() != 1) {
            return problem(
                    where,
                    path,
                    "expected a name, or a map of one name to its options; known: " + known(types.keySet()));
        }
        String name = map.entries().keySet().iterator().next();
        YamlNode.Entry entry = map.entries().get(name);
        YamlNode.Scalar key = new YamlNode.Scalar(entry.where(), name, true);
        return choice(key, types, entry.where(), path).flatMap(chosen -> {
            String here = child(path, name);
            return entry.value() instanceof YamlNode.Mapping options
                    ? record(chosen, options, entry.where(), here)
                    : expected("a map of options", entry.value(), entry.where(), here);
        });
    }

    private Optional<Object> record(Class<?> type, YamlNode.Mapping map, Where where, String path) {
        Map<String, RecordComponent> components = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            components.put(Scalars.kebab(component.getName()), component);
        }
        Set<String> mistyped = unknownKeys(type, map, keys(type), path);
        Set<String> failed = new HashSet<>();
        List<Object> arguments = new ArrayList<>();
        components.forEach((key, component) -> {
            Optional<?> argument = component.isAnnotationPresent(Inlined.class)
                    ? record(component.getType(), map.only(keys(component.getType())), where, path)
                    : map.get(key)
                            .<Optional<?>>map(entry ->
                                    value(component.getGenericType(), entry.value(), entry.where(), child(path, key)))
                            .orElseGet(() -> absent(component, key, where, path, mistyped.contains(key)));
            if (argument.isEmpty()) {
                failed.add(key);
            }
            arguments.add(argument.isPresent() ? argument.get() : placeholder(component.getType()));
        });
        return construct(type, arguments, map, failed, where, path);
    }

    /** The keys of a record, in order. */
    private static Set<String> keys(Class<?> type) {
        Set<String> keys = new LinkedHashSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.isAnnotationPresent(Inlined.class)) {
                keys.addAll(keys(component.getType()));
            } else {
                keys.add(Scalars.kebab(component.getName()));
            }
        }
        return keys;
    }

    /** Notes keys that are not components; returns the components they were probably meant for. */
    private Set<String> unknownKeys(Class<?> type, YamlNode.Mapping map, Set<String> known, String path) {
        Set<String> meant = new HashSet<>();
        map.entries().forEach((key, entry) -> {
            if (type == ModelConfig.class && !known.contains(key) && ModelConfig.isOption(key)) {
                String option = child(child(path, "options"), key);
                problems.add(entry.where(), child(path, key), "unknown key; did you mean " + option + "?");
            } else if (!known.contains(key)) {
                Optional<String> nearest = Suggest.nearest(key, known);
                nearest.ifPresent(meant::add);
                problems.add(entry.where(), child(path, key), "unknown key; " + hint(nearest, known));
            }
        });
        return meant;
    }

    private Optional<?> absent(RecordComponent component, String key, Where where, String path, boolean mistyped) {
        if (component.getType() == Optional.class) {
            return Optional.of(Optional.empty());
        }
        Optional<String> byDefault =
                Optional.ofNullable(component.getAnnotation(Default.class)).map(Default::value);
        if (byDefault.isPresent()) {
            return YamlTree.ofValue(byDefault.get(), Where.argument("default"), child(path, key), problems)
                    .flatMap(node -> value(component.getGenericType(), node, where, child(path, key)));
        }
        return mistyped ? Optional.empty() : problem(where, child(path, key), "missing; this key is required");
    }

    /**
     * Calls the constructor. Where some components failed, it is called all the same, with placeholders for those: its
     * complaints about the others are worth hearing now and not after the next try.
     */
    private Optional<Object> construct(
            Class<?> type, List<Object> arguments, YamlNode.Mapping map, Set<String> failed, Where where, String path) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Object made = type.getConstructor(types).newInstance(arguments.toArray());
            return failed.isEmpty() ? Optional.of(made) : Optional.empty();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Requirements.Failed complaint) {
                complaint.faults().stream()
                        .filter(fault -> fault.key().isEmpty() ? failed.isEmpty() : !failed.contains(first(fault)))
                        .forEach(fault -> problems.add(
                                map.place(fault.key()).orElse(where),
                                fault.key().isEmpty() ? path : child(path, fault.key()),
                                fault.message()));
            } else if (!failed.isEmpty()) {
                // A placeholder's doing; what failed is noted.
                return Optional.empty();
            } else if (e.getCause() instanceof IllegalArgumentException complaint) {
                problems.add(where, path, Printable.brief(String.valueOf(complaint.getMessage())));
            } else {
                throw new IllegalStateException("cannot make a " + type.getSimpleName(), e);
            }
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type.getSimpleName(), e);
        }
    }

    /** The component that a fault is in: {@code runs} for {@code runs[1].label}. */
    private static String first(Requirements.Fault fault) {
        return fault.key().split("[.\\[]", 2)[0];
    }

    private static Object placeholder(Class<?> type) {
        if (type == Optional.class) {
            return Optional.empty();
        }
        if (type == List.class) {
            return List.of();
        }
        if (type == String.class) {
            return "";
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == double.class) {
            return 0.0;
        }
        if (type == long.class) {
            return 0L;
        }
        return type == int.class ? 0 : null;
    }

    private <T> Optional<T> choice(YamlNode.Scalar name, Map<String, T> choices, Where where, String path) {
        Optional<T> chosen = Optional.ofNullable(choices.get(name.text()));
        if (chosen.isEmpty()) {
            String hint = hint(Suggest.nearest(name.text(), choices.keySet()), choices.keySet());
            problems.add(where, path, "unknown value '" + Printable.brief(name.text()) + "'; " + hint);
        }
        return chosen;
    }

    private static Map<String, Object> constants(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            constants.put(Scalars.kebab((Enum<?>) constant), constant);
        }
        return constants;
    }

    private static Map<String, Class<?>> variants(Class<?> sealed) {
        Map<String, Class<?>> variants = new LinkedHashMap<>();
        for (Class<?> variant : sealed.getPermittedSubclasses()) {
            variants.put(Scalars.kebab(variant.getSimpleName()), variant);
        }
        return variants;
    }

    private static String hint(Optional<String> nearest, Collection<String> known) {
        return nearest.map(name -> "did you mean " + name + "?").orElseGet(() -> "known: " + known(known));
    }

    private static String known(Collection<String> names) {
        return names.stream().collect(Collectors.joining(", "));
    }

    private static String kind(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == String.class) {
            return "text";
        }
        return type == Path.class ? "a path" : "a whole number";
    }

    private Optional<?> expected(String kind, YamlNode found, Where where, String path) {
        return problem(where, path, "expected " + kind + ", found " + describe(found));
    }

    private static String describe(YamlNode node) {
        if (node instanceof YamlNode.Mapping) {
            return "a map";
        }
        if (node instanceof YamlNode.Scalar scalar) {
            return scalar.isNull()
                    ? "nothing"
                    : (scalar.plain() ? "'" : "quoted '") + Printable.brief(scalar.text()) + "'";
        }
        return "a list";
    }

    private <T> Optional<T> problem(Where where, String path, String message) {
        problems.add(where, path, message);
        return Optional.empty();
    }
}
