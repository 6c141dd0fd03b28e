package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.quality.TemperatureScaling;
import io.github.resnet4j.finetune.train.Evaluation;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.weights.archive.ModelArchive;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The model that users get, and what it is worth.
 *
 * @param card of the file, with the temperature that was put in
 * @param evaluation on the validation images, with the network's own probabilities
 * @param scaling what the temperature changes
 */
record ShippedModel(ModelCard card, Evaluation evaluation, TemperatureScaling scaling) {

    /**
     * Calibrates a model: the temperature, if one helps, goes into its card.
     *
     * @param file the model, which is replaced in one step
     * @param evaluation of this model on the validation images
     */
    static ShippedModel calibrated(Path file, Evaluation evaluation) throws IOException {
        TemperatureScaling scaling = TemperatureScaling.of(evaluation.scores());
        ModelArchive.Loaded model = ModelArchive.read(file, NetworkGraph.Options.seeded(0));
        try {
            ModelCard card = model.card().withTemperature(scaling.kept());
            ModelArchive.write(file, card, model.graph());
            return new ShippedModel(card, evaluation, scaling);
        } finally {
            model.graph().close();
        }
    }
}
