package io.github.resnet4j.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SuggestTest {
    private static final List<String> NAMES =
            List.of("resnet18", "resnet34", "resnet50", "resnet101", "wide-resnet50-2", "epochs", "batch-size", "lr");

    @ParameterizedTest
    @CsvSource({
        "resnet5O, resnet50", // the letter O
        "renset18, resnet18", // neighbours swapped: one error, not two
        "resnet-34, resnet34",
        "RESNET101, resnet101",
        "epoch, epochs",
        "batch_size, batch-size",
        "batchSize, batch-size",
        "lt, lr"
    })
    void offersTheNearestName(String word, String nearest) {
        assertThat(Suggest.nearest(word, NAMES)).contains(nearest);
    }

    @ParameterizedTest
    @CsvSource({
        "resnet20, resnet20-cifar", // not resnet50, which is one error away
        "ResNet110, resnet110-cifar",
        "wrn-28, wrn-28-10", // not wrn-22-8
        "resnet-20, resnet20-cifar", // not resnet50, which is two errors away
        "res_net_110, resnet110-cifar",
        "wrn28, wrn-28-10",
        "wrn-2-8, wrn-22-8", // none continues it: typing errors decide
        "resnet5, resnet50"
    })
    void prefersTheNameThatContinuesTheWordAfterAHyphen(String word, String nearest) {
        assertThat(Suggest.nearest(
                        word,
                        List.of("resnet50", "resnet101", "resnet20-cifar", "resnet110-cifar", "wrn-22-8", "wrn-28-10")))
                .contains(nearest);
    }

    @ParameterizedTest
    @CsvSource({"densenet121", "momentum", "''", "x"})
    void offersNothingWhereNothingIsNear(String word) {
        assertThat(Suggest.nearest(word, List.of("resnet18", "epochs", "batch-size")))
                .isEmpty();
    }

    @Test
    void hyphensAloneAreNoBeginning() {
        assertThat(Suggest.nearest("-", List.of("--json"))).isEmpty();
        assertThat(Suggest.nearest("--max", List.of("--json", "--max-pixels"))).contains("--max-pixels");
    }

    @Test
    void offersTheFirstAmongEquals() {
        assertThat(Suggest.nearest("resnet1", List.of("resnet18", "resnet10"))).contains("resnet18");
        assertThat(Suggest.nearest("resnet1", List.of())).isEmpty();
    }

    @Test
    void prefersFewerErrorsToEarlierNames() {
        assertThat(Suggest.nearest("resnet44", List.of("resnet34", "resnet56", "resnet444", "resnet4")))
                .contains("resnet34");
        assertThat(Suggest.nearest("plain2", List.of("plane20", "plain20"))).contains("plain20");
    }
}
