package io.github.resnet4j.finetune.recipe;

import io.github.resnet4j.finetune.report.Ellipsis;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A key of the configuration, what it is set to, and why.
 *
 * @param key such as {@code train.epochs}
 * @param value as YAML
 * @param shown the value for people, in a few words
 * @param reason one sentence without a full stop
 * @param given whether the user set it, and no rule
 */
public record Choice(String key, String value, String shown, String reason, boolean given) {
    private static final int LONGEST_SHOWN = 40;

    /** What a rule chose. */
    public static Choice of(String key, Object value, String reason) {
        return of(key, value, value.toString(), reason);
    }

    /** The same with other words for the value. */
    static Choice of(String key, Object value, String shown, String reason) {
        return new Choice(key, value.toString(), shown, reason, false);
    }

    /** The same key as the user set it.
     *
     * @param by the user's value as YAML
     */
    public Choice overridden(String by) {
        return new Choice(key, by, by, "as you set it", true);
    }

    /** The same with the value as a run's {@code config.yaml} writes it. */
    public Choice written(String yaml) {
        return new Choice(key, yaml, shown, reason, given);
    }

    /** A line for each, in columns: key, value, reason. */
    public static List<String> table(List<Choice> choices) {
        int keys =
                choices.stream().mapToInt(choice -> choice.key.length()).max().orElse(1);
        List<String> values = choices.stream()
                .map(choice -> Ellipsis.fit(choice.shown, String::length, LONGEST_SHOWN))
                .toList();
        int widest = values.stream().mapToInt(String::length).max().orElse(1);
        String format = "  %-" + keys + "s  %-" + widest + "s  %s";
        return IntStream.range(0, choices.size())
                .mapToObj(i -> String.format(format, choices.get(i).key, values.get(i), choices.get(i).reason))
                .toList();
    }
}
