package io.github.resnet4j.zoo.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.GroupedBottleneck;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkSummaryTest {

    static List<Architecture> rows() {
        return Zoo.list();
    }

    @Test
    void printsStages() {
        assertThat(NetworkSummary.text(Zoo.find("resnet18").network(), SummaryOptions.STAGES))
                .isEqualTo("""
                        resnet18: 3x224x224 pixels to 1,000 classes

                        layer   operation  output     parameters   MACs
                        -----------------------------------------------
                        stem               64x56x56        9,536  118 M
                        layer1             64x56x56      147,968  462 M
                        layer2             128x28x28     525,568  411 M
                        layer3             256x14x14   2,099,712  411 M
                        layer4             512x7x7     8,393,728  411 M
                        head               1000x1x1      513,000  512 K

                        parameters 11,689,512 (DL4J counts 11,699,112: + 9,600 BN statistics)
                        MACs 1.81 G
                        """);
    }

    @Test
    void printsLayersBelowTheirStage() {
        String text = NetworkSummary.text(Zoo.find("resnet20-cifar").network(), SummaryOptions.LAYERS);

        assertThat(text).startsWith("""
                        resnet20-cifar: 3x32x32 pixels to 10 classes

                        layer                operation        output    parameters    MACs
                        ------------------------------------------------------------------
                        stem                                  16x32x32         464   442 K
                          conv1              conv 3x3         16x32x32         432   442 K
                          bn1                batch norm       16x32x32          32
                          relu1              relu             16x32x32
                        layer1                                16x32x32      14,016  14.2 M
                          layer1.0.conv1     conv 3x3         16x32x32       2,304  2.36 M
                        """).contains("""
                          layer2.0.bn2       batch norm       32x16x16          64
                          layer2.0.shortcut  zero pad /2      32x16x16
                          layer2.0.add       add              32x16x16
                        """).endsWith("""
                        head                                  10x1x1           650     640
                          avgpool            global avg pool  64x1x1
                          fc                 dense            10x1x1           650     640

                        parameters 269,722 (DL4J counts 271,098: + 1,376 BN statistics)
                        MACs 40.6 M
                        """);
    }

    @Test
    void tellsBiasesAndPaddingOfSides() {
        assertThat(NetworkSummary.text(Zoo.find("resnet8-mlperf").network(), SummaryOptions.LAYERS))
                .contains("""
                          layer2.0.conv1.pad     pad 0,1,0,1        16x33x33
                          layer2.0.conv1         conv 3x3/2 + bias  32x16x16       4,640  1.18 M
                        """)
                .contains("""
                          layer2.0.downsample.0  conv 1x1/2 + bias  32x16x16         544   131 K
                          layer2.0.add           add                32x16x16
                        """);
    }

    @Test
    void tellsGroups() {
        assertThat(NetworkSummary.text(GroupedBottleneck.network(Conventions.TORCHVISION), SummaryOptions.LAYERS))
                .contains("""
                          layer1.0.conv2         conv 3x3/2, 2 groups  4x3x3           72     648
                          layer1.0.bn2           batch norm            4x3x3            8
                        """);
        assertThat(NetworkSummary.text(GroupedBottleneck.network(Conventions.KERAS), SummaryOptions.LAYERS))
                .contains("  conv 3x3/2, 2 groups + bias  ");
    }

    @Test
    void marksFrozenStagesAndLayers() {
        Network network = Zoo.find("resnet18").network(Shape.square(3, 224), 5);

        String text = NetworkSummary.text(network, SummaryOptions.LAYERS.frozenUpTo("layer2.0"));

        assertThat(text.lines())
                .anySatisfy(line -> assertThat(line).startsWith("layer1 ").endsWith("  frozen"))
                .anySatisfy(line -> assertThat(line).startsWith("layer2 ").endsWith("  partly"))
                .anySatisfy(line -> assertThat(line).startsWith("layer3 ").endsWith("411 M"))
                .anySatisfy(
                        line -> assertThat(line).startsWith("  layer2.0.relu ").endsWith("  frozen"))
                .noneMatch(line -> line.startsWith("  layer2.1.") && line.endsWith("frozen"))
                .contains("frozen 387,648, trained 10,791,429");
    }

    @ParameterizedTest
    @MethodSource("rows")
    void alignsAndFitsInAHundredColumns(Architecture row) {
        List<String> stages = List.copyOf(row.network().stages());
        String last = stages.get(stages.size() - 2);
        String text = NetworkSummary.text(row.network(), SummaryOptions.LAYERS.frozenUpTo(last));

        List<String> lines = text.lines().toList();
        String title = lines.get(2);
        int end = title.indexOf("MACs") + 4;
        assertThat(lines).hasSizeGreaterThan(row.network().nodes().size()).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(100)
                .matches("\\p{ASCII}*")
                .doesNotContain("\u001b", "\t"));
        assertThat(lines.subList(4, lines.size() - 4))
                .hasSize(row.network().nodes().size() + row.network().stages().size())
                .allSatisfy(line ->
                        assertThat(line.substring(Math.min(end, line.length()))).isIn("", "  frozen"));
    }

    @Test
    void namesTheNetworkForAnUnknownFrozenPart() {
        Network network = Zoo.find("resnet18").network();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSummary.text(network, SummaryOptions.STAGES.frozenUpTo("layer9")))
                .withMessageStartingWith("resnet18 has no stage, block or layer \"layer9\"");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "7, 7",
        "999, 999",
        "1000, 1.00 K",
        "9994, 9.99 K",
        "9996, 10.0 K",
        "99949, 99.9 K",
        "99951, 100 K",
        "999499, 999 K",
        "999500, 1.00 M",
        "40551424, 40.6 M",
        "1814073344, 1.81 G",
        "9223372036854775807, 9.22 E"
    })
    void roundsToThreeDigits(long count, String printed) {
        assertThat(Counts.rounded(count)).isEqualTo(printed);
    }

    @Test
    void rejectsNegativeCounts() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Counts.rounded(-1))
                .withMessage("a count cannot be negative, got -1");
    }
}
