package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.transform.RandomResizedCrop;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.finetune.config.ConfigText;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.NormalizeConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.model.EvaluationSteps;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Combines a configuration's preprocessing with that of the initial weights. */
final class WeightsPreprocessing {
    private WeightsPreprocessing() {}

    /** Images whose training crops are resized are of any size; others are the network's input as they are. */
    private static List<Transform> usual(DataConfig data, int size) {
        boolean anySize = data.augment().stream().anyMatch(RandomResizedCrop.class::isInstance);
        return anySize ? FinetuneRecipe.steps(size) : List.of();
    }

    /**
     * The complete configuration: whatever it leaves open is taken from the card of its weights.
     *
     * @param card of the initial weights; random ones have none
     * @param size height and width of the network's input
     * @param remarks receives one line that says where the configuration differs from the card
     */
    static RunConfig complete(RunConfig config, Optional<ModelCard> card, int size, Consumer<String> remarks) {
        DataConfig data = config.data();
        List<Transform> steps =
                card.map(known -> EvaluationSteps.of(known, size)).orElseGet(() -> usual(data, size));
        NormalizeConfig normalize = card.map(known -> new NormalizeConfig(
                        known.preprocessing().mean(), known.preprocessing().std()))
                .orElse(NormalizeConfig.IMAGENET);
        if (card.isPresent()) {
            List<String> differences = new ArrayList<>();
            int published = card.get().input().height();
            if (size != published) {
                differences.add("input " + size + " (theirs is " + published + ")");
            }
            data.eval()
                    .filter(own -> !own.isEmpty() && !own.equals(steps))
                    .ifPresent(own -> differences.add(
                            "evaluation " + ConfigText.of(own) + " (theirs is " + ConfigText.of(steps) + ")"));
            data.normalize()
                    .filter(own -> !own.toNormalize().equals(normalize.toNormalize()))
                    .ifPresent(own -> differences.add("mean " + own.mean() + ", std " + own.std() + " (theirs are "
                            + normalize.mean() + ", " + normalize.std() + ")"));
            if (!differences.isEmpty()) {
                remarks.accept("the configured preprocessing is used, which differs from the weights': "
                        + String.join("; ", differences));
            }
        }
        return config.withData(data.withPreprocessing(
                data.eval().orElse(steps), data.normalize().orElse(normalize)));
    }
}
