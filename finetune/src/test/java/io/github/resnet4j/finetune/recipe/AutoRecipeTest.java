package io.github.resnet4j.finetune.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.finetune.recipe.AutoRecipe.TooShort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutoRecipeTest {
    private static final List<Evidence.Stage> BODY = List.of(
            new Evidence.Stage("stem", 0.1),
            new Evidence.Stage("layer1", 0.2),
            new Evidence.Stage("layer2", 0.3),
            new Evidence.Stage("layer3", 0.35));

    /** A machine that trains on 200 images a second at a network's own size, and looks at 500. */
    private static Evidence.Speed speed(int size) {
        return new Evidence.Speed(size, 0.0005, 0.0015, 0.0045);
    }

    private static Evidence.Images images(int training, int classes, int side) {
        return new Evidence.Images(
                training, training / 4, classes, training / classes, training / classes, side * 4 / 3, side, false);
    }

    /** @param probe its accuracy; without one, random weights */
    private static Evidence evidence(int training, int classes, int side, int size, Double probe) {
        Evidence.Images images = images(training, classes, side);
        Evidence.Model model = new Evidence.Model(size, "bicubic", probe != null, true, BODY);
        List<Evidence.Probe> probes = new ArrayList<>();
        for (int each : AutoRecipe.sizes(images, model, Given.NOTHING)) {
            if (probe != null) {
                probes.add(new Evidence.Probe(each, Math.min(1000, training), probe, 1.0 / classes));
            }
        }
        Evidence evidence = new Evidence(images, model, probes, Optional.empty());
        return evidence.with(speed(AutoRecipe.size(evidence, Given.NOTHING)));
    }

    private static Map<String, String> values(AutoRecipe recipe) {
        return recipe.choices().stream().collect(Collectors.toMap(Choice::key, Choice::value));
    }

    private static String scope(Map<String, String> values) {
        if (values.containsKey("model.freeze")) {
            return "behind " + values.get("model.freeze");
        }
        return values.get("optimizer.groups").equals("[]") ? "all" : "head first";
    }

    /** Small networks are CIFAR's, large ones ImageNet's. A probe of none stands for random weights. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            images | classes | side | network | probe | size | trained       | epochs | batch | lr
            30     | 2       | 500  | 224     | 0.9   | 224  | behind layer3 | 60     | 8     | 0.0025
            30     | 10      | 500  | 224     | 0.5   | 224  | behind layer3 | 60     | 8     | 0.0025
            240    | 2       | 500  | 224     | 0.9   | 224  | head first    | 30     | 16    | 0.005
            240    | 2       | 500  | 224     | 0.999 | 224  | behind layer3 | 33     | 16    | 0.005
            240    | 2       | 500  | 224     | 0.55  | 224  | all           | 30     | 16    | 0.005
            240    | 2       | 60   | 224     | 0.9   | 128  | head first    | 30     | 16    | 0.005
            240    | 2       | 500  | 32      | 0.8   | 64   | head first    | 30     | 16    | 0.005
            240    | 2       | 40   | 32      | 0.8   | 32   | head first    | 30     | 16    | 0.005
            240    | 100     | 500  | 224     | 0.5   | 224  | behind layer3 | 33     | 16    | 0.005
            2000   | 10      | 500  | 224     | 0.8   | 224  | head first    | 8      | 32    | 0.01
            2000   | 100     | 500  | 224     | 0.8   | 224  | head first    | 8      | 32    | 0.01
            2000   | 1000    | 500  | 224     | 0.2   | 224  | behind layer3 | 20     | 32    | 0.01
            20000  | 2       | 500  | 32      | 0.8   | 64   | head first    | 12     | 64    | 0.02
            20000  | 1000    | 500  | 32      | 0.8   | 64   | head first    | 12     | 64    | 0.02
            30     | 2       | 500  | 32      |       | 64   | all           | 100    | 8     | 0.0125
            2000   | 10      | 32   | 32      |       | 32   | all           | 64     | 32    | 0.05
            20000  | 10      | 32   | 32      |       | 32   | all           | 30     | 64    | 0.1
            """, useHeadersInDisplayName = true)
    void choosesByImagesAndWeights(
            int images,
            int classes,
            int side,
            int network,
            Double probe,
            int size,
            String trained,
            int epochs,
            int batch,
            String lr)
            throws TooShort {
        AutoRecipe recipe =
                AutoRecipe.choose(evidence(images, classes, side, network, probe), Given.NOTHING, Optional.empty());
        Map<String, String> values = values(recipe);
        assertThat(recipe.size()).isEqualTo(size);
        assertThat(values).containsEntry("data.image-size", String.valueOf(size));
        assertThat(scope(values)).isEqualTo(trained);
        assertThat(values.get("train.epochs")).isEqualTo(String.valueOf(epochs));
        assertThat(values.get("train.batch-size")).isEqualTo(String.valueOf(batch));
        assertThat(values.get("optimizer.lr")).isEqualTo(lr);
        assertThat(values.containsKey("data.views")).isEqualTo(trained.equals("behind layer3"));
        assertThat(values.containsKey("train.mix")).isEqualTo(images >= 20_000);
        assertThat(recipe.choices()).noneMatch(choice -> choice.reason().isBlank() || choice.given());
    }

    /** Of 240 images, 3 % more or less may be chance. */
    @ParameterizedTest
    @CsvSource({"0.8, 0.9, 64", "0.8, 0.77, 64", "0.8, 0.72, 32"})
    void smallNetworksLookCloserUnlessTheProbeIsClearlyWorse(double small, double large, int size) {
        Evidence evidence = evidence(240, 2, 500, 32, 0.8);
        List<Evidence.Probe> probes =
                List.of(new Evidence.Probe(32, 240, small, 0.5), new Evidence.Probe(64, 240, large, 0.5));
        assertThat(AutoRecipe.size(
                        new Evidence(evidence.images(), evidence.model(), probes, Optional.empty()), Given.NOTHING))
                .isEqualTo(size);
    }

    @Test
    void earlierStagesTakeSmallerSteps() throws TooShort {
        assertThat(values(AutoRecipe.choose(evidence(240, 2, 500, 224, 0.9), Given.NOTHING, Optional.empty()))
                        .get("optimizer.groups"))
                .isEqualTo("[{parts: [stem], lr-factor: 0.1, thaw: 3}, {parts: [layer1], lr-factor: 0.215, thaw: 3},"
                        + " {parts: [layer2], lr-factor: 0.464, thaw: 3}, {parts: [layer3], lr-factor: 1, thaw: 3}]");
    }

    @ParameterizedTest
    @CsvSource({"100, 120, ,", "100, 400, data.class-weights, balanced", "10, 400, data.sampling, balanced"})
    void evensOutClasses(int smallest, int largest, String key, String value) throws TooShort {
        Evidence even = evidence(600, 2, 500, 224, 0.9);
        Evidence uneven = new Evidence(
                new Evidence.Images(600, 100, 2, smallest, largest, 500, 375, false),
                even.model(),
                even.probes(),
                even.speed());
        Map<String, String> values = values(AutoRecipe.choose(uneven, Given.NOTHING, Optional.empty()));
        if (key == null) {
            assertThat(values).doesNotContainKeys("data.sampling", "data.class-weights");
        } else {
            assertThat(values).containsEntry(key, value);
            Given own = new Given(Set.of("data.sampling"), 0, 0, 0, Optional.empty(), true);
            assertThat(values(AutoRecipe.choose(uneven, own, Optional.empty())))
                    .as("the user evens them out, or does not want to")
                    .doesNotContainKeys("data.sampling", "data.class-weights");
        }
    }

    @Test
    void whatTheUserSetsIsHeeded() throws TooShort {
        Evidence evidence = evidence(240, 2, 500, 32, 0.8);
        Given length = new Given(
                Set.of("train.epochs", "train.batch-size", "data.image-size"), 32, 10, 7, Optional.empty(), true);
        Map<String, String> values = values(AutoRecipe.choose(evidence, length, Optional.empty()));
        assertThat(values).containsEntry("train.epochs", "7").containsEntry("data.image-size", "32");
        assertThat(values.get("optimizer.groups")).as("a tenth of the epochs").contains("thaw: 1}");
        assertThat(values.get("data.augment")).contains("size: 32", "interpolation: bicubic");

        Given part = new Given(Set.of("model.freeze"), 0, 0, 0, Optional.of("layer1"), true);
        assertThat(values(AutoRecipe.choose(evidence, part, Optional.empty())))
                .doesNotContainKeys("optimizer.groups", "data.views");
        Given body = new Given(Set.of("model.freeze"), 0, 0, 0, Optional.of("layer3"), true);
        assertThat(values(AutoRecipe.choose(evidence, body, Optional.empty())))
                .as("all that can be frozen: what else is fit for a head alone")
                .containsEntry("data.views", "4");
        Given uncached = new Given(Set.of("model.freeze"), 0, 0, 0, Optional.of("layer3"), false);
        assertThat(values(AutoRecipe.choose(evidence, uncached, Optional.empty())))
                .doesNotContainKey("data.views");
        assertThat(new Given(Set.of("optimizer"), 0, 0, 0, Optional.empty(), true).has("optimizer.lr"))
                .isTrue();
        assertThat(new Given(Set.of("optimizer.lr"), 0, 0, 0, Optional.empty(), true).has("optimizer"))
                .isTrue();
        assertThat(length.has("train.epoch")).isFalse();
    }

    /** In the documented order; every plan ends in its time. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            seconds | size | trained       | epochs | views
            400     | 224  | head first    | 15     |
            60      | 224  | head first    | 8      |
            36      | 224  | head first    | 5      |
            35      | 224  | behind layer2 | 6      |
            24      | 160  | behind layer2 | 6      |
            19      | 224  | behind layer3 | 15     | 2
            17      | 224  | behind layer3 | 10     | 2
            15.5    | 224  | behind layer3 | 12     | 1
            14.2    | 160  | behind layer3 | 12     | 1
            """, useHeadersInDisplayName = true)
    void fitsIntoATime(double seconds, int size, String trained, String epochs, String views) throws TooShort {
        Evidence evidence = evidence(1000, 10, 500, 224, 0.8);
        AutoRecipe recipe = AutoRecipe.choose(evidence, Given.NOTHING, Optional.of(seconds));
        Map<String, String> values = values(recipe);
        assertThat(recipe.size()).isEqualTo(size);
        assertThat(scope(values)).isEqualTo(trained);
        assertThat(values.get("train.epochs")).isEqualTo(epochs);
        assertThat(values.get("data.views")).isEqualTo(views);
        assertThat(recipe.seconds()).isLessThanOrEqualTo(seconds);
    }

    @Test
    void saysTheLeastTimeThatWouldDo() throws TooShort {
        Evidence evidence = evidence(1000, 10, 500, 224, 0.8);
        double least = 0;
        try {
            AutoRecipe.choose(evidence, Given.NOTHING, Optional.of(1.0));
        } catch (TooShort e) {
            least = e.seconds();
        }
        assertThat(least).isGreaterThan(5);
        AutoRecipe recipe = AutoRecipe.choose(evidence, Given.NOTHING, Optional.of(least));
        assertThat(recipe.seconds()).isLessThanOrEqualTo(least);
        assertThat(values(recipe)).containsEntry("data.views", "1").containsEntry("train.epochs", "10");
        double tooLittle = least - 0.01;
        assertThatExceptionOfType(TooShort.class)
                .isThrownBy(() -> AutoRecipe.choose(evidence, Given.NOTHING, Optional.of(tooLittle)));
    }

    /** Random weights cannot be left as they are, and a user's size stays: less can be saved. */
    @Test
    void savesOnlyWhatMayBeSaved() throws TooShort {
        Evidence scratch = evidence(1000, 10, 500, 32, null);
        Map<String, String> values = values(AutoRecipe.choose(scratch, Given.NOTHING, Optional.of(80.0)));
        assertThat(scope(values)).isEqualTo("all");
        assertThat(Integer.parseInt(values.get("train.epochs"))).isBetween(10, 30);
        Given size = new Given(Set.of("data.image-size"), 64, 0, 0, Optional.empty(), true);
        assertThatExceptionOfType(TooShort.class).isThrownBy(() -> AutoRecipe.choose(scratch, size, Optional.of(40.0)));
        assertThat(AutoRecipe.choose(scratch, Given.NOTHING, Optional.of(40.0)).size())
                .isEqualTo(32);
    }

    /** Without a time, a night must do, if it can. */
    @Test
    void aSlowMachineGetsAShorterPlan() throws TooShort {
        Evidence evidence = evidence(20_000, 100, 500, 224, 0.8);
        Evidence slow = new Evidence(evidence.images(), evidence.model(), evidence.probes(), Optional.empty())
                .with(new Evidence.Speed(224, 0.01, 0.1, 0.3));
        AutoRecipe fast = AutoRecipe.choose(evidence, Given.NOTHING, Optional.empty());
        AutoRecipe night = AutoRecipe.choose(slow, Given.NOTHING, Optional.empty());
        assertThat(values(fast)).containsEntry("train.epochs", "12");
        assertThat(night.seconds()).isLessThanOrEqualTo(8 * 3600);
        assertThat(Integer.parseInt(values(night).get("train.epochs"))).isLessThan(12);
        assertThat(night.choices()).anyMatch(choice -> choice.reason().contains("8 h 00 min"));
        Evidence.Speed hopeless = new Evidence.Speed(224, 1, 10, 30);
        assertThat(AutoRecipe.choose(evidence.with(hopeless), Given.NOTHING, Optional.empty())
                        .seconds())
                .as("the shortest there is")
                .isGreaterThan(8 * 3600);
    }
}
