package io.github.resnet4j.zoo.weights.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.names.Dicts;
import io.github.resnet4j.zoo.weights.names.NameMapping;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of the authors' tensors, in both forms of their code. */
class MsrnNamesTest {
    private static String authors(String name, boolean luminance) {
        String underscored = name.replaceAll("conv-(\\d)-(\\d)", "conv_$1_$2");
        if (!luminance) {
            return underscored;
        }
        String old = underscored
                .replace("head.0.", "conv_input.")
                .replace("tail.0.", "bottle.")
                .replace("tail.1.", "conv.")
                .replace("tail.2.", "conv_output.");
        for (int i = 0; i < 8; i++) {
            old = old.replace("body." + i + ".", "residual" + (i + 1) + ".0.");
        }
        return old;
    }

    @ParameterizedTest
    @ValueSource(strings = {"msrn-x2", "msrn-x3", "msrn-x4", "msrn-x8", "msrn-y-x2", "msrn-y-x8"})
    void map(String name) {
        Network network = Zoo.find(name).network();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Slot slot : network.slots()) {
            tensors.put(
                    authors(slot.name(), name.contains("-y-")),
                    Dicts.unread(slot.shape().toArray(Long[]::new)));
        }
        assertThat(tensors.keySet()).anyMatch(tensor -> tensor.contains("_"));

        assertThat(Matching.of(Dicts.of(tensors), network, LoadOptions.STRICT)
                        .report()
                        .complete())
                .isTrue();
        assertThat(Fit.ranked(Dicts.of(tensors), NameMapping.NONE)
                        .get(0)
                        .architecture()
                        .name())
                .isEqualTo(name);
    }
}
