package io.github.resnet4j.zoo.weights.names;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;

/**
 * How a library or repository names its tensors. It applies to a whole file or not at all, as one name proves little.
 *
 * @param title who uses it, for people
 * @param rules from its names to the zoo's; the first match wins, and unmatched names stay
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

    /** The new names of all tensors, which need not be distinct. */
    List<String> rename(List<String> names) {
        List<Matcher> matchers =
                rules.stream().map(rule -> rule.regex().matcher("")).toList();
        return names.stream().map(name -> rename(name, matchers)).toList();
    }

    private String rename(String name, List<Matcher> matchers) {
        if (name.length() > MAX_NAME) {
            return name;
        }
        for (int i = 0; i < rules.size(); i++) {
            Matcher matcher = matchers.get(i).reset(name);
            if (matcher.matches()) {
                try {
                    return rules.get(i).replacement().of(matcher);
                } catch (IllegalArgumentException e) { // block 0 where they count from 1, a number of 20 digits
                    return name;
                }
            }
        }
        return name;
    }
}
