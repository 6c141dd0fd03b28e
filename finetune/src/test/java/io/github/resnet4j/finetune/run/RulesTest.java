package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.engine.AdamW;
import io.github.resnet4j.engine.ParameterGroup;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.UpdateRule;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigLoader;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RulesTest {
    private static final Network NETWORK = Zoo.find("resnet20-cifar").network();

    @TempDir
    private Path folder;

    private UpdateRule rule(String model, String optimizer) throws IOException {
        Path file = folder.resolve("c.yaml");
        Files.writeString(file, """
                name: t
                model: {name: resnet20-cifar%s}
                data: {dataset: folder, normalize: none}
                train: {epochs: 2, batch-size: 4, clip-norm: 5}
                optimizer: {%s}
                schedule: {type: constant}
                """.formatted(model, optimizer));
        RunConfig config = ConfigLoader.load(file, List.of()).config();
        return Rules.of(config, NETWORK, Phase.of(config).get(0), 10);
    }

    @Test
    void takesTheOptimizerAsItIs() throws IOException {
        assertThat(rule("", "type: sgd, lr: 0.1, nesterov: true"))
                .isEqualTo(UpdateRule.of(new Sgd(0.9, true, 1e-4, Sgd.DecayOn.ALL, OptionalDouble.of(5))));
        assertThat(rule("", "type: adamw, lr: 0.1, beta2: 0.99"))
                .isEqualTo(UpdateRule.of(
                        new AdamW(0.9, 0.99, 1e-8, 0.01, AdamW.DecayOn.NO_NORM_BIAS, OptionalDouble.of(5))));
    }

    @Test
    void groupsAreOfStagesBlocksAndLayersWithParametersThatAreTrained() throws IOException {
        UpdateRule rule = rule(
                ", freeze: layer1.1",
                "type: sgd, lr: 0.1, groups: [{parts: [layer1], lr-factor: 0.1}, {parts: [head, layer3.0.bn1],"
                        + " weight-decay: 0}]");

        assertThat(rule.groups())
                .containsExactly(
                        new ParameterGroup(
                                Set.of("layer1.2.conv1", "layer1.2.bn1", "layer1.2.conv2", "layer1.2.bn2"),
                                0.1,
                                OptionalDouble.empty(),
                                0),
                        new ParameterGroup(Set.of("fc", "layer3.0.bn1"), 1, OptionalDouble.of(0), 0));
    }

    @Test
    void saysAllThatIsWrongAtOnce() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> rule(
                        ", freeze: layer1",
                        "type: sgd, lr: 0.1, groups: [{parts: [layr2]}, {parts: [stem, layer1]}, {parts: [layer3]},"
                                + " {parts: [layer3.1, avgpool]}, {parts: [avgpool]}]"))
                .withMessageStartingWith("optimizer.groups[0]: resnet20-cifar has no stage, block or layer \"layr2\";"
                        + " did you mean layer2?")
                .withMessageContaining("optimizer.groups[1]: stem, layer1 has no parameters that are trained: all of it"
                        + " is frozen, or without any; optimizer.groups[3]: layer3.1.conv1 is in optimizer.groups[2]"
                        + " already; optimizer.groups[4]: avgpool has no parameters that are trained");
    }
}
