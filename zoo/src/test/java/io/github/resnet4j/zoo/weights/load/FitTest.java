package io.github.resnet4j.zoo.weights.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.names.Dicts;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FitTest {
    private static StateDict dict(Network network, UnaryOperator<String> name) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Slot slot : network.slots()) {
            tensors.put(name.apply(slot.name()), Dicts.unread(slot.shape().toArray(Long[]::new)));
        }
        return Dicts.of(tensors);
    }

    private static Fit.Inferred infer(StateDict dict) {
        return Fit.infer(dict, NameMapping.NONE, false, Map.of());
    }

    static Stream<Architecture> residual() {
        return Zoo.list().stream()
                .filter(row -> row.spec().guessable() && !(row.network().output() instanceof Output.Values));
    }

    @ParameterizedTest
    @MethodSource("residual")
    void everyResidualNetworkOfTheZooIsKnownByItsTensors(Architecture row) {
        Network network = row.network(row.input(), 37);
        StateDict dict = dict(network, name -> "module." + name.replace("fc.", "linear."));

        Fit.Inferred inferred = infer(dict);

        assertThat(inferred.fit().architecture()).isEqualTo(row);
        assertThat(inferred.fit().classes()).isEqualTo(37);
        assertThat(inferred.fit().share()).isEqualTo(1);
        assertThat(inferred.fit().network()).isEqualTo(network);
        assertThat(inferred.fit().title())
                .isEqualTo(
                        row.name() + " with 37 classes (all " + network.slots().size() + " tensors)");
    }

    @Test
    void aPlainNetworkIsTakenForTheResidualOneOfTheSameTensorsAndThatIsSaid() {
        Fit.Inferred inferred = infer(dict(Zoo.find("plain20-cifar").network(), name -> name));

        assertThat(inferred.fit().architecture().name()).isEqualTo("resnet20-cifar");
        assertThat(inferred.notes())
                .containsExactly(
                        "read as resnet20-cifar; plain20-cifar, resnet20-constant-scaling-cifar,"
                                + " resnet20-dropout-shortcut-cifar and 3 others have the same tensors",
                        "read as shortcut=a; the tensors fit shortcut=a-end as well, choose it with --option");
        assertThat(infer(dict(Zoo.find("resnet18").network(), name -> name)).notes())
                .isEmpty();
    }

    private static String rivals(String name, Map<String, String> options) {
        Architecture row = Zoo.find(name).with(options);
        StateDict dict = dict(row.network(row.input(), 37), tensor -> tensor);
        Fit fit = Fit.of(dict, NameMapping.NONE, row, options);
        assertThat(fit.complete()).isTrue();
        return fit.rivals(options).orElse("none");
    }

    @Test
    void namesTheOtherNetworksThatTheTensorsFit() {
        assertThat(rivals("plain20-cifar", Map.of()))
                .isEqualTo(
                        "resnet20-cifar, resnet20-constant-scaling-cifar, resnet20-dropout-shortcut-cifar and 3 others");
        assertThat(rivals("resnet20-relu-only-cifar", Map.of()))
                .isEqualTo("resnet20-cifar, plain20-cifar, resnet20-constant-scaling-cifar and 3 others");
        assertThat(rivals("resnet20-shortcut-gating-cifar", Map.of())).isEqualTo("resnet20-exclusive-gating-cifar");
        assertThat(rivals("resnet20-relu-only-cifar", Map.of("depth", "32")))
                .isEqualTo("resnet32-cifar, plain32-cifar, resnet20-constant-scaling-cifar and 3 others");
        assertThat(rivals("plain20-cifar", Map.of("shortcut", "none"))).startsWith("resnet20-cifar, ");
        assertThat(rivals("resnet20-cifar", Map.of())).isEqualTo("none"); // what a guess would take
        assertThat(rivals("plain18", Map.of())).isEqualTo("none");
        assertThat(rivals("resnet20-conv-shortcut-cifar", Map.of())).isEqualTo("none");
    }

    /** Without projections, no residual network of these stages fits: its plain twin is not guessed, but named. */
    @Test
    void aPlainNetworkAloneIsNotGuessed() {
        StateDict dict = dict(Zoo.find("plain18").network(), name -> name);

        BadWeightsException bad = Hostile.rejected(Fault.MISMATCH, 0, () -> infer(dict));

        assertThat(bad)
                .hasMessageContaining("fits more than one network")
                .hasMessageContaining("plain18 with 1000 classes (all 87 tensors)")
                .hasMessageContaining("name the network");
    }

    @ParameterizedTest
    @EnumSource(names = {"PROJECTION", "PROJECTION_ALL", "PROJECTION_NO_BN"})
    void projectionsAreToldByTheirTensors(ResNetSpec.Shortcut shortcut) {
        Architecture row = Zoo.find("resnet20-cifar");
        Architecture projected = row.with(Map.of("shortcut", shortcut.toString()));

        Fit.Inferred inferred = infer(dict(projected.network(), name -> name.replace("downsample", "shortcut")));

        assertThat(inferred.fit().architecture()).isEqualTo(projected);
        assertThat(inferred.fit().title())
                .startsWith("resnet20-cifar with shortcut=" + shortcut + " and 10 classes (all ");
        boolean all = shortcut == ResNetSpec.Shortcut.PROJECTION_ALL;
        assertThat(inferred.notes())
                .isEqualTo(
                        all
                                ? List.of("read as resnet20-cifar; resnet20-conv-shortcut-cifar has the same tensors")
                                : List.of());
    }

    @Test
    void whatFitsNothingSaysWhatComesNearest() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(
                dict(Zoo.find("resnet34").network(), name -> name).tensors());
        tensors.put("layer5.0.conv1.weight", Dicts.unread(1L));

        BadWeightsException bad = Hostile.rejected(Fault.MISMATCH, 0, () -> infer(Dicts.of(tensors)));

        assertThat(bad)
                .hasMessageContaining(
                        "fits no network in the zoo; closest: resnet34 with 1000 classes" + " (182 of 183 tensors), ");
    }

    @Test
    void whatHasNothingOfTheZooIsNear() {
        BadWeightsException bad =
                Hostile.rejected(Fault.MISMATCH, 0, () -> infer(Dicts.of(Map.of("x", Dicts.unread(1L)))));

        assertThat(bad)
                .hasMessageContaining(
                        "fits no network in the zoo: its tensors have other names or other shapes; map unrecognised"
                                + " names with --map FILE");
    }

    /** torchvision's files of GoogLeNet hold them. */
    @Test
    void auxiliaryClassifiersAreLeftOutAndThatIsSaid() {
        Network network = Zoo.find("googlenet").network();
        Map<String, Tensor> tensors =
                new LinkedHashMap<>(dict(network, name -> name).tensors());
        tensors.put("aux1.conv.conv.weight", Dicts.unread(128L, 512L, 1L, 1L));
        tensors.put("aux2.fc2.bias", Dicts.unread(1000L));

        assertThat(infer(Dicts.of(tensors)).fit().architecture()).isEqualTo(Zoo.find("googlenet"));
        Matching matching = Matching.of(Dicts.of(tensors), network, LoadOptions.STRICT);
        assertThat(matching.report().complete()).isTrue();
        assertThat(matching.report().entries(LoadReport.Status.IGNORED))
                .allSatisfy(entry -> assertThat(entry.detail())
                        .isEqualTo("an auxiliary classifier, which serves training alone; the network has none"))
                .extracting(LoadReport.Entry::source)
                .containsExactly("aux1.conv.conv.weight", "aux2.fc2.bias");

        tensors.put("aux3.fc.bias", Dicts.unread(1000L));
        assertThat(Matching.of(Dicts.of(tensors), network, LoadOptions.STRICT)
                        .report()
                        .complete())
                .isFalse();
    }

    @Test
    void auxiliaryClassifiersAreLoadedWhereTheNetworkHasThem() {
        Network network =
                Zoo.find("googlenet").with(Map.of("auxiliary-heads", "true")).network();
        StateDict published = dict(network, name -> name);

        Fit.Inferred inferred = Fit.infer(published, NameMapping.NONE, true, Map.of("auxiliary-heads", "true"));
        assertThat(inferred.fit().network()).isEqualTo(network);
        assertThat(inferred.fit().complete()).isTrue();
        assertThat(infer(published).fit().network())
                .isEqualTo(Zoo.find("googlenet").network());
        assertThat(Matching.of(published, network, LoadOptions.STRICT).report().complete())
                .isTrue();
        assertThat(Matching.of(without(published, "aux"), network, LoadOptions.STRICT)
                        .report()
                        .complete())
                .isFalse();
    }

    /** What gives logits is new, the rest of the heads is the file's. */
    @Test
    void auxiliaryClassifiersOfOtherClassesAreReplaced() {
        Architecture row = Zoo.find("googlenet").with(Map.of("auxiliary-heads", "true"));
        StateDict published = dict(row.network(), name -> name);
        Network network = row.network(row.input(), 3);

        LoadReport report = Matching.of(published, network, new LoadOptions(NameMapping.NONE, true))
                .report();
        assertThat(report.complete()).isTrue();
        assertThat(report.entries(LoadReport.Status.REPLACED))
                .extracting(LoadReport.Entry::name)
                .containsExactly(
                        "aux1.fc2.weight", "aux1.fc2.bias", "aux2.fc2.weight", "aux2.fc2.bias", "fc.weight", "fc.bias");
        Matching strict = Matching.of(published, network, LoadOptions.STRICT);
        assertThat(strict.report().problems())
                .allSatisfy(entry -> assertThat(entry.detail()).contains("; use --head new for a new one"));
        assertThat(strict.problem()).endsWith("; use --head new to give the network a new classifier");
    }

    private static StateDict without(StateDict dict, String part) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(dict.tensors());
        tensors.keySet().removeIf(name -> name.contains(part));
        return Dicts.of(tensors);
    }

    @Test
    void aBackboneIsKnownWhereTheClassifierIsReplacedAnyway() {
        StateDict dict = without(dict(Zoo.find("resnet18").network(), name -> "encoder." + name), "fc.");

        Fit.Inferred inferred = Fit.infer(dict, NameMapping.NONE, true, Map.of());

        assertThat(inferred.fit().architecture()).isEqualTo(Zoo.find("resnet18"));
        assertThat(inferred.fit().isBackbone()).isTrue();
        assertThat(inferred.fit().complete()).isFalse();
        assertThat(Hostile.rejected(Fault.MISMATCH, 0, () -> infer(dict)))
                .hasMessageContaining(
                        "2 missing (fc.weight, fc.bias); it is a backbone without the classifier of resnet18");
    }

    @Test
    void theProjectionOfSelfSupervisedTrainingIsNoPartOfABackbone() {
        Map<String, Tensor> tensors =
                new LinkedHashMap<>(without(dict(Zoo.find("resnet50").network(), name -> name), "fc.")
                        .tensors());
        tensors.put("fc.0.weight", Dicts.unread(2048L, 2048L));
        tensors.put("fc.2.weight", Dicts.unread(128L, 2048L));

        assertThat(Fit.infer(Dicts.of(tensors), NameMapping.NONE, true, Map.of())
                        .fit()
                        .isBackbone())
                .isTrue();
        tensors.put("predictor.0.weight", Dicts.unread(2048L, 2048L));
        Hostile.rejected(Fault.MISMATCH, 0, () -> Fit.infer(Dicts.of(tensors), NameMapping.NONE, true, Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"base_model.", "student.", "feature_extractor.", "a.b."})
    void aPrefixOfAnyNameIsFound(String prefix) {
        StateDict dict = dict(Zoo.find("resnet18").network(), name -> prefix + name);

        assertThat(infer(dict).fit().complete()).isTrue();
        assertThat(Matching.of(dict, Zoo.find("resnet18").network(), LoadOptions.STRICT)
                        .report()
                        .notes())
                .containsExactly("used the tensors under " + prefix);
    }

    @Test
    void ofSeveralNetworksInAFileTheAverageIsNotTaken() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String prefix : List.of("teacher.", "student.", "loss.")) {
            dict(Zoo.find("resnet18").network(), name -> prefix + name)
                    .tensors()
                    .forEach((name, tensor) -> {
                        if (!prefix.equals("loss.") || name.endsWith("conv1.weight")) {
                            tensors.put(name, tensor);
                        }
                    });
        }
        LoadReport report = Matching.of(Dicts.of(tensors), Zoo.find("resnet18").network(), LoadOptions.STRICT)
                .report();

        assertThat(report.complete()).isTrue();
        assertThat(report.notes())
                .containsExactly(
                        "used the tensors under student., not those under teacher., which fit as well; left out 111 others:"
                                + " teacher.conv1.weight, teacher.bn1.weight, teacher.bn1.bias, …");
        assertThat(report.entries(LoadReport.Status.IGNORED))
                .hasSize(111)
                .allSatisfy(entry -> assertThat(entry.detail()).isEqualTo("not under student."));
    }

    /** All tensors of a resnet18 are in a resnet34: what is left below the prefix is not left out. */
    @Test
    void aPrefixHidesNothingBelowIt() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(
                dict(Zoo.find("resnet34").network(), name -> "model." + name).tensors());
        tensors.put("criterion.weight", Dicts.unread(1000L));

        assertThat(infer(Dicts.of(tensors)).fit().architecture().name()).isEqualTo("resnet34");
        assertThat(Matching.of(Dicts.of(tensors), Zoo.find("resnet18").network(), LoadOptions.STRICT)
                        .report()
                        .entries(LoadReport.Status.UNEXPECTED))
                .hasSize(80);
    }

    @Test
    void layersByPositionAreKnown() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        without(dict(Zoo.find("resnet18").network(), name -> name), "fc.")
                .tensors()
                .forEach((name, tensor) -> {
                    String place = name.replace("conv1", "0").replace("bn1", "1");
                    tensors.put(
                            "0." + (name.startsWith("layer") ? (char) (name.charAt(5) + 3) + name.substring(6) : place),
                            tensor);
                });
        tensors.put("1.8.weight", Dicts.unread(8L, 512L));

        assertThat(Fit.infer(Dicts.of(tensors), NameMapping.NONE, true, Map.of())
                        .fit()
                        .architecture()
                        .name())
                .isEqualTo("resnet18");
    }

    @Test
    void greyWeightsSayHowToUseThem() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(
                dict(Zoo.find("resnet18").network(), name -> name).tensors());
        tensors.put("conv1.weight", Dicts.unread(64L, 1L, 7L, 7L));

        Matching matching = Matching.of(Dicts.of(tensors), Zoo.find("resnet18").network(), LoadOptions.STRICT);
        assertThat(Hostile.rejected(Fault.MISMATCH, 0, matching::orThrow))
                .hasMessageContaining("conv1.weight [64, 1, 7, 7] for [64, 3, 7, 7]")
                .hasMessageContaining("state['conv1.weight'] = state['conv1.weight'].repeat(1, 3, 1, 1) / 3");
    }

    @Test
    void ranksByShareOfTensors() {
        List<Fit> fits = Fit.ranked(dict(Zoo.find("resnet50").network(), name -> "backbone." + name), NameMapping.NONE);

        assertThat(fits.get(0).architecture().name()).isEqualTo("resnet50");
        assertThat(fits).extracting(Fit::share).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(fits).allSatisfy(fit -> {
            assertThat(fit.matched()).isBetween(1, fit.total());
            // of a network for segmentation, whose classifier the file does not have, those of its row
            boolean fc = fit.network().heads().get(0).name().equals("fc");
            assertThat(fit.classes()).isEqualTo(fc ? 1000 : 21);
        });
    }

    @Test
    void tellsTheClassesOfAFile() {
        Architecture row = Zoo.find("resnet20-cifar");
        StateDict dict = dict(row.network(row.input(), 43), name -> "model." + name.replace("fc.", "linear."));

        assertThat(Fit.of(dict, NameMapping.NONE, row, Map.of()).classes()).isEqualTo(43);
        assertThat(Fit.of(Dicts.of(Map.of()), NameMapping.NONE, row, Map.of()).classes())
                .isEqualTo(10);
    }

    @Test
    void headsOfNoSenseAreNotBelieved() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(
                dict(Zoo.find("resnet18").network(), name -> name).tensors());
        tensors.put("fc.weight", Dicts.unread(1L << 40, 512L));

        assertThat(Fit.ranked(Dicts.of(tensors), NameMapping.NONE).get(0).classes())
                .isEqualTo(1000);
        tensors.put("fc.weight", Dicts.unread(512L));
        assertThat(Fit.ranked(Dicts.of(tensors), NameMapping.NONE).get(0).complete())
                .isFalse();
        tensors.put("fc.weight", Dicts.unread(1L, 512L));
        assertThat(Fit.ranked(Dicts.of(tensors), NameMapping.NONE).get(0).complete())
                .isFalse();
    }
}
