package io.github.resnet4j.finetune.internal.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The facts about a run, as names and values in the order of the report.
 *
 * @param title the report's heading, such as {@code resnet18 on flowers}
 * @param model architecture, weights, parameters, frozen part
 * @param dataset where from, classes, images per split
 * @param recipe optimizer, schedule, augmentation, batch size, seed
 * @param environment machine, Java, versions, threads
 * @param notes sentences: why the recipe is what it is, what to try next
 */
public record RunFacts(
        String title,
        Map<String, String> model,
        Map<String, String> dataset,
        Map<String, String> recipe,
        Map<String, String> environment,
        List<String> notes) {
    /** Name of the one fact that no two runs share. */
    public static final String SPEED = "Speed";

    public RunFacts {
        if (title.isBlank()) {
            throw new IllegalArgumentException("a run needs a title");
        }
        model = ordered(model);
        dataset = ordered(dataset);
        recipe = ordered(recipe);
        environment = ordered(environment);
        notes = List.copyOf(notes);
    }

    private static Map<String, String> ordered(Map<String, String> facts) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }
}
