package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.superresolution.Symmetry;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.finetune.model.Upscaler.Options;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiles that cannot be told, and the mean of the eight symmetries. */
class UpscalerTest {
    @BeforeAll
    static void enable() {
        OneDnn.enable();
    }

    private static Network network(String name) {
        return Zoo.find(name).spec().reduced().network(name, Shape.square(3, 8), 3);
    }

    private static ComputationGraph graph(Network network) {
        ComputationGraph graph = NetworkGraph.create(network, NetworkGraph.Options.seeded(3));
        graph.params().muli(2); // as they begin, little comes through the layers but the mean colour
        return graph;
    }

    private static Rgb8Image image(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        SplittableRandom random = new SplittableRandom(5);
        random.nextBytes(pixels);
        return new Rgb8Image(width, height, pixels);
    }

    private static Rgb8Image upscaled(Network network, Options options, Engine engine, Rgb8Image image) {
        try (Upscaler upscaler = new Upscaler(graph(network), network, options, engine)) {
            return upscaler.upscale(image);
        }
    }

    /** Values that differ, and by how much at most. */
    private static int[] differences(Rgb8Image a, Rgb8Image b) {
        assertThat(List.of(a.width(), a.height())).isEqualTo(List.of(b.width(), b.height()));
        int count = 0;
        int most = 0;
        for (int i = 0; i < a.pixels().length; i++) {
            int difference = Math.abs((a.pixels()[i] & 0xff) - (b.pixels()[i] & 0xff));
            count += difference > 0 ? 1 : 0;
            most = Math.max(most, difference);
        }
        return new int[] {count, most};
    }

    @ParameterizedTest
    @CsvSource({"msrn-x2, 36", "msrn-x3, 36", "msrn-x4, 36", "msrn-x8, 36"})
    void thePublishedNetworksReach(String name, int reach) {
        assertThat(Upscaler.reach(Zoo.find(name).network())).isEqualTo(reach);
        assertThat(Upscaler.reach(network(name))).isEqualTo(12);
    }

    /** A value between two bytes may be rounded either way. */
    @ParameterizedTest
    @CsvSource({"msrn-x2, 57, 71", "msrn-x3, 33, 80", "msrn-x4, 64, 41", "msrn-x8, 45, 31"})
    void tilesCannotBeTold(String name, int width, int height) {
        Network network = network(name);
        Rgb8Image image = image(width, height);
        Rgb8Image whole = upscaled(network, Options.DEFAULT, Engine.ONEDNN, image);
        assertThat(whole.width()).isEqualTo(width * (name.charAt(name.length() - 1) - '0'));
        Rgb8Image tiled = upscaled(network, new Options(31, Optional.empty(), false), Engine.ONEDNN, image);
        assertThat(differences(tiled, whole)[1]).isLessThanOrEqualTo(1);
        assertThat(differences(tiled, whole)[0]).isLessThan(whole.pixels().length / 1000);
        Rgb8Image edged = upscaled(network, new Options(31, Optional.of(0), false), Engine.ONEDNN, image);
        assertThat(differences(edged, whole)[0]).isGreaterThan(10 + differences(tiled, whole)[0]);
    }

    @Test
    void bothEnginesMakeTheSame() {
        Network network = network("msrn-x2");
        Rgb8Image image = image(19, 13);
        int[] differences = differences(
                upscaled(network, Options.DEFAULT, Engine.DL4J, image),
                upscaled(network, Options.DEFAULT, Engine.ONEDNN, image));
        assertThat(differences[1]).isLessThanOrEqualTo(1);
    }

    /** The network itself has no symmetry, so that only the mean of all eight turns with the image. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void theEnsembleTurnsWithTheImage(int number) {
        Network network = network("msrn-x2");
        Rgb8Image image = image(17, 12);
        Symmetry symmetry = Symmetry.of(number);
        Options ensemble = Options.DEFAULT.ensemble();
        Rgb8Image turnedFirst = upscaled(network, ensemble, Engine.ONEDNN, symmetry.apply(image));
        Rgb8Image turnedLast = symmetry.apply(upscaled(network, ensemble, Engine.ONEDNN, image));
        assertThat(differences(turnedFirst, turnedLast)[1]).isLessThanOrEqualTo(1);
        Rgb8Image once = upscaled(network, Options.DEFAULT, Engine.ONEDNN, image);
        Rgb8Image onceTurned = upscaled(network, Options.DEFAULT, Engine.ONEDNN, symmetry.apply(image));
        assertThat(differences(onceTurned, symmetry.apply(once))[1]).isGreaterThan(1);
    }

    /** One that is smaller than a kernel, too. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 30", "40, 1"})
    void takesAnySize(int width, int height) {
        Rgb8Image made = upscaled(
                network("msrn-x3"), new Options(25, Optional.empty(), true), Engine.ONEDNN, image(width, height));
        assertThat(made.width()).isEqualTo(3 * width);
        assertThat(made.height()).isEqualTo(3 * height);
    }

    @Test
    void refusesTilesWithoutAPartAndNetworksOfClasses() {
        Network network = network("msrn-x2");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Upscaler(graph(network), network, new Options(24, Optional.empty(), false), Engine.DL4J))
                .withMessageContaining("use tiles of at least 48");
        assertThatIllegalArgumentException().isThrownBy(() -> new Options(8, Optional.of(4), false));
        Network classifier = Zoo.find("resnet20-cifar").network();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Upscaler(graph(classifier), classifier, Options.DEFAULT, Engine.DL4J))
                .withMessageContaining("does not make images larger");
    }

    @Test
    void spansHaveAllRowsOnce() {
        for (int size = 1; size < 60; size++) {
            int next = 0;
            for (Upscaler.Span span : Upscaler.Span.over(size, 20, 6)) {
                assertThat(span.ownFrom()).isEqualTo(next);
                assertThat(span.length()).isEqualTo(Math.min(20, size));
                assertThat(span.from() == 0 || span.ownFrom() - span.from() >= 6)
                        .isTrue();
                int end = span.from() + span.length();
                assertThat(end == size || end - span.ownTo() >= 6).isTrue();
                assertThat(span.from()).isGreaterThanOrEqualTo(0);
                assertThat(end).isLessThanOrEqualTo(size);
                next = span.ownTo();
            }
            assertThat(next).isEqualTo(size);
        }
    }
}
