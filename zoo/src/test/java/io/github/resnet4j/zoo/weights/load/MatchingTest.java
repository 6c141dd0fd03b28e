package io.github.resnet4j.zoo.weights.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.tuple;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.family.ResNetSpec.Block;
import io.github.resnet4j.zoo.family.ResNetSpec.Stage;
import io.github.resnet4j.zoo.family.ResNetSpec.Stem;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import io.github.resnet4j.zoo.weights.Hostile;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.load.LoadReport.Entry;
import io.github.resnet4j.zoo.weights.load.LoadReport.Status;
import io.github.resnet4j.zoo.weights.names.Dicts;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MatchingTest {
    private static final Network RESNET20 = Zoo.find("resnet20-cifar").network();
    private static final int TENSORS = 97;
    private static final StateDict GOOD = Dicts.random(RESNET20, 1);

    @TempDir
    Path folder;

    private static StateDict changed(Consumer<Map<String, Tensor>> change) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(GOOD.tensors());
        change.accept(tensors);
        return Dicts.of(tensors);
    }

    /** Three groups, which other forms of the network write as paths. */
    private static Network groups(String form) {
        return ResNetSpec.of(Stem.CIFAR, 4, Block.BOTTLENECK, List.of(new Stage(1, 2, 1)))
                .withGroups(3, 128)
                .with(Map.of("form", form))
                .network(form, Shape.square(3, 8), 2);
    }

    @Test
    void groupsAreCutIntoPaths() {
        StateDict grouped = Dicts.random(groups("grouped"), 1);
        LoadReport report =
                Matching.of(grouped, groups("branches"), LoadOptions.STRICT).report();

        assertThat(report.complete()).isTrue();
        assertThat(report.entries(Status.LOADED))
                .extracting(Entry::name, Entry::source, Entry::fileShape)
                .contains(
                        tuple("layer1.0.conv1.2.weight", "layer1.0.conv1.weight", List.of(4L, 4L, 1L, 1L)),
                        tuple("layer1.0.bn2.0.running_var", "layer1.0.bn2.running_var", List.of(4L)),
                        tuple("layer1.0.conv3.1.weight", "layer1.0.conv3.weight", List.of(8L, 4L, 1L, 1L)),
                        tuple("layer1.0.bn3.weight", "layer1.0.bn3.weight", List.of(8L)));
        assertThat(Matching.of(grouped, groups("early-concatenation"), LoadOptions.STRICT)
                        .report()
                        .complete())
                .isTrue();
    }

    @Test
    void otherGroupsAreNotCut() {
        Map<String, Tensor> tensors =
                new LinkedHashMap<>(Dicts.random(groups("grouped"), 1).tensors());
        tensors.put("layer1.0.conv2.weight", ofType(DType.F32, 12L, 3L, 3L, 3L));
        LoadReport report = Matching.of(Dicts.of(tensors), groups("branches"), LoadOptions.STRICT)
                .report();

        assertThat(report.entries(Status.MISSING))
                .extracting(Entry::name)
                .containsExactly("layer1.0.conv2.0.weight", "layer1.0.conv2.1.weight", "layer1.0.conv2.2.weight");
        assertThat(report.entries(Status.UNEXPECTED)).extracting(Entry::name).containsExactly("layer1.0.conv2.weight");
    }

    private static Tensor ofType(DType type, Long... shape) {
        return Tensor.of(type, List.of(shape), (from, into) -> into.position(into.limit()));
    }

    private record Case(
            String name, Consumer<Map<String, Tensor>> change, Map<Status, Integer> problems, String message) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case bad(
            String name, Consumer<Map<String, Tensor>> change, Map<Status, Integer> problems, String message) {
        return new Case(name, change, problems, message);
    }

    private static Case good(String name, Consumer<Map<String, Tensor>> change) {
        return new Case(name, change, Map.of(), "");
    }

    static Stream<Case> cases() {
        return Stream.of(
                good("W-9.01 the same tensors", tensors -> {}),
                good("W-9.02 counters of training steps", tensors -> {
                    tensors.put("bn1.num_batches_tracked", ofType(DType.I64));
                    tensors.put("layer3.2.bn2.num_batches_tracked", ofType(DType.I64));
                }),
                good("W-9.03 another order", tensors -> tensors.put("conv1.weight", tensors.remove("conv1.weight"))),
                good("W-9.04 halves", tensors -> tensors.put("fc.weight", ofType(DType.F16, 10L, 64L))),
                bad("W-9.05 nothing at all", Map::clear, Map.of(Status.MISSING, TENSORS), "97 missing (conv1.weight, "),
                bad(
                        "W-9.06 one missing",
                        tensors -> tensors.remove("layer2.1.conv2.weight"),
                        Map.of(Status.MISSING, 1),
                        "1 missing (layer2.1.conv2.weight)"),
                bad(
                        "W-9.07 statistics missing",
                        tensors -> tensors.keySet().removeIf(name -> name.contains("running")),
                        Map.of(Status.MISSING, 38),
                        "38 missing (bn1.running_mean, bn1.running_var, layer1.0.bn1.running_mean, …); it has the trained"
                                + " parameters alone, as named_parameters() gives them, without batch normalisation's"
                                + " running statistics: in Python, torch.save(model.state_dict(), FILE)"),
                bad(
                        "W-9.08 no classifier",
                        tensors -> tensors.keySet().removeIf(name -> name.startsWith("fc.")),
                        Map.of(Status.MISSING, 2),
                        "2 missing (fc.weight, fc.bias)"),
                bad(
                        "W-9.09 one unexpected",
                        tensors -> tensors.put("layer4.0.conv1.weight", ofType(DType.F32, 1L)),
                        Map.of(Status.UNEXPECTED, 1),
                        "1 unexpected (layer4.0.conv1.weight)"),
                bad(
                        "W-9.10 a whole stage unexpected",
                        tensors -> new LinkedHashMap<>(tensors).forEach((name, tensor) -> {
                            if (name.startsWith("layer3.")) {
                                tensors.put(name.replace("layer3", "layer4"), tensor);
                            }
                        }),
                        Map.of(Status.UNEXPECTED, 30),
                        "30 unexpected (layer4.0.conv1.weight, "),
                bad(
                        "W-9.11 one renamed",
                        tensors -> tensors.put("layer1.0.conv1.wieght", tensors.remove("layer1.0.conv1.weight")),
                        Map.of(Status.MISSING, 1, Status.UNEXPECTED, 1),
                        "1 missing (layer1.0.conv1.weight), 1 unexpected (layer1.0.conv1.wieght)"),
                bad(
                        "W-9.12 another kernel size",
                        tensors -> tensors.put("conv1.weight", ofType(DType.F32, 16L, 3L, 7L, 7L)),
                        Map.of(Status.SHAPE_MISMATCH, 1),
                        "1 of another shape (conv1.weight [16, 3, 7, 7] for [16, 3, 3, 3])"),
                bad(
                        "W-9.13 as many numbers in another shape",
                        tensors -> tensors.put("conv1.weight", ofType(DType.F32, 3L, 3L, 3L, 16L)),
                        Map.of(Status.SHAPE_MISMATCH, 1),
                        "conv1.weight [3, 3, 3, 16] for [16, 3, 3, 3]"),
                bad(
                        "W-9.14 a vector in a matrix",
                        tensors -> tensors.put("bn1.weight", ofType(DType.F32, 1L, 16L, 1L, 1L)),
                        Map.of(Status.SHAPE_MISMATCH, 1),
                        "bn1.weight [1, 16, 1, 1] for [16]"),
                bad(
                        "W-9.15 a scalar and nothing",
                        tensors -> {
                            tensors.put("bn1.weight", ofType(DType.F32));
                            tensors.put("bn1.bias", ofType(DType.F32, 0L));
                        },
                        Map.of(Status.SHAPE_MISMATCH, 2),
                        "2 of another shape (bn1.weight [] for [16], bn1.bias [0] for [16])"),
                bad(
                        "W-9.16 other classes",
                        tensors -> {
                            tensors.put("fc.weight", ofType(DType.F32, 100L, 64L));
                            tensors.put("fc.bias", ofType(DType.F32, 100L));
                        },
                        Map.of(Status.SHAPE_MISMATCH, 2),
                        "fc.bias [100] for [10]); use --head new to give the network a new classifier"),
                bad(
                        "W-9.17 quantised weights",
                        tensors -> tensors.put("fc.weight", ofType(DType.I8, 10L, 64L)),
                        Map.of(Status.TYPE_MISMATCH, 1),
                        "1 of another type (fc.weight)"),
                bad(
                        "W-9.18 integers and booleans",
                        tensors -> {
                            tensors.put("bn1.running_var", ofType(DType.I64, 16L));
                            tensors.put("bn1.weight", ofType(DType.BOOL, 16L));
                        },
                        Map.of(Status.TYPE_MISMATCH, 2),
                        "2 of another type (bn1.weight, bn1.running_var)"),
                bad(
                        "W-9.19 everything wrong at once",
                        tensors -> {
                            tensors.remove("conv1.weight");
                            tensors.put("aux.weight", ofType(DType.F32, 1L));
                            tensors.put("bn1.weight", ofType(DType.F32, 17L));
                            tensors.put("bn1.bias", ofType(DType.U8, 16L));
                        },
                        Map.of(
                                Status.MISSING, 1,
                                Status.UNEXPECTED, 1,
                                Status.SHAPE_MISMATCH, 1,
                                Status.TYPE_MISMATCH, 1),
                        "1 missing (conv1.weight), 1 unexpected (aux.weight), 1 of another shape (bn1.weight [17] for"
                                + " [16]), 1 of another type (bn1.bias)"),
                bad(
                        "W-9.20 another network",
                        tensors -> {
                            tensors.clear();
                            tensors.putAll(
                                    Dicts.random(Zoo.find("resnet32-cifar").network(), 1)
                                            .tensors());
                        },
                        Map.of(Status.UNEXPECTED, 60),
                        "; it is resnet32-cifar with 10 classes (all 157 tensors)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void allOrNothing(Case row) {
        StateDict dict = changed(row.change);

        LoadReport report = Matching.of(dict, RESNET20, LoadOptions.STRICT).report();

        Map<Status, Integer> problems = new EnumMap<>(Status.class);
        report.problems().forEach(entry -> problems.merge(entry.status(), 1, Integer::sum));
        assertThat(problems).isEqualTo(row.problems);
        assertThat(report.complete()).isEqualTo(row.problems.isEmpty());
        assertThat(report.entries().stream().map(Entry::name).filter(name -> !name.isEmpty()))
                .doesNotHaveDuplicates();
        if (row.problems.isEmpty()) {
            assertThatCode(() -> Matching.of(dict, RESNET20, LoadOptions.STRICT).orThrow())
                    .doesNotThrowAnyException();
        } else {
            BadWeightsException bad = Hostile.rejected(
                    Fault.MISMATCH,
                    0,
                    () -> GraphWeights.load(dict, RESNET20, NetworkGraph.Options.seeded(1), LoadOptions.STRICT));
            assertThat(bad)
                    .hasMessageContaining("does not fit resnet20-cifar: ")
                    .hasMessageContaining(row.message);
        }
    }

    @Test
    void saysTheNearestNames() {
        LoadReport report = Matching.of(
                        changed(tensors -> {
                            tensors.put("layer1.0.conv1.wieght", tensors.remove("layer1.0.conv1.weight"));
                            tensors.put("x", tensors.remove("fc.bias"));
                        }),
                        RESNET20,
                        LoadOptions.STRICT)
                .report();

        assertThat(report.entries(Status.MISSING))
                .extracting(Entry::name, Entry::nearest)
                .containsExactly(tuple("layer1.0.conv1.weight", "layer1.0.conv1.wieght"), tuple("fc.bias", ""));
        assertThat(report.entries(Status.UNEXPECTED))
                .extracting(Entry::nearest)
                .containsExactly("layer1.0.conv1.weight", "");
        assertThat(report.text())
                .contains("missing: layer1.0.conv1.weight [16, 16, 3, 3]; nearest: layer1.0.conv1.wieght")
                .contains("unexpected: layer1.0.conv1.wieght [16, 16, 3, 3]; nearest: layer1.0.conv1.weight");
    }

    @Test
    void manyUnexpectedTensorsOfLongNamesCostLittle() {
        StateDict dict = changed(tensors -> {
            tensors.keySet().removeIf(name -> name.contains("bn"));
            for (int i = 0; i < 16_000; i++) {
                tensors.put("layer" + "x".repeat(100) + i, ofType(DType.F32, 1L));
            }
        });

        // Most of it are the zoo's networks, one after the other, which the message compares with the file.
        BadWeightsException bad =
                Hostile.rejected(Fault.MISMATCH, 32L << 20, () -> Matching.of(dict, RESNET20, LoadOptions.STRICT)
                        .orThrow());

        assertThat(bad).hasMessageContaining("16000 unexpected");
        assertThat(Matching.of(dict, RESNET20, LoadOptions.STRICT).report().text())
                .hasSizeLessThan(20_000)
                .endsWith("and 16036 more");
    }

    @Test
    void messagesStayShortWhateverTheFileSays() {
        Long[] huge = {1L << 30, 1L, 1L, 1L, 1L, 1L, 1L, 1L << 30};
        StateDict dict = changed(tensors -> {
            tensors.replaceAll((name, tensor) -> name.contains("conv") ? ofType(DType.F32, huge) : tensor);
            tensors.replaceAll((name, tensor) -> name.contains("bn1") ? ofType(DType.U8, 16L) : tensor);
            tensors.keySet().removeIf(name -> name.contains("bn2"));
            tensors.put("a" + "\t".repeat(500), ofType(DType.F32, huge));
        });

        Hostile.rejected(Fault.MISMATCH, 0, () -> Matching.of(dict, RESNET20, LoadOptions.STRICT)
                .orThrow());
    }

    @Test
    void filesOfMoreTensorsThanAnyNetworkAreRefused() {
        StateDict dict = changed(tensors -> {
            for (int i = 0; i < 60_000; i++) {
                tensors.put("t" + i, ofType(DType.F32, 1L));
            }
        });

        BadWeightsException bad =
                Hostile.rejected(Fault.MISMATCH, 0, () -> Matching.of(dict, RESNET20, LoadOptions.STRICT));

        assertThat(bad).hasMessageContaining("has 60097 tensors");
    }

    @Test
    void namesOfTheFileCannotSpeakToTheTerminal() {
        StateDict dict = changed(tensors -> tensors.put("\u001b[2J\nfc" + "y".repeat(5_000), ofType(DType.F32, 1L)));

        BadWeightsException bad =
                Hostile.rejected(Fault.MISMATCH, 0, () -> Matching.of(dict, RESNET20, LoadOptions.STRICT)
                        .orThrow());

        assertThat(bad.getMessage()).doesNotContain("\u001b");
        assertThat(Matching.of(dict, RESNET20, LoadOptions.STRICT).report().text())
                .doesNotContain("\u001b");
    }

    @Test
    void aNewHeadDoesNotForgiveAnythingElse() {
        StateDict dict = changed(tensors -> {
            tensors.remove("fc.bias");
            tensors.remove("bn1.bias");
            tensors.put("classifier.2.weight", ofType(DType.F32, 1L));
        });

        LoadReport report = Matching.of(dict, RESNET20, new LoadOptions(NameMapping.NONE, true))
                .report();

        assertThat(report.entries(Status.REPLACED)).extracting(Entry::name).containsExactly("fc.weight", "fc.bias");
        assertThat(report.problems()).extracting(Entry::name).containsExactly("bn1.bias", "classifier.2.weight");
        assertThat(report.summary()).isEqualTo("94 loaded, 1 missing, 1 unexpected, 2 replaced");
    }

    static Stream<Arguments> renamed() {
        return Stream.of(Arguments.of("resnet18"), Arguments.of("resnet20-cifar"));
    }

    /** Stages and blocks with numbers and letters, layers in camel case: no built-in rule knows these. */
    @ParameterizedTest
    @MethodSource("renamed")
    void namesThatNobodyKnowsAreLoadedThroughAMap(String name) throws IOException {
        Network network = Zoo.find(name).network();
        StateDict dict = Dicts.random(network, 2, torch -> torch.replaceFirst("^conv1", "convIn")
                .replaceFirst("^bn1", "bnIn")
                .replaceFirst("^fc", "fcOut")
                .replaceFirst("downsample\\.0", "convSkip")
                .replaceFirst("downsample\\.1", "bnSkip")
                .replaceFirst("^layer(\\d)\\.0", "stack$1a")
                .replaceFirst("^layer(\\d)\\.1", "stack$1b")
                .replaceFirst("^layer(\\d)\\.2", "stack$1c"));
        assertThat(dict.tensors())
                .containsKeys("convIn.weight", "bnIn.running_var", "fcOut.bias", "stack2a.conv1.weight");
        Map<String, Tensor> tensors = new LinkedHashMap<>(dict.tensors());
        tensors.put("ema.decay", ofType(DType.F32));
        Path file = folder.resolve("names.map");
        Files.writeString(file, """
                # stem and classifier
                convIn\\.(.*)                        -> conv1.$1
                bnIn\\.(.*)                          -> bn1.$1
                fcOut\\.(.*)                         -> fc.$1

                # blocks: stack2a is layer2.0
                stack([1-4])([a-z])\\.convSkip\\.(.*) -> layer$1.${2a}.downsample.0.$3
                stack([1-4])([a-z])\\.bnSkip\\.(.*)   -> layer$1.${2a}.downsample.1.$3
                stack([1-4])([a-z])\\.(.*)           -> layer$1.${2a}.$3
                ema\\..*                             -> -
                """);

        LoadReport without = Matching.of(dict, network, LoadOptions.STRICT).report();
        LoadReport report = Matching.of(dict.with(tensors), network, new LoadOptions(NameMapping.read(file), false))
                .report();

        assertThat(without.entries(Status.MISSING)).hasSize(network.slots().size());
        assertThat(report.complete()).isTrue();
        assertThat(report.entries(Status.IGNORED))
                .extracting(Entry::source, Entry::detail)
                .containsExactly(tuple("ema.decay", "left out by line 10 of " + file));
        assertThat(report.entries(Status.LOADED))
                .hasSize(network.slots().size())
                .anySatisfy(entry -> {
                    assertThat(entry.name()).isEqualTo("layer2.0.conv1.weight");
                    assertThat(entry.source()).isEqualTo("stack2a.conv1.weight");
                });
    }

    @Test
    void aForeignNetworkIsCalledByWhatItHas() {
        StateDict dict = Dicts.of(Map.of("blocks.0.norm1.weight", ofType(DType.F32, 32L)));

        LoadReport report = Matching.of(dict, RESNET20, LoadOptions.STRICT).report();

        assertThat(report.notes())
                .singleElement()
                .asString()
                .contains("transformer")
                .contains("the zoo does not have");
        BadWeightsException bad =
                Hostile.rejected(Fault.MISMATCH, 0, () -> Matching.of(dict, RESNET20, LoadOptions.STRICT)
                        .orThrow());
        assertThat(bad).hasMessageContaining("the file has the blocks of a transformer or mobile network");
    }

    @Test
    void aReportOfAllThatIsWellIsShort() {
        StateDict dict = changed(tensors -> tensors.put("bn1.num_batches_tracked", ofType(DType.I64)));

        LoadReport report = Matching.of(dict, RESNET20, LoadOptions.STRICT).report();

        assertThat(report.text())
                .isEqualTo("weights.file (unknown format) into resnet20-cifar: 97 loaded, 1 ignored\n"
                        + "  names: torchvision and timm\n"
                        + "  ignored: 1 counts of training steps");
    }

    @Test
    void aReportSaysWhatWasConvertedAndReplaced() {
        StateDict dict = changed(tensors -> {
            tensors.put("bn1.weight", ofType(DType.F16, 16L));
            tensors.put("bn1.bias", ofType(DType.F16, 16L));
            tensors.put("layer1.0.conv1/kernel", ofType(DType.BF16, 3L, 3L, 16L, 16L));
            tensors.remove("layer1.0.conv1.weight");
        });

        LoadReport report = Matching.of(dict, RESNET20, new LoadOptions(NameMapping.NONE, true))
                .report();

        assertThat(report.text())
                .startsWith("weights.file (unknown format) into resnet20-cifar: 92 loaded, 3 converted, 2 replaced\n")
                .contains("\n  note: the tensors are in Keras' order;")
                .contains("\n  converted: 2 F16 to F32, 1 BF16 to F32 and HWIO to OIHW\n")
                .endsWith("\n  replaced: 2 newly initialised");
    }
}
