package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.finetune.report.EpochRow;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code MODEL_CARD.md}: what people should know before they use a model (Mitchell et al. 2019), in plain Markdown. It is
 * part of {@code model.zip}, of which a resumed run makes the same bytes; so nothing in it depends on time or machine.
 */
public final class ModelCardText {
    private static final int MOST_CLASSES_NAMED = 200;

    private ModelCardText() {}

    /**
     * What only the model's task knows, in Markdown.
     *
     * @param verdict what the model is worth, in a sentence, as plain text
     * @param use what it is for, and what not
     * @param results sections with what was measured
     * @param calls how to use it
     */
    public record Parts(String verdict, String use, String results, String calls) {}

    /**
     * The text.
     *
     * @param card of the model
     * @param facts of its run
     * @param epoch that it is from
     */
    public static String of(ModelCard card, RunFacts facts, EpochRow epoch, Parts parts) {
        StringBuilder text = new StringBuilder();
        text.append("# ").append(escape(facts.title())).append("\n\n");
        text.append(escape(parts.verdict())).append("\n\n");
        text.append("## Model\n\n");
        rows(text, facts.model());
        text.append("- Epoch: ").append(epoch.epoch()).append("\n");
        text.append("- Preprocessing: ")
                .append(escape(card.preprocessing().toString()))
                .append("\n");
        text.append("- Licence: ")
                .append(escape(card.provenance()
                        .getOrDefault(
                                "licence", "not stated; it depends on the training data and on the initial weights")))
                .append("\n\n");
        text.append("## Classes\n\n").append(classes(card.classes())).append("\n\n");
        text.append("## Intended use\n\n").append(parts.use()).append("\n\n");
        text.append("## Data\n\n");
        rows(text, facts.dataset());
        text.append("\n").append(parts.results()).append("\n\n");
        text.append("## Training\n\n");
        Map<String, String> recipe = new LinkedHashMap<>(facts.recipe());
        recipe.remove(RunFacts.SPEED);
        rows(text, recipe);
        text.append("\n## Provenance\n\n");
        rows(text, card.provenance());
        text.append("\n## How to use it\n\n").append(parts.calls());
        return text.toString();
    }

    private static String classes(List<String> classes) {
        return classes.stream()
                        .limit(MOST_CLASSES_NAMED)
                        .map(ModelCardText::escape)
                        .collect(Collectors.joining(", "))
                + (classes.size() > MOST_CLASSES_NAMED
                        ? " and " + (classes.size() - MOST_CLASSES_NAMED) + " more"
                        : "");
    }

    private static void rows(StringBuilder text, Map<String, String> facts) {
        facts.forEach((name, value) -> text.append("- ")
                .append(escape(name))
                .append(": ")
                .append(escape(value))
                .append("\n"));
    }

    /** Markdown takes a backslash before any ASCII punctuation; only what could mean something gets one. */
    public static String escape(String text) {
        return text.replaceAll("[\\\\`*_{}\\[\\]<>#|!~&$^=]", "\\\\$0").replaceAll("\\s+", " ");
    }
}
