package io.github.resnet4j.zoo.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.zoo.network.Conventions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecTest {

    @ParameterizedTest
    @CsvSource({"0, 16, 1", "1, 0, 1", "1, 16, 0", "-1, -1, -1"})
    void rejectsEmptyStages(int blocks, int planes, int stride) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StageSpec(blocks, planes, stride))
                .withMessage("a stage needs at least one block, plane and stride 1, got " + blocks + " blocks, "
                        + planes + " planes, stride " + stride);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -16})
    void rejectsStemsWithoutFilters(int width) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StemSpec.ImageNet(width))
                .withMessage("a stem needs at least 1 filter, got " + width);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StemSpec.Cifar(width))
                .withMessage("a stem needs at least 1 filter, got " + width);
    }

    @Test
    void rejectsNetworksWithoutStages() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> spec(BlockType.BASIC, ShortcutType.PROJECTION, List.of()))
                .withMessage("a residual network needs at least one stage");
    }

    @Test
    void keepsItsOwnCopyOfTheStages() {
        List<StageSpec> stages = new ArrayList<>(List.of(new StageSpec(1, 16, 1)));
        ResNetSpec spec = spec(BlockType.BASIC, ShortcutType.PROJECTION, stages);

        stages.clear();

        assertThat(spec.stages()).containsExactly(new StageSpec(1, 16, 1));
    }

    @Test
    void withersChangeOneThing() {
        ResNetSpec spec = spec(BlockType.BASIC, ShortcutType.PROJECTION, List.of(new StageSpec(1, 16, 1)));

        assertThat(spec.withShortcut(ShortcutType.NONE).shortcut()).isEqualTo(ShortcutType.NONE);
        assertThat(spec.withStrideOn(ResNetSpec.StrideOn.FIRST_1X1).strideOn())
                .isEqualTo(ResNetSpec.StrideOn.FIRST_1X1);
        assertThat(spec.withZeroInitResidual(true).zeroInitResidual()).isTrue();
        assertThat(spec.conventions()).isEqualTo(Conventions.TORCHVISION);
        assertThat(spec.withConventions(Conventions.KERAS).conventions()).isEqualTo(Conventions.KERAS);
        assertThat(spec.withConventions(Conventions.KERAS)
                        .withShortcut(ShortcutType.NONE)
                        .withStrideOn(ResNetSpec.StrideOn.FIRST_1X1)
                        .withZeroInitResidual(true)
                        .withShortcut(spec.shortcut())
                        .withStrideOn(spec.strideOn())
                        .withZeroInitResidual(false))
                .isEqualTo(spec.withConventions(Conventions.KERAS))
                .extracting(same -> same.withConventions(Conventions.TORCHVISION))
                .isEqualTo(spec);
    }

    @ParameterizedTest
    @EnumSource
    void shortcutOptionsAreFoundAgain(ShortcutType type) {
        assertThat(ShortcutType.of(type.option())).contains(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "d", "", "projection"})
    void otherShortcutOptionsAreNotFound(String option) {
        assertThat(ShortcutType.of(option)).isEmpty();
    }

    private static ResNetSpec spec(BlockType block, ShortcutType shortcut, List<StageSpec> stages) {
        return new ResNetSpec(new StemSpec.Cifar(16), block, shortcut, stages, ResNetSpec.StrideOn.MIDDLE_3X3, false);
    }
}
