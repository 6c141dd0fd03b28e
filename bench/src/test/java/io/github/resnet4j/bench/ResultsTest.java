package io.github.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ResultsTest {
    private static final Settings SETTINGS = new Settings("resnet20-cifar", 128, 2, 10, 2);
    private static final Machine MACHINE = new Machine("a processor", 2, 0.1, "an OS", "17");
    private static final Results.Entry OURS = entry("resnet4j", false, List.of(100.0, 120.0), List.of(800.0, 800.0));
    private static final Results.Entry NCHW = entry("nchw", true, List.of(200.0, 240.0), List.of(1000.0, 1000.0));
    private static final Results.Entry LAST =
            entry("channels_last", true, List.of(400.0, 480.0), List.of(500.0, 500.0));

    private static Results.Entry entry(String name, boolean peer, List<Double> train, List<Double> infer) {
        return new Results.Entry(
                name, name + " 1.0", peer, Map.of(Task.TRAIN, new Series(train), Task.INFER, new Series(infer)));
    }

    @Test
    void comparesWithTheBetterPeerOfEachTask() {
        Results results = new Results(SETTINGS, MACHINE, List.of(OURS, NCHW, LAST));
        assertThat(results.betterPeer(Task.TRAIN)).contains(LAST);
        assertThat(results.betterPeer(Task.INFER)).contains(NCHW);
        assertThat(results.ratio(OURS, Task.TRAIN).orElseThrow()).isCloseTo(0.25, within(1e-12));
        assertThat(results.ratio(OURS, Task.INFER).orElseThrow()).isCloseTo(0.8, within(1e-12));
        assertThat(results.ratio(LAST, Task.TRAIN)).contains(1.0);
    }

    @Test
    void hasNoRatioWithoutAPeer() {
        Results results = new Results(SETTINGS, MACHINE, List.of(OURS));
        assertThat(results.ratio(OURS, Task.TRAIN)).isEmpty();
        assertThat(results.table().lines()).anyMatch(line -> line.matches("resnet4j +110\\.0 +100\\.0 +120\\.0 +-"));
    }

    @Test
    void tableHasALineForEachContestantAndTask() {
        assertThat(new Results(SETTINGS, MACHINE, List.of(OURS, LAST)).table().lines())
                .contains(
                        "resnet20-cifar, batch 128, 2 threads, 2 rounds of 10.0 s; a processor, 2 cores, an OS, Java 17,"
                                + " load 0.1")
                .anyMatch(line -> line.matches("resnet4j +110\\.0 +100\\.0 +120\\.0 +0\\.25"))
                .anyMatch(line -> line.matches("channels_last +500\\.0 +500\\.0 +500\\.0 +1\\.00"));
    }

    @Test
    void jsonHasEveryRoundAndTheMachine() {
        Results results = new Results(SETTINGS, MACHINE, List.of(OURS, LAST));
        JsonMapper mapper = JsonMapper.builder().build();
        JsonNode read = mapper.readTree(mapper.writeValueAsString(results.json()));
        assertThat(read.at("/settings/batch").intValue()).isEqualTo(128);
        assertThat(read.at("/machine/cpu").stringValue()).isEqualTo("a processor");
        assertThat(read.at("/contestants/0/train/imagesPerSecond/1").doubleValue())
                .isEqualTo(120);
        assertThat(read.at("/contestants/0/train/ratio").doubleValue()).isEqualTo(0.25);
        assertThat(read.at("/contestants/1/peer").booleanValue()).isTrue();
    }
}
