package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ResultsTest {
    private static final Workload TRAIN = new Workload("resnet20-cifar", Mode.TRAIN, 128);
    private static final Workload INFER = new Workload("resnet20-cifar", Mode.INFER, 1);
    private static final Settings SETTINGS = new Settings(List.of(TRAIN, INFER), Set.of(Who.values()), false, 2, 10, 2);
    private static final Machine MACHINE = new Machine("2026-11-21", "a processor", 2, 0.1, "an OS", "17");

    private static final Row OURS = row(TRAIN, Who.DL4J_ONEDNN, 100.0, 120.0);
    private static final Row NCHW = row(TRAIN, Who.PYTORCH, 200.0, 240.0);
    private static final Row LAST = row(TRAIN, Who.PYTORCH_CHANNELS_LAST, 400.0, 480.0);
    private static final Row DEAD =
            new Row(TRAIN, Who.DJL, "DJL 0.35.1", List.of(300.0), Optional.of("died, exit code 137"));

    private static Row row(Workload workload, Who who, Double... rounds) {
        return new Row(workload, who, who.word() + " 1.0 " + workload.mode().word(), List.of(rounds), Optional.empty());
    }

    private static Results results(Row... rows) {
        return new Results(SETTINGS, MACHINE, Map.of(), List.of(rows));
    }

    @Test
    void ratioIsToTheFasterLayoutOfTheSameWorkload() {
        Row single = row(INFER, Who.DL4J_ONEDNN, 50.0, 50.0);
        Row singleNchw = row(INFER, Who.PYTORCH, 100.0, 100.0);
        Row singleLast = row(INFER, Who.PYTORCH_CHANNELS_LAST, 80.0, 80.0);
        Results results = results(OURS, NCHW, LAST, single, singleNchw, singleLast);
        assertThat(results.ratio(OURS)).contains(0.25);
        assertThat(results.ratio(NCHW)).contains(0.5);
        assertThat(results.ratio(LAST)).contains(1.0);
        assertThat(results.ratio(single)).contains(0.5);
    }

    @Test
    void hasNoRatioWithoutPyTorch() {
        assertThat(results(OURS).ratio(OURS)).isEmpty();
        assertThat(results(OURS).table().lines())
                .anyMatch(line -> line.matches(" {2}dl4j-onednn +110\\.0 +100\\.0 +120\\.0 +-"));
    }

    @Test
    void whoFailedHasAReasonInsteadOfFigures() {
        Results results = results(LAST, DEAD);
        assertThat(results.table().lines()).anyMatch(line -> line.matches(" {2}djl +died, exit code 137"));
        assertThat(results.ratio(DEAD)).isEmpty();
        assertThat(results.csv()).doesNotContain("djl");
    }

    @Test
    void aFailedYardstickIsNone() {
        Row failed = new Row(TRAIN, Who.PYTORCH_CHANNELS_LAST, "", List.of(400.0), Optional.of("died"));
        assertThat(results(OURS, NCHW, failed).ratio(OURS)).contains(0.5);
    }

    @Test
    void tableHasASectionForEachWorkloadAndALineForEveryone() {
        List<String> lines = results(OURS, LAST, row(INFER, Who.ONNXRUNTIME, 1.5, 0.5))
                .table()
                .lines()
                .toList();
        assertThat(lines.get(0))
                .isEqualTo("a processor, 2 cores, an OS, load 0.1 before; 2 threads, 2 rounds of 10 s;"
                        + " images per second");
        assertThat(lines)
                .anyMatch(line -> line.matches("resnet20-cifar, train, batch 128 +median +min +max +ratio"))
                .anyMatch(line -> line.matches(" {2}dl4j-onednn +110\\.0 +100\\.0 +120\\.0 +0\\.25"))
                .anyMatch(line -> line.matches(" {2}pytorch-channels-last +440\\.0 +400\\.0 +480\\.0 +1\\.00"))
                .anyMatch(line -> line.matches("resnet20-cifar, infer, batch 1 +median +min +max +ratio"))
                .anyMatch(line -> line.matches(" {2}onnxruntime +1\\.000 +0\\.500 +1\\.500 +-"));
    }

    @Test
    void tableSaysEverythingThatSomeoneSaidOfItself() {
        Results results = new Results(
                SETTINGS, MACHINE, Map.of(Who.DJL, "no native library"), List.of(NCHW, row(INFER, Who.PYTORCH, 1.0)));
        assertThat(results.table().lines())
                .contains("pytorch: pytorch 1.0 train; pytorch 1.0 infer", "djl: absent, no native library");
    }

    @Test
    void csvHasAHeaderAndALineForEveryoneWhoFinished() {
        assertThat(results(OURS, DEAD, LAST, row(INFER, Who.ONNXRUNTIME, 1234.5678, 0.0123456))
                        .csv())
                .isEqualTo("""
                        who,network,mode,batch,imagesPerSecond,min,max
                        dl4j-onednn,resnet20-cifar,train,128,110,100,120
                        pytorch-channels-last,resnet20-cifar,train,128,440,400,480
                        onnxruntime,resnet20-cifar,infer,1,617.29,0.012346,1234.6
                        """);
    }

    @Test
    void jsonHasTheMachineTheVersionsAndEveryRound() {
        Results results =
                new Results(SETTINGS, MACHINE, Map.of(Who.ONNXRUNTIME, "no Python"), List.of(OURS, LAST, DEAD));
        JsonMapper mapper = JsonMapper.builder().build();
        JsonNode read = mapper.readTree(mapper.writeValueAsString(results.json()));
        assertThat(read.at("/machine/cpu").stringValue()).isEqualTo("a processor");
        assertThat(read.at("/machine/cores").intValue()).isEqualTo(2);
        assertThat(read.at("/settings/threads").intValue()).isEqualTo(2);
        assertThat(read.at("/contestants/dl4j-onednn/0").stringValue()).isEqualTo("dl4j-onednn 1.0 train");
        assertThat(read.at("/absent/onnxruntime").stringValue()).isEqualTo("no Python");
        assertThat(read.at("/measured/1/rounds/1").doubleValue()).isEqualTo(480);
        assertThat(read.at("/measured/2/failure").stringValue()).isEqualTo("died, exit code 137");
    }

    @Test
    void knowsWhetherAnyoneFinished() {
        assertThat(results(DEAD).any()).isFalse();
        assertThat(results(DEAD, OURS).any()).isTrue();
    }
}
