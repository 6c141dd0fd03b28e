package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.NormalizeConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.finetune.config.Setting;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WeightsPreprocessingTest {
    private static final List<Double> MEAN = List.of(0.5, 0.5, 0.5);
    private static final List<Double> STD = List.of(0.004, 0.004, 0.004);

    private final List<String> remarks = new ArrayList<>();

    private static ModelCard card(OptionalInt resize, OptionalInt crop, int side) {
        return ModelCard.of(
                Zoo.find("resnet50"),
                Shape.square(3, side),
                List.of("a", "b"),
                new Preprocessing(resize, crop, "bicubic", MEAN, STD),
                Map.of());
    }

    private DataConfig complete(RunConfig config, Optional<ModelCard> card, int size) {
        return WeightsPreprocessing.complete(config, card, size, remarks::add).data();
    }

    private static RunConfig recipe(Optional<Integer> imageSize, ModelCard card, String... overrides) {
        List<String> all = new ArrayList<>(List.of("data.dir=photos"));
        all.addAll(List.of(overrides));
        return FinetuneRecipe.parse(
                FinetuneRecipe.Start.of("resnet50", card),
                imageSize.orElse(card.input().height()),
                List.of(),
                all.stream().map(Setting::set).toList());
    }

    /** 232/224 and 303/288 are published; other sizes are in proportion. */
    @ParameterizedTest
    @CsvSource({"232, 224, 224, 232", "303, 288, 288, 303", "232, 224, 112, 116", "303, 288, 224, 236"})
    void theRecipeEvaluatesAtThePublishedResizeAndCrop(int resize, int crop, int size, int expected) {
        ModelCard card = card(OptionalInt.of(resize), OptionalInt.of(crop), crop);
        RunConfig config = recipe(Optional.of(size), card);
        assertThat(config.data().eval().orElseThrow())
                .containsExactly(new Resize(expected, Interpolation.BICUBIC), new CenterCrop(size));
        complete(config, Optional.of(card), size);
        if (size == crop) {
            assertThat(remarks).isEmpty();
        } else {
            assertThat(remarks)
                    .containsExactly("the configured preprocessing is used, which differs from the weights': input "
                            + size + " (theirs is " + crop + ")");
        }
    }

    /** As full.yaml with weights of Keras' convention: they were once fed with ImageNet's deviations. */
    @ParameterizedTest
    @ValueSource(strings = {"discriminative", "full", "gradual", "last-stage", "linear-probe"})
    void recipesLeavePreprocessingToTheWeights(String name) {
        RunConfig config = ConfigLoader.load(Path.of("../configs/finetune/" + name + ".yaml"), List.of())
                .config();
        DataConfig data = complete(config, Optional.of(card(OptionalInt.of(232), OptionalInt.of(224), 224)), 224);
        assertThat(data.eval().orElseThrow())
                .containsExactly(new Resize(232, Interpolation.BICUBIC), new CenterCrop(224));
        assertThat(data.normalize()).contains(new NormalizeConfig(MEAN, STD));
        assertThat(remarks).isEmpty();
    }

    @Test
    void whatTheUserSetStaysAndIsSaidInOneLine() {
        ModelCard card = card(OptionalInt.of(232), OptionalInt.of(224), 224);
        RunConfig config = recipe(
                Optional.empty(),
                card,
                "data.normalize=imagenet",
                "data.eval=[{resize: {size: 256}}, {center-crop: {size: 224}}]");
        DataConfig data = complete(config, Optional.of(card), 224);
        assertThat(data.normalize()).contains(NormalizeConfig.IMAGENET);
        assertThat(data.eval().orElseThrow())
                .containsExactly(new Resize(256, Interpolation.BILINEAR), new CenterCrop(224));
        assertThat(remarks)
                .containsExactly(
                        "the configured preprocessing is used, which differs from the weights': evaluation resize (size 256,"
                                + " interpolation bilinear), center-crop (size 224) (theirs is resize (size 232, interpolation"
                                + " bicubic), center-crop (size 224)); mean [0.485, 0.456, 0.406], std [0.229, 0.224, 0.225]"
                                + " (theirs are [0.5, 0.5, 0.5], [0.004, 0.004, 0.004])");
    }

    @Test
    void randomWeightsTakeImageNetsNormalisation() {
        RunConfig config = ConfigLoader.load(Path.of("../configs/finetune/full.yaml"), List.of())
                .config();
        DataConfig data = complete(config, Optional.empty(), 224);
        assertThat(data.eval()).contains(List.of(new Resize(256, Interpolation.BILINEAR), new CenterCrop(224)));
        assertThat(data.normalize()).contains(NormalizeConfig.IMAGENET);
        assertThat(remarks).isEmpty();
    }
}
