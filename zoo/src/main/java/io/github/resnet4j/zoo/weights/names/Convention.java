package io.github.resnet4j.zoo.weights.names;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * How some library or repository calls its tensors. It applies to a file as a whole or not at all: one name says little.
 *
 * @param title who does it so, for people
 * @param rules from its names to the zoo's; the first that matches counts, a name that none matches stays
 */
record Convention(String title, List<Rule> rules) {
    /** Names of networks have a few dozen characters; the time for a match grows faster than the name. */
    private static final int MAX_NAME = 1_000;

    /** A convention with rules written as in {@link NameMapping}, one on a line. */
    static Convention of(String title, String table) {
        List<Rule> rules = new ArrayList<>();
        table.lines().forEach(line -> rules.add(Rule.parse(rules.size() + 1, line)));
        return new Convention(title, List.copyOf(rules));
    }

    /** New names by old ones; empty where two would become one, or a number in a name is none. */
    Optional<Map<String, String>> rename(Collection<String> names) {
        Map<String, String> renamed = new LinkedHashMap<>();
        for (String name : names) {
            renamed.put(name, rename(name));
        }
        boolean distinct = renamed.values().stream().distinct().count() == renamed.size();
        return distinct ? Optional.of(renamed) : Optional.empty();
    }

    /** The new name of one tensor. */
    String rename(String name) {
        if (name.length() > MAX_NAME) {
            return name;
        }
        for (Rule rule : rules) {
            Optional<Matcher> match = rule.match(name);
            if (match.isPresent()) {
                return rule.replacement().of(match.get());
            }
        }
        return name;
    }
}
