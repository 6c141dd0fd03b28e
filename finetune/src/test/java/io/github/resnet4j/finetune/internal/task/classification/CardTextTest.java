package io.github.resnet4j.finetune.internal.task.classification;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.finetune.internal.report.Example;
import io.github.resnet4j.finetune.internal.report.ModelCardText;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CardTextTest {
    private static String text(Map<String, String> provenance, String... classes) {
        ModelCard card = ModelCard.of(
                Zoo.find("resnet20-cifar"),
                Shape.square(3, 32),
                List.of(classes),
                new Preprocessing(
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        "bilinear",
                        List.of(0.0, 0.0, 0.0),
                        List.of(1.0, 1.0, 1.0)),
                provenance);
        return ModelCardText.of(
                card,
                Example.facts("resnet18 on flowers"),
                Example.epochs(3).get(1),
                CardText.of(
                        Example.confusion(List.of(classes), 50),
                        Example.judgement().scaling()));
    }

    @Test
    void hasWhatPeopleShouldKnow() {
        assertThat(text(Map.of("licence", "CC BY 4.0", "run", "flowers"), "cat", "dog"))
                .startsWith("# resnet18 on flowers\n\nThe model names the class of ")
                .contains(
                        "- Licence: CC BY 4.0\n",
                        "- Epoch: 2\n",
                        "## Classes\n\ncat, dog\n",
                        "## Intended use",
                        "- Training images: 2,936\n",
                        "95 % interval",
                        "| cat | 50 | ",
                        "with temperature ",
                        "- run: flowers\n",
                        "./resnet4j predict --model model.zip",
                        "Classifier.load(Path.of(\"model.zip\"))");
    }

    /** A class may be called anything. */
    @Test
    void namesAreNoMarkup() {
        String text = text(Map.of("run", "[x](javascript:1)"), "<script>|`rm`", "**a** _b_");

        assertThat(text)
                .contains("\\<script\\>\\|\\`rm\\`", "\\*\\*a\\*\\* \\_b\\_", "\\[x\\](javascript:1)")
                .doesNotContain(" <script", ", <script");
    }
}
