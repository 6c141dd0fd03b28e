package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.UsageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Options of a network, which only its family knows. */
final class NetworkOptions {
    @Option(
            names = "--option",
            paramLabel = "KEY=VALUE",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Set a network option, e.g. shortcut=a-end (`info NAME` lists them); repeatable.")
    private List<String> given = new ArrayList<>();

    boolean isEmpty() {
        return given.isEmpty();
    }

    /**
     * Keys to values, in the order given; whether the network has them is not asked.
     *
     * @throws UsageException if one is not KEY=VALUE, or a key has two values
     */
    Map<String, String> map() {
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : given) {
            int equals = option.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--option " + option + ": expected KEY=VALUE, such as shortcut=a-end");
            }
            String key = option.substring(0, equals);
            String value = option.substring(equals + 1);
            String other = options.putIfAbsent(key, value);
            if (other != null && !other.equals(value)) {
                throw new UsageException("--option " + key + "=" + other + " and --option " + option
                        + " contradict each other; give only one");
            }
        }
        return options;
    }
}
