package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.quality.TemperatureScaling;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** What is added to {@code model.zip} once it is known what it is worth. */
final class ShippedModel {
    private ShippedModel() {}

    /**
     * Puts a temperature, if one helps, and a description for people into a model, which is replaced in one step.
     *
     * @param scaling fitted to what this model says of the validation images
     * @param description in Markdown, of the card with the temperature
     */
    static ModelCard finish(Path file, TemperatureScaling scaling, Function<ModelCard, String> description)
            throws IOException {
        ModelArchive.Loaded model = ModelArchive.read(file, NetworkGraph.Options.seeded(0));
        try {
            ModelCard card = model.card().withTemperature(scaling.kept());
            ModelArchive.write(file, card, model.graph(), Optional.of(description.apply(card)));
            return card;
        } finally {
            NetworkGraph.close(model.graph());
        }
    }
}
