package io.github.resnet4j.finetune.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.engine.Optimizer.DecayOn;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every run in {@code configs/}; {@link ExperimentsTest} reads the experiments. */
final class RecipesTest {
    private static final Path CONFIGS = Path.of("..", "configs");
    private static final int CIFAR_ITERATIONS_PER_EPOCH = (50_000 + 127) / 128;

    static List<Path> recipes() throws IOException {
        return files().filter(file -> !file.getParent().endsWith("_base"))
                .filter(file -> !file.getParent().endsWith("experiments"))
                .toList();
    }

    private static Stream<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(CONFIGS)) {
            return all.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void loadsAndReadsBackEqual(Path file, @TempDir Path folder) throws IOException {
        ConfigLoader.Loaded loaded = ConfigLoader.load(file, List.of());
        Path resolved = Files.writeString(folder.resolve("config.yaml"), loaded.resolvedYaml());
        assertThat(ConfigLoader.load(resolved, List.of())).isEqualTo(loaded);
        assertThat(file.getFileName()).hasToString(loaded.config().name() + ".yaml");
    }

    @Test
    void areAllThere() throws IOException {
        assertThat(recipes().stream()
                        .map(file -> CONFIGS.relativize(file).toString().replace('\\', '/')))
                .containsExactly(
                        "bundled/resnet20-cifar.r4j_cifar10jpeg.yaml",
                        "bundled/resnet56-cifar.r4j_cifar10jpeg.yaml",
                        "cifar10/densenet-100-12.yaml",
                        "cifar10/densenet-100-24.yaml",
                        "cifar10/densenet-40-12.yaml",
                        "cifar10/densenet-bc-100-12.yaml",
                        "cifar10/densenet-bc-190-40.yaml",
                        "cifar10/densenet-bc-250-24.yaml",
                        "cifar10/highway-19.yaml",
                        "cifar10/plain110.yaml",
                        "cifar10/plain20.yaml",
                        "cifar10/plain32.yaml",
                        "cifar10/plain44.yaml",
                        "cifar10/plain56.yaml",
                        "cifar10/preresnet1001.yaml",
                        "cifar10/preresnet110.yaml",
                        "cifar10/preresnet164.yaml",
                        "cifar10/preresnet20.yaml",
                        "cifar10/preresnet32.yaml",
                        "cifar10/preresnet44.yaml",
                        "cifar10/preresnet56.yaml",
                        "cifar10/resnet110-bn-after-add.yaml",
                        "cifar10/resnet110-constant-depth.yaml",
                        "cifar10/resnet110-constant-scaling.yaml",
                        "cifar10/resnet110-conv-shortcut.yaml",
                        "cifar10/resnet110-dropout-shortcut.yaml",
                        "cifar10/resnet110-exclusive-gating.yaml",
                        "cifar10/resnet110-relu-before-add.yaml",
                        "cifar10/resnet110-relu-only.yaml",
                        "cifar10/resnet110-shortcut-gating.yaml",
                        "cifar10/resnet110-stochastic-depth.yaml",
                        "cifar10/resnet110.yaml",
                        "cifar10/resnet1202.yaml",
                        "cifar10/resnet18-cifar-stem.yaml",
                        "cifar10/resnet20.yaml",
                        "cifar10/resnet32.yaml",
                        "cifar10/resnet34-cifar-stem.yaml",
                        "cifar10/resnet44.yaml",
                        "cifar10/resnet50-cifar-stem.yaml",
                        "cifar10/resnet56.yaml",
                        "cifar10/resnext29-16x64d.yaml",
                        "cifar10/resnext29-8x64d.yaml",
                        "cifar10/se-preresnet110.yaml",
                        "cifar10/se-preresnet164.yaml",
                        "cifar10/se-wrn-16-8.yaml",
                        "cifar10/wrn-16-4.yaml",
                        "cifar10/wrn-16-8.yaml",
                        "cifar10/wrn-22-8.yaml",
                        "cifar10/wrn-28-10-dropout.yaml",
                        "cifar10/wrn-28-10.yaml",
                        "cifar10/wrn-40-10-dropout.yaml",
                        "cifar10/wrn-40-10.yaml",
                        "cifar10/wrn-40-2.yaml",
                        "cifar10/wrn-40-4.yaml",
                        "cifar100/densenet-100-12.yaml",
                        "cifar100/densenet-100-24.yaml",
                        "cifar100/densenet-40-12.yaml",
                        "cifar100/densenet-bc-100-12.yaml",
                        "cifar100/densenet-bc-190-40.yaml",
                        "cifar100/densenet-bc-250-24.yaml",
                        "cifar100/highway-19.yaml",
                        "cifar100/preresnet1001.yaml",
                        "cifar100/preresnet164.yaml",
                        "cifar100/resnet110-constant-depth.yaml",
                        "cifar100/resnet110-stochastic-depth.yaml",
                        "cifar100/resnext29-16x64d.yaml",
                        "cifar100/resnext29-8x64d.yaml",
                        "cifar100/wrn-28-10-dropout.yaml",
                        "cifar100/wrn-28-10.yaml",
                        "cifar100/wrn-40-10-dropout.yaml",
                        "finetune/discriminative.yaml",
                        "finetune/full.yaml",
                        "finetune/gradual.yaml",
                        "finetune/last-stage.yaml",
                        "finetune/linear-probe.yaml",
                        "finetune/pytorch-tutorial-fixed.yaml",
                        "finetune/pytorch-tutorial.yaml",
                        "imagenet/cbam-resnet50.yaml",
                        "imagenet/resnet101.yaml",
                        "imagenet/resnet152.yaml",
                        "imagenet/resnet18.yaml",
                        "imagenet/resnet34.yaml",
                        "imagenet/resnet50.yaml",
                        "imagenet/se-resnet50.yaml",
                        "segmentation/deeplabv3-resnet50.yaml",
                        "segmentation/fcn-resnet50.yaml",
                        "segmentation/signs.yaml",
                        "spoofing/spec-resnet-cqcc.yaml",
                        "spoofing/spec-resnet-mfcc.yaml",
                        "spoofing/spec-resnet-stft.yaml",
                        "superresolution/msrn-x2-reduced.yaml",
                        "superresolution/msrn-x2.yaml",
                        "superresolution/msrn-x3.yaml",
                        "superresolution/msrn-x4.yaml",
                        "superresolution/msrn-x8.yaml",
                        "superresolution/msrn-y-x2.yaml",
                        "superresolution/msrn-y-x3.yaml",
                        "superresolution/msrn-y-x4.yaml",
                        "superresolution/msrn-y-x8.yaml",
                        "transfer/cats-and-dogs.yaml",
                        "transfer/eight-classes.yaml",
                        "transfer/photographs.yaml");
    }

    @Test
    void everyBaseIsUsed() throws IOException {
        Set<String> used = new TreeSet<>();
        for (Path recipe : recipes()) {
            Files.readAllLines(recipe).stream()
                    .filter(line -> line.startsWith("base: ../_base/"))
                    .forEach(line -> used.add(line.substring("base: ../_base/".length())));
        }
        Set<String> bases = files().filter(file -> file.getParent().endsWith("_base"))
                .map(file -> file.getFileName().toString())
                .collect(Collectors.toSet());
        assertThat(used).containsExactlyInAnyOrderElementsOf(bases);
    }

    /** He et al. 2015, section 4.2 and table 6, in iterations as the paper counts. */
    @ParameterizedTest
    @CsvSource({
        "resnet20, 91.25",
        "resnet32, 92.49",
        "resnet44, 92.83",
        "resnet56, 93.03",
        "resnet110, 93.39",
        "resnet1202, 92.07"
    })
    void cifarRecipesAreThePapers(String name, double top1) {
        RunConfig config = load("cifar10/" + name + ".yaml");
        assertThat(config.model().name()).isEqualTo(name + "-cifar");
        assertThat(config.model().shortcut()).contains("a");
        assertThat(config.expect().orElseThrow().top1()).isEqualTo(top1);
        assertThat(config.train().batchSize()).isEqualTo(128);
        assertThat(config.train().epochs() * CIFAR_ITERATIONS_PER_EPOCH).isBetween(64_000, 64_000 + 391);
        ScheduleConfig.MultiStep steps = (ScheduleConfig.MultiStep) config.schedule();
        assertThat(steps.milestones().get(0) * CIFAR_ITERATIONS_PER_EPOCH).isBetween(32_000.0, 32_391.0);
        assertThat(steps.milestones().get(1) * CIFAR_ITERATIONS_PER_EPOCH).isBetween(48_000.0, 48_391.0);
        boolean warm = name.equals("resnet110") || name.equals("resnet1202");
        assertThat(steps.warmup()
                        .map(warmup -> warmup.kind() == Warmup.Kind.CONSTANT
                                && warmup.iterations(CIFAR_ITERATIONS_PER_EPOCH) == 400
                                && warmup.startLr(config.optimizer().lr()) == 0.01)
                        .orElse(false))
                .isEqualTo(warm);
    }

    @ParameterizedTest
    @CsvSource({"plain20", "plain32", "plain44", "plain56", "plain110"})
    void plainNetworksHaveNothingToExpect(String name) {
        RunConfig config = load("cifar10/" + name + ".yaml");
        RunConfig residual = load("cifar10/" + name.replace("plain", "resnet") + ".yaml");
        assertThat(config.expect()).isEmpty();
        assertThat(config.model().shortcut()).isEmpty();
        assertThat(config.data()).isEqualTo(residual.data());
        assertThat(config.train()).isEqualTo(residual.train());
        assertThat(config.optimizer()).isEqualTo(residual.optimizer());
    }

    /** Huang et al. 2016, section 4 and table 1; their main.lua. */
    @Test
    void stochasticDepthIsThePapers() {
        RunConfig config = load("cifar10/resnet110-stochastic-depth.yaml");
        RunConfig constant = load("cifar10/resnet110.yaml");
        assertThat(config.model().chosenOptions())
                .isEqualTo(Map.of(
                        "shortcut", "a-end",
                        "stochastic-depth", "0.5",
                        "stochastic-depth-scaling", "at-test",
                        "stochastic-depth-per", "batch"));
        assertThat(config.data()).isEqualTo(constant.data());
        assertThat(config.train().epochs()).isEqualTo(500);
        assertThat(((ScheduleConfig.MultiStep) config.schedule()).milestones()).containsExactly(250.0, 375.0);
        assertThat(config.expect().orElseThrow().top1()).isEqualTo(100 - 5.23);
    }

    /** Hu et al. 2018, table 4: trained as without attention. */
    @ParameterizedTest
    @CsvSource({"preresnet110, 5.21", "preresnet164, 4.39", "wrn-16-8, 3.88"})
    void attentionChangesNothingInTraining(String without, double error) {
        RunConfig config = load("cifar10/se-" + without + ".yaml");
        RunConfig other = load("cifar10/" + without + ".yaml");
        assertThat(config.model().name()).isEqualTo("se-" + other.model().name());
        assertThat(config.data()).isEqualTo(other.data());
        assertThat(config.train()).isEqualTo(other.train());
        assertThat(config.optimizer()).isEqualTo(other.optimizer());
        assertThat(config.schedule()).isEqualTo(other.schedule());
        assertThat(config.expect().orElseThrow().top1()).isCloseTo(100 - error, within(1e-9));
    }

    /** The papers' errors on CIFAR-100, trained as on CIFAR-10. */
    @ParameterizedTest
    @CsvSource({
        "preresnet164, 24.33",
        "preresnet1001, 22.71",
        "wrn-28-10, 19.25",
        "wrn-28-10-dropout, 18.85",
        "wrn-40-10-dropout, 18.3",
        "densenet-40-12, 24.42",
        "densenet-100-12, 20.20",
        "densenet-100-24, 19.25",
        "densenet-bc-100-12, 22.27",
        "densenet-bc-250-24, 17.60",
        "densenet-bc-190-40, 17.18",
        "resnet110-stochastic-depth, 24.58",
        "resnet110-constant-depth, 27.22",
        "resnext29-8x64d, 17.77",
        "resnext29-16x64d, 17.31",
        "highway-19, 32.39"
    })
    void cifar100IsTrainedAsCifar10(String name, double error) {
        RunConfig config = load("cifar100/" + name + ".yaml");
        RunConfig ten = load("cifar10/" + name + ".yaml");
        assertThat(config.expect().orElseThrow().top1()).isCloseTo(100 - error, within(1e-9));
        assertThat(config.model().name()).isEqualTo(ten.model().name());
        assertThat(config.model().chosenOptions()).isEqualTo(ten.model().chosenOptions());
        assertThat(config.model().classes()).contains(100);
        assertThat(config.data().dataset()).isEqualTo(DatasetKind.CIFAR100);
        assertThat(config.data().normalize()).contains(NormalizeConfig.CIFAR100);
        assertThat(config.data().augment()).isEqualTo(ten.data().augment());
        assertThat(config.train()).isEqualTo(ten.train());
        assertThat(config.optimizer()).isEqualTo(ten.optimizer());
        assertThat(config.schedule()).isEqualTo(ten.schedule());
        assertThat(config.output()).isNotEqualTo(ten.output());
    }

    /** The authors' cifar10_solver.prototxt, in iterations of 100 images. */
    @Test
    void highwayIsTrainedAsTheAuthorsDo() {
        RunConfig config = load("cifar10/highway-19.yaml");
        int iterations = 50_000 / config.train().batchSize();
        ScheduleConfig.MultiStep steps = (ScheduleConfig.MultiStep) config.schedule();
        assertThat(config.train().epochs() * iterations).isEqualTo(200_000);
        assertThat(steps.milestones().stream().map(epoch -> epoch * iterations))
                .containsExactly(100_000.0, 150_000.0, 175_000.0);
        assertThat(config.optimizer())
                .isEqualTo(new OptimizerConfig.Sgd(0.025, 0.9, true, 1e-3, DecayOn.NO_NORM_BIAS, List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "linear-probe, layer4",
        "last-stage, layer3",
        "discriminative, ''",
        "gradual, ''",
        "full, ''",
        "pytorch-tutorial, ''",
        "pytorch-tutorial-fixed, layer4"
    })
    void fineTuningFreezesWhatItSays(String name, String freeze) {
        assertThat(load("finetune/" + name + ".yaml").model().freeze().orElse(""))
                .isEqualTo(freeze);
    }

    /** {@code SGD(lr=0.001, momentum=0.9)}, {@code StepLR(step_size=7, gamma=0.1)}, batches of 4, 25 epochs. */
    @ParameterizedTest
    @ValueSource(strings = {"pytorch-tutorial", "pytorch-tutorial-fixed"})
    void theTutorialIsPyTorchs(String name) {
        RunConfig config = load("finetune/" + name + ".yaml");
        assertThat(config.train().epochs()).isEqualTo(25);
        assertThat(config.train().batchSize()).isEqualTo(4);
        assertThat(config.optimizer())
                .isEqualTo(new OptimizerConfig.Sgd(
                        0.001, 0.9, false, 0, DecayOn.ALL, config.optimizer().groups()));
        ScheduleConfig.MultiStep steps = (ScheduleConfig.MultiStep) config.schedule();
        assertThat(steps.milestones()).containsExactly(7.0, 14.0, 21.0);
        assertThat(steps.gamma()).isEqualTo(0.1);
        assertThat(config.data().augment())
                .isEqualTo(load("finetune/full.yaml").data().augment());
    }

    /** Every part of a residual network is in a group, or trained at the rate itself. */
    @ParameterizedTest
    @ValueSource(strings = {"discriminative", "gradual"})
    void ratesGrowWithTheStage(String name) {
        RunConfig config = load("finetune/" + name + ".yaml");
        Network network = Zoo.find(config.model().name()).network();
        Map<String, Double> factors = new LinkedHashMap<>();
        for (GroupConfig group : config.optimizer().groups()) {
            group.parts().forEach(part -> factors.put(part, group.lrFactor()));
        }
        double last = 0;
        for (String stage : network.stages()) {
            double factor = factors.getOrDefault(stage, 1.0);
            assertThat(factor).as(stage).isGreaterThanOrEqualTo(last);
            last = factor;
        }
        assertThat(network.stages()).containsAll(factors.keySet());
        assertThat(last).isEqualTo(2);
    }

    private static RunConfig load(String name) {
        return ConfigLoader.load(CONFIGS.resolve(name), List.of()).config();
    }
}
