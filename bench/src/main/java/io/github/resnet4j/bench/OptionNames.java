package io.github.resnet4j.bench;

import io.github.resnet4j.files.Suggest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names that an option with a list of names accepts.
 *
 * @param option {@code --networks}
 * @param names what each name stands for
 */
record OptionNames<T>(String option, Map<String, T> names) {
    private static final String CIFAR = "-cifar";

    /** {@code --networks}; those for CIFAR have a short name too. */
    static OptionNames<String> networks() {
        Map<String, String> names = new LinkedHashMap<>();
        Workload.networks().forEach(network -> names.put(network, network));
        Workload.networks().stream()
                .filter(network -> network.endsWith(CIFAR))
                .forEach(network -> names.put(network.substring(0, network.length() - CIFAR.length()), network));
        return new OptionNames<>("--networks", names);
    }

    /** {@code --who}. */
    static OptionNames<Who> who() {
        Map<String, Who> names = new LinkedHashMap<>();
        for (Who who : Who.values()) {
            names.put(who.word(), who);
        }
        return new OptionNames<>("--who", names);
    }

    /** {@code --modes}. */
    static OptionNames<Mode> modes() {
        Map<String, Mode> names = new LinkedHashMap<>();
        for (Mode mode : Mode.values()) {
            names.put(mode.word(), mode);
        }
        return new OptionNames<>("--modes", names);
    }

    /**
     * What these names stand for.
     *
     * @throws IllegalArgumentException for an unknown name; the message has the nearest
     */
    Set<T> of(List<String> words) {
        Set<T> chosen = new LinkedHashSet<>();
        for (String word : words) {
            T meant = names.get(word.strip());
            if (meant == null) {
                throw new IllegalArgumentException(option + ": unknown name \"" + word + "\""
                        + Suggest.nearest(word, new ArrayList<>(names.keySet()))
                                .map(near -> "; did you mean " + near + "?")
                                .orElse("; choose from " + String.join(", ", names.keySet())));
            }
            chosen.add(meant);
        }
        return chosen;
    }
}
