package io.github.resnet4j.zoo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.files.FileHash;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.weights.FileBytes;
import io.github.resnet4j.zoo.weights.Preprocessing;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every row of the registry, and the names users may type. */
class PretrainedTest {
    /** https://spdx.org/licenses/, those that occur. */
    private static final Set<String> SPDX = Set.of("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-NC-4.0", "MIT");

    private static final Pattern HASH_IN_NAME = Pattern.compile("-([0-9a-f]{8,64})\\.[a-z]+(?:\\.zip)?$");
    private static final Path SHARED = Path.of("../../shared/data/weights");

    static List<PretrainedWeights> rows() {
        return Pretrained.list();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void rowFitsItsArchitecture(PretrainedWeights row) {
        Architecture architecture = Zoo.find(row.architecture());
        Preprocessing preprocessing = row.preprocessing();

        assertThat(row.classNames().names()).hasSize(architecture.classes());
        assertThat(preprocessing.mean()).hasSize(architecture.input().channels());
        assertThat(preprocessing.mean()).allSatisfy(mean -> assertThat(mean).isBetween(0.0, 0.6));
        assertThat(preprocessing.std()).allSatisfy(std -> assertThat(std).isBetween(1 / 255.0, 0.5));
        if (architecture.input().height() == 32) {
            assertThat(preprocessing.resize()).isEmpty();
            assertThat(preprocessing.crop()).isEmpty();
        } else {
            assertThat(preprocessing.crop().getAsInt()).isIn(224, 288, 320);
            assertThat(preprocessing.resize().getAsInt())
                    .isBetween(
                            preprocessing.crop().getAsInt(),
                            preprocessing.crop().getAsInt() * 8 / 7);
        }
    }

    /** So that files nobody knows can be taken for the architecture's own in this. */
    @ParameterizedTest
    @MethodSource("rows")
    void weightsOfOneArchitectureExpectTheSameColours(PretrainedWeights row) {
        PretrainedWeights first = Pretrained.defaultOf(row.architecture()).orElseThrow();

        assertThat(row.channelOrder()).isEqualTo(first.channelOrder());
        assertThat(row.preprocessing().mean()).isEqualTo(first.preprocessing().mean());
        assertThat(row.preprocessing().std()).isEqualTo(first.preprocessing().std());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void rowSaysHowToKnowTheFile(PretrainedWeights row) {
        assertThat(row.url()).hasScheme(row.isBundled() ? "classpath" : "https").hasNoQuery();
        assertThat(row.fileName())
                .matches(
                        row.isBundled()
                                ? Pattern.quote(row.name()) + "\\.safetensors"
                                : "[A-Za-z0-9_-]+\\.(pth|th|h5|pth\\.zip)");
        Matcher inName = HASH_IN_NAME.matcher(row.fileName());
        if (inName.find()) {
            assertThat(row.hash().algorithm())
                    .isEqualTo(row.isZipped() ? FileHash.Algorithm.SHA_1 : FileHash.Algorithm.SHA_256);
            assertThat(row.hash().hex()).startsWith(inName.group(1));
        } else {
            assertThat(row.hash().isWhole()).isTrue();
        }
        long floats = 4 * Zoo.find(row.architecture()).network().parameters();
        assertThat(row.maxBytes()).isGreaterThan(floats);
        row.bytes().ifPresent(bytes -> assertThat(bytes)
                .isGreaterThan(floats)
                .isEqualTo(row.maxBytes())
                .isLessThan(row.architecture().equals("resnet8-mlperf") ? 4 * floats : floats * 104 / 100));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void rowSaysWhoseItIs(PretrainedWeights row) {
        assertThat(row.licence())
                .matches(text -> SPDX.contains(text) || text.equals(PretrainedWeights.UNKNOWN_LICENCE));
        assertThat(row.source()).isNotBlank();
        if (row.isBundled()) {
            assertThat(Path.of("..").resolve(row.page().getPath())).isRegularFile();
        } else {
            assertThat(row.page()).hasScheme("https");
        }
        assertThat(row.licence().equals("CC-BY-NC-4.0")).isEqualTo(row.tag().startsWith("fb_"));
    }

    /** Of the files that this build holds, every byte, and the configuration that trained them. */
    @ParameterizedTest
    @MethodSource("bundled")
    void whatIsBundledIsWhatTheRowSays(PretrainedWeights row) throws IOException {
        byte[] bytes;
        try (InputStream in = row.open()) {
            bytes = in.readAllBytes();
        }
        assertThat(bytes).hasSize((int) row.bytes().orElseThrow());
        assertThat(row.hash().matches(row.hash().algorithm().digest().add(bytes).hex()))
                .isTrue();
        assertThat(Path.of("../configs/bundled", row.name() + ".yaml")).isRegularFile();
    }

    static List<PretrainedWeights> bundled() {
        return rows().stream().filter(PretrainedWeights::isBundled).toList();
    }

    /** Names from the zoo's own tensors: what pytorchcv's files hold, and the options with which they are right. */
    @Test
    void pytorchcvsNetworksHaveTheirOptions() {
        PretrainedWeights row = Pretrained.find("preresnet20-cifar.pytorchcv");
        assertThat(row.url())
                .hasToString("https://github.com/osmr/imgclsmob/releases/download/v0.0.164/"
                        + "preresnet20_cifar10-0651-76cec68d.pth.zip");
        assertThat(row.unzippedName()).isEqualTo("preresnet20_cifar10-0651-76cec68d.pth");
        assertThat(row.accuracy().orElseThrow().top1()).isEqualTo(93.49);
        assertThat(row.row().spec().options())
                .containsEntry("shortcut", "b")
                .containsEntry("activated-shortcuts", "changes");
        assertThat(Pretrained.find("preresnet1001-cifar").row().spec().options())
                .containsEntry("stride-on", "middle-3x3");
        assertThat(Pretrained.list("*.pytorchcv")).hasSize(18).allMatch(PretrainedWeights::isZipped);
        assertThat(Pretrained.find("resnet18").unzippedName()).isEqualTo("resnet18-f37072fd.pth");
    }

    @Test
    void filesAndHashesDoNotRepeat() {
        assertThat(Pretrained.list()).extracting(PretrainedWeights::name).doesNotHaveDuplicates();
        assertThat(Pretrained.list()).extracting(PretrainedWeights::url).doesNotHaveDuplicates();
        assertThat(Pretrained.list()).extracting(row -> row.hash().hex()).doesNotHaveDuplicates();
    }

    @Test
    void tagsOfAnArchitectureStandTogether() {
        Set<String> seen = new HashSet<>();
        String last = "";
        for (PretrainedWeights row : Pretrained.list()) {
            if (!row.architecture().equals(last)) {
                last = row.architecture();
                assertThat(seen.add(last)).as(last).isTrue();
            }
        }
        assertThat(seen).contains("resnet18", "resnet152", "resnet50-keras", "resnet20-cifar", "resnet8-mlperf");
    }

    @ParameterizedTest
    @CsvSource({
        "resnet50, resnet50.tv_in1k",
        "resnet50.tv2_in1k, resnet50.tv2_in1k",
        "resnet18, resnet18.tv_in1k",
        "resnet20-cifar, resnet20-cifar.akamaster",
        "resnet50-keras, resnet50-keras.imagenet"
    })
    void findsByNameOrTheDefault(String name, String found) {
        assertThat(Pretrained.find(name).name()).isEqualTo(found);
    }

    @Test
    void findsTheDefaultOfAnArchitecture() {
        assertThat(Pretrained.defaultOf("resnet101")).contains(Pretrained.find("resnet101.tv_in1k"));
        assertThat(Pretrained.defaultOf("plain18")).isEmpty();
        assertThat(Pretrained.defaultOf("resnet101.tv_in1k")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resnet50.a1_ink | did you mean resnet50.a1_in1k?",
                "resnet50.A1_in1k | did you mean resnet50.a1_in1k?",
                "resnet34.zzz | there are resnet34.tv_in1k, resnet34.a1_in1k,",
                "renset50.tv_in1k | did you mean resnet50.tv_in1k?",
                "plain18 | none are published for plain18.",
                "plain18.tv_in1k | none are published for plain18.",
                "vgg | no pretrained weights named \"vgg\".",
                "resnet50. | there are resnet50.tv_in1k"
            })
    void saysWhatThereIsInstead(String name, String words) {
        assertThatExceptionOfType(UnknownModelException.class)
                .isThrownBy(() -> Pretrained.find(name))
                .withMessageStartingWith("no pretrained weights named \"" + name + "\"")
                .withMessageContaining(words)
                .withMessageEndingWith(" See `resnet4j list --pretrained`.");
    }

    @Test
    void listsByPattern() {
        assertThat(Pretrained.list("*")).isEqualTo(Pretrained.list());
        assertThat(Pretrained.list("resnet34"))
                .isNotEmpty()
                .allMatch(row -> row.architecture().equals("resnet34"))
                .first()
                .isEqualTo(Pretrained.find("resnet34"));
        assertThat(Pretrained.list("*.tv2_in1k"))
                .extracting(PretrainedWeights::name)
                .containsExactly(
                        "resnet50.tv2_in1k",
                        "resnet101.tv2_in1k",
                        "resnet152.tv2_in1k",
                        "wide-resnet50-2.tv2_in1k",
                        "wide-resnet101-2.tv2_in1k",
                        "resnext50-32x4d.tv2_in1k",
                        "resnext101-32x8d.tv2_in1k");
        assertThat(Pretrained.list("resnet??-cifar"))
                .extracting(PretrainedWeights::architecture)
                .containsExactly(
                        "resnet20-cifar",
                        "resnet20-cifar",
                        "resnet32-cifar",
                        "resnet44-cifar",
                        "resnet56-cifar",
                        "resnet56-cifar");
        assertThat(Pretrained.list("plain*")).isEmpty();
    }

    @Test
    void readsModelNames() {
        assertThat(ModelName.parse("resnet50").tag()).isEmpty();
        ModelName name = ModelName.parse("resnet50.tv_in1k");
        assertThat(name.architecture()).isEqualTo("resnet50");
        assertThat(name.tag()).contains("tv_in1k");
        assertThat(name).hasToString("resnet50.tv_in1k");
        assertThat(ModelName.parse("a.b.c").tag()).contains("b.c");
        assertThat(ModelName.parse("")).hasToString("");
    }

    @ParameterizedTest
    @CsvSource({
        "resnet20-12fca82f.th, resnet20-cifar.akamaster",
        "resnet56-4bfd9763.th, resnet56-cifar.akamaster",
        "mlperf_tiny_resnet8.h5, resnet8-mlperf.mlperf_tiny"
    })
    void recognisesRealFiles(String file, String name) {
        Path path = SHARED.resolve(file);
        Assumptions.assumeTrue(Files.exists(path), path + " is not here");
        assertThat(Pretrained.recognise(FileBytes.open(path))).contains(Pretrained.find(name));
    }

    @Test
    void recognisesNothingElse() {
        Path path = Path.of("resnet20-12fca82f.th");
        assertThat(Pretrained.recognise(FileBytes.of(path, "x".getBytes(StandardCharsets.UTF_8))))
                .isEmpty();
        assertThat(Pretrained.recognise(FileBytes.of(path, new byte[1_099_231])))
                .isEmpty();
    }

    @Test
    void refusesRowsThatCannotBe() {
        PretrainedWeights row = Pretrained.find("resnet18");
        assertThatIllegalArgumentException().isThrownBy(() -> row.size(0));
        assertThatIllegalArgumentException().isThrownBy(() -> row.sha256("0".repeat(64)));
        assertThatIllegalArgumentException().isThrownBy(() -> with(row, "../x", row.url()));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> with(row, "x", URI.create("http://download.pytorch.org/models/resnet18-f37072fd.pth")));
        assertThatIllegalArgumentException().isThrownBy(() -> with(row, "x", URI.create("https://a.example/")));
    }

    private static PretrainedWeights with(PretrainedWeights row, String tag, URI url) {
        return new PretrainedWeights(
                row.architecture(),
                row.options(),
                tag,
                url,
                row.bytes(),
                row.hash(),
                row.licence(),
                row.preprocessing(),
                row.channelOrder(),
                row.classNames(),
                row.accuracy(),
                row.source(),
                row.page());
    }

    @Test
    void accuraciesArePercentages() {
        assertThat(Pretrained.list().stream().filter(row -> row.accuracy().isEmpty()))
                .extracting(PretrainedWeights::name)
                .containsExactly("resnet8-mlperf.mlperf_tiny");
        assertThat(Pretrained.list()).allSatisfy(row -> row.accuracy()
                .ifPresent(accuracy -> assertThat(accuracy.top1()).isBetween(56.0, 98.0)));
    }

    @Test
    void namesClasses() {
        assertThat(ClassNames.IMAGENET.names())
                .hasSize(ClassNames.IMAGENET.count())
                .doesNotHaveDuplicates()
                .allMatch(name -> !name.isBlank() && name.chars().noneMatch(Character::isISOControl))
                .startsWith("tench", "goldfish")
                .endsWith("toilet tissue");
        assertThat(ClassNames.IMAGENET.names().get(281)).isEqualTo("tabby");
        assertThat(ClassNames.CIFAR10.names())
                .containsExactly(
                        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
    }
}
