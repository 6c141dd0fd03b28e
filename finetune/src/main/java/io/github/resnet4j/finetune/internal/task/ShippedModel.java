package io.github.resnet4j.finetune.internal.task;

import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.internal.report.ModelCardText;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What is added to {@code model.zip} once it is known what it is worth. */
public final class ShippedModel {
    private ShippedModel() {}

    /**
     * Completes a model's card and puts a description for people into the model, which is replaced in one step, and beside it
     * as {@code MODEL_CARD.md}.
     *
     * @param completion of the card
     * @return the complete card
     */
    public static ModelCard finish(FinishedRun run, UnaryOperator<ModelCard> completion, ModelCardText.Parts parts)
            throws IOException {
        Function<ModelCard, String> description = card -> ModelCardText.of(card, run.facts(), run.model(), parts);
        ModelCard card = finish(run.modelFile(), completion, description);
        AtomicFile.write(run.folder().resolve("MODEL_CARD.md"), description.apply(card));
        return card;
    }

    /**
     * Completes the card of a model and puts a description of it into the file.
     *
     * @param description in Markdown, of the complete card
     */
    public static ModelCard finish(
            Path file, UnaryOperator<ModelCard> completion, Function<ModelCard, String> description)
            throws IOException {
        ModelArchive.Loaded model = ModelArchive.read(file, NetworkGraph.Options.seeded(0));
        try {
            ModelCard card = completion.apply(model.card());
            ModelArchive.write(file, card, model.graph(), Optional.of(description.apply(card)));
            return card;
        } finally {
            NetworkGraph.close(model.graph());
        }
    }
}
