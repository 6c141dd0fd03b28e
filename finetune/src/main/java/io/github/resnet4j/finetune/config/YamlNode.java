package io.github.resnet4j.finetune.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A YAML value that remembers where it was written. */
sealed interface YamlNode {
    Where where();

    /** A scalar; {@code plain} means written without quotes, so that its text decides its type. */
    record Scalar(Where where, String text, boolean plain) implements YamlNode {
        boolean isNull() {
            return matches(Scalars.NULL);
        }

        boolean matches(Pattern pattern) {
            return plain && pattern.matcher(text).matches();
        }
    }

    /** Stands for what was in a file that could not be read, which is noted already. */
    record Unreadable(Where where) implements YamlNode {}

    /** A list. */
    record Sequence(Where where, List<YamlNode> items) implements YamlNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** A map in the order of the file. */
    record Mapping(Where where, Map<String, Entry> entries) implements YamlNode {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        Optional<Entry> get(String key) {
            return Optional.ofNullable(entries.get(key));
        }

        /** Where a key is, or a part of its value: {@code runs[1].label}; as far down as there is something. */
        Optional<Where> place(String path) {
            Optional<Where> place = Optional.empty();
            YamlNode node = this;
            for (String step : path.split("\\.|(?=\\[)")) {
                if (node instanceof Sequence list && step.startsWith("[")) {
                    node = list.items.get(Integer.parseInt(step.substring(1, step.length() - 1)));
                    place = Optional.of(node.where());
                } else if (node instanceof Mapping map && map.get(step).isPresent()) {
                    place = map.get(step).map(Entry::where);
                    node = map.get(step).orElseThrow().value();
                } else {
                    return place;
                }
            }
            return place;
        }

        Mapping without(String key) {
            Map<String, Entry> rest = new LinkedHashMap<>(entries);
            rest.remove(key);
            return new Mapping(where, rest);
        }

        Mapping only(Set<String> keys) {
            Map<String, Entry> some = new LinkedHashMap<>(entries);
            some.keySet().retainAll(keys);
            return new Mapping(where, some);
        }

        Mapping with(String key, Entry entry) {
            Map<String, Entry> all = new LinkedHashMap<>(entries);
            all.put(key, entry);
            return new Mapping(where, all);
        }

        /**
         * This map with {@code upper}'s entries over it: maps merge, everything else is replaced. So is a map for which
         * {@code upper} chooses another {@code type}, whose keys are others.
         */
        Mapping merged(Mapping upper) {
            Map<String, Entry> all = new LinkedHashMap<>(entries);
            upper.entries.forEach((key, entry) -> all.merge(key, entry, Mapping::merged));
            return new Mapping(upper.where.isFile() ? upper.where : where, all);
        }

        private static Entry merged(Entry lower, Entry upper) {
            if (lower.value() instanceof Mapping low && upper.value() instanceof Mapping up && low.sameType(up)) {
                return new Entry(upper.where().isFile() ? upper.where() : lower.where(), low.merged(up));
            }
            return upper;
        }

        /** Whether no two different values of {@code type} meet. */
        private boolean sameType(Mapping upper) {
            return type().isEmpty() || upper.type().isEmpty() || type().equals(upper.type());
        }

        private Optional<String> type() {
            return get("type").map(Entry::value).map(node -> node instanceof Scalar scalar ? scalar.text() : "");
        }
    }

    /** A value in a map, with the place of its key. */
    record Entry(Where where, YamlNode value) {}
}
