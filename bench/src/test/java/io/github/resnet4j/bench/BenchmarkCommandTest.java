package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchmarkCommandTest {
    private static final Workload RESNET20 = new Workload("resnet20-cifar", Mode.TRAIN, 128);
    private static final Workload RESNET50 = new Workload("resnet50", Mode.TRAIN, 16);

    private static Settings settings(String... args) {
        CommandLine line = BenchmarkCommand.commandLine();
        line.parseArgs(args);
        return line.<BenchmarkCommand>getCommand().settings();
    }

    @Test
    void measuresEverythingByDefault() {
        int cores = Runtime.getRuntime().availableProcessors();
        assertThat(settings()).isEqualTo(new Settings(Workload.TABLE, EnumSet.allOf(Who.class), false, 3, 10, cores));
    }

    @Test
    void takesEveryOption() {
        assertThat(settings(
                        "--networks=resnet50,resnet20",
                        "--who=onnxruntime,dl4j",
                        "--modes=infer",
                        "--rounds=5",
                        "--seconds=0.5",
                        "--threads=1"))
                .isEqualTo(new Settings(
                        List.of(
                                new Workload("resnet20-cifar", Mode.INFER, 128),
                                new Workload("resnet20-cifar", Mode.INFER, 1),
                                new Workload("resnet50", Mode.INFER, 32),
                                new Workload("resnet50", Mode.INFER, 1)),
                        Set.of(Who.ONNXRUNTIME, Who.DL4J),
                        true,
                        5,
                        0.5,
                        1));
    }

    @ParameterizedTest
    @CsvSource({"resnet20, resnet20-cifar", "resnet110, resnet110-cifar", "resnet18, resnet18"})
    void knowsNetworksByShortNames(String name, String network) {
        assertThat(settings("--networks=" + name).workloads()).isNotEmpty().allMatch(workload -> workload.network()
                .equals(network));
    }

    @Test
    void leavesSlowOnesOutOfLargeNetworksUnlessNamed() {
        assertThat(settings().entrants(RESNET50)).doesNotContain(Who.DL4J).contains(Who.DL4J_ONEDNN);
        assertThat(settings().entrants(RESNET20)).contains(Who.DL4J);
        assertThat(settings("--who=dl4j").entrants(RESNET50)).containsExactly(Who.DL4J);
    }

    @Test
    void onlyThoseTakePartWhoCan() {
        assertThat(settings().entrants(RESNET20)).doesNotContain(Who.ONNXRUNTIME);
        assertThat(settings().entrants(new Workload("resnet20-cifar", Mode.INFER, 1)))
                .contains(Who.ONNXRUNTIME);
    }

    @ParameterizedTest
    @CsvSource({
        "--rounds=-1, '--rounds must be at least 1, got -1'",
        "--threads=0, '--threads must be at least 1, got 0'",
        "--seconds=0, '--seconds must be above 0'",
        "--seconds=NaN, '--seconds must be above 0'",
        "--networks=resnet20cifar, '--networks: unknown name \"resnet20cifar\"; did you mean resnet20-cifar?'",
        "'--networks=resnet18,resnet51', did you mean resnet50?",
        "--networks=vgg, 'choose from resnet20-cifar, resnet110-cifar, resnet18, resnet50, resnext50-32x4d, wide-resnet50-2, preresnet110-cifar, wrn-16-4, densenet-bc-100-12, densenet121, se-preresnet110-cifar, se-resnet50, vgg16-bn, spec-resnet-stft, msrn-x2, fcn-resnet50'",
        "--who=pytroch, '--who: unknown name \"pytroch\"; did you mean pytorch?'",
        "--modes=trian, did you mean train?",
        "'--who=', 'choose from dl4j, dl4j-onednn'",
        "--csv=no/such/folder/out.csv, no/such/folder; create it first",
        "--python=no-such-python, --python: no-such-python cannot import torch",
    })
    void refusesWithOneLineAndTheUsageCode(String arg, String message) {
        StringWriter err = new StringWriter();
        int code = BenchmarkCommand.commandLine().setErr(new PrintWriter(err)).execute(arg);
        assertThat(code).isEqualTo(2);
        assertThat(err.toString().lines().filter(line -> line.startsWith("error: ")))
                .singleElement()
                .asString()
                .contains(message);
    }

    @ParameterizedTest
    @CsvSource({"out.csv, out.json", "out, out.json", "a.csv.csv, a.csv.json"})
    void sidecarStandsBesideTheFigures(Path csv, Path sidecar) {
        assertThat(BenchmarkCommand.sidecar(csv)).isEqualTo(sidecar);
    }

    @ParameterizedTest
    @CsvSource({
        "AMD EPYC, 2026-11-21-amd-epyc",
        "Intel(R) Xeon(R) CPU @ 2.20GHz, 2026-11-21-intel-xeon-cpu-2-20ghz",
        "aarch64, 2026-11-21-aarch64",
    })
    void resultsAreNamedAfterDateAndProcessor(String cpu, String name) {
        assertThat(new Machine("2026-11-21", cpu, 2, 0, "an OS", "17").fileName())
                .isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "fpu sse4_2 avx avx2 avx512f avx512dq, AMD EPYC (AVX-512)",
        "fpu sse4_2 avx avx2, AMD EPYC (AVX2)",
        "fpu avx, AMD EPYC (AVX)",
        "fpu sse4_2, AMD EPYC",
    })
    void processorIsNamedWithItsVectors(String flags, String name) {
        assertThat(Machine.cpuName(List.of("processor\t: 0", "model name\t: AMD EPYC", "flags\t\t: " + flags)))
                .isEqualTo(name);
    }
}
