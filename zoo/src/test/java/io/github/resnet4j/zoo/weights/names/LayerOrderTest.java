package io.github.resnet4j.zoo.weights.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.names.LayerOrder.Layer;
import io.github.resnet4j.zoo.weights.names.LayerOrder.Outcome;
import io.github.resnet4j.zoo.weights.names.LayerOrder.Traits;
import io.github.resnet4j.zoo.weights.names.Naming.Reading;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerOrderTest {
    private static final Network RESNET8 = Zoo.find("resnet8-mlperf").network();

    /** A file of unnamed Keras layers in the order of these nodes. */
    private static Map<String, Tensor> file(Network network, List<String> nodes) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String name : nodes) {
            Node node = network.nodes().stream()
                    .filter(candidate -> candidate.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            if (node.slots().isEmpty()) {
                continue;
            }
            boolean bn = node.op() instanceof Op.BatchNorm;
            String kind = bn ? "batch_normalization" : node.op() instanceof Op.Dense ? "dense" : "conv2d";
            int number = counts.merge(kind, 1, Integer::sum) - 1;
            String layer = kind + (number == 0 ? "" : "_" + number);
            List<String> roles =
                    bn ? List.of("gamma", "beta", "moving_mean", "moving_variance") : List.of("kernel", "bias");
            for (int i = 0; i < node.slots().size(); i++) {
                List<Long> shape = Dicts.kerasShape(node.slots().get(i).shape());
                tensors.put(layer + "/" + roles.get(i), Dicts.unread(shape.toArray(Long[]::new)));
            }
        }
        return tensors;
    }

    private static List<String> names(Network network) {
        return new ArrayList<>(network.nodes().stream().map(Node::name).toList());
    }

    private static Map<String, String> read(Map<String, Tensor> file, Network network) {
        Reading reading = Naming.of(Dicts.of(file), NameMapping.NONE).reading(network);
        assertThat(reading.convention()).isEqualTo("Keras, matched by order and shape");
        assertThat(reading.notes()).hasSize(1);
        Map<String, String> names = new LinkedHashMap<>();
        reading.tensors().forEach((name, tensor) -> names.put(tensor.source(), name));
        return names;
    }

    /** As {@code mlperf_tiny_resnet8.h5} has it: a projection stands behind the second convolution of its block. */
    @Test
    void tellsTheLayersOfMlperfTinyApart() {
        List<String> order = names(RESNET8);

        Map<String, String> names = read(file(RESNET8, order), RESNET8);

        assertThat(names)
                .containsEntry("conv2d/kernel", "conv1.weight")
                .containsEntry("conv2d_4/kernel", "layer2.0.conv2.weight")
                .containsEntry("conv2d_5/bias", "layer2.0.downsample.0.bias")
                .containsEntry("batch_normalization_4/moving_variance", "layer2.0.bn2.running_var")
                .containsEntry("dense/kernel", "fc.weight")
                .hasSize(RESNET8.slots().size());
        assertThat(names.values())
                .containsExactlyInAnyOrderElementsOf(
                        RESNET8.slots().stream().map(slot -> slot.name()).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer2.0.conv1", "layer2.0.conv2"})
    void aProjectionMayComeBeforeItsBlocksConvolutions(String before) {
        List<String> order = names(RESNET8);
        order.remove("layer2.0.downsample.0");
        order.add(order.indexOf(before), "layer2.0.downsample.0");

        assertThat(read(file(RESNET8, order), RESNET8))
                .containsEntry(
                        before.endsWith("1") ? "conv2d_3/kernel" : "conv2d_4/kernel", "layer2.0.downsample.0.weight");
    }

    @Test
    void layersInTheOrderOfTheAlphabetAreCounted() {
        Network network = Zoo.find("resnet110-cifar").network();
        Map<String, Tensor> file = file(network, names(network));
        List<String> sorted = new ArrayList<>(file.keySet());
        Collections.sort(sorted);
        Map<String, Tensor> alphabetical = new LinkedHashMap<>();
        sorted.forEach(name -> alphabetical.put(name, file.get(name)));

        assertThat(read(alphabetical, network))
                .containsEntry("conv2d_10/kernel", "layer1.4.conv2.weight")
                .containsEntry("conv2d_2/kernel", "layer1.0.conv2.weight")
                .containsEntry("batch_normalization_100/gamma", "layer3.13.bn2.weight");
    }

    /** In ImageNet bottlenecks the BN of the projection has the shape of the last BN beside it. */
    @Test
    void twoBranchesOfOneShapeAreRefused() {
        Network network = Zoo.find("resnet50-keras").network();
        Map<String, Tensor> file = file(network, names(network));

        Reading reading = Naming.of(Dicts.of(file), NameMapping.NONE).reading(network);

        assertThat(reading.tensors().keySet()).contains("conv2d_3.weight").doesNotContain("conv1.weight");
        assertThat(reading.notes().get(0))
                .startsWith("the file does not name its layers, and order and shape are ambiguous: ")
                .contains("convolutions: ")
                .contains(
                        "conv2d_3 and conv2d_4 could be layer1.0.conv3 and layer1.0.downsample.0, in more than one order")
                .contains("batch normalisations: ")
                .contains("batch_normalization_45 and batch_normalization_46 could be layer4.0.bn3 and"
                        + " layer4.0.downsample.1, in more than one order");
    }

    @Test
    void tooFewLayersAreRefused() {
        List<String> order = names(RESNET8);
        order.remove("layer3.0.bn2");

        assertThat(Naming.of(Dicts.of(file(RESNET8, order)), NameMapping.NONE)
                        .reading(RESNET8)
                        .notes())
                .containsExactly("the file does not name its layers, and order and shape are ambiguous:"
                        + " batch normalisations: the file has 6 such layers, the network 7");
    }

    @Test
    void anOrderThatTheNetworkCannotComputeIsRefused() {
        List<String> order = names(RESNET8);
        Collections.swap(order, order.indexOf("conv1"), order.indexOf("layer1.0.conv1"));

        assertThat(Naming.of(Dicts.of(file(RESNET8, order)), NameMapping.NONE)
                        .reading(RESNET8)
                        .notes())
                .containsExactly("the file does not name its layers, and order and shape are ambiguous:"
                        + " convolutions: conv2d, of shape [16, 16, 3, 3], has no place in the network's order");
    }

    @Test
    void whatIsRefusedSaysWhyAndWhatToDo() {
        List<String> order = names(RESNET8);
        order.remove("layer3.0.bn2");

        assertThat(Naming.of(Dicts.of(file(RESNET8, order)), NameMapping.NONE)
                        .reading(RESNET8)
                        .refusal())
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("the file has 6 such layers, the network 7; ")
                        .contains("model.save(\"model.h5\")"));
    }

    /** Keras 3, of a model that has the network as a layer: {@code functional/conv2d_1} beside {@code dense}. */
    @Test
    void layersOfANestedModelAreMatchedLikeOthers() {
        Map<String, Tensor> nested = new LinkedHashMap<>();
        file(RESNET8, names(RESNET8))
                .forEach((name, tensor) -> nested.put(name.startsWith("dense") ? name : "functional/" + name, tensor));

        assertThat(read(nested, RESNET8))
                .containsEntry("functional/conv2d_5/bias", "layer2.0.downsample.0.bias")
                .containsEntry("functional/batch_normalization_4/moving_variance", "layer2.0.bn2.running_var")
                .containsEntry("dense/kernel", "fc.weight")
                .hasSize(RESNET8.slots().size());
    }

    /** Their numbers begin anew in every model, and the file does not order the models. */
    @Test
    void layersOfSeveralModelsAreRefused() {
        Map<String, Tensor> several = new LinkedHashMap<>();
        file(RESNET8, names(RESNET8)).forEach((name, tensor) -> {
            boolean first = name.matches("conv2d(_[1-4])?/.*");
            several.put((first ? "functional/" : "functional_1/") + name, tensor);
        });

        assertThat(Naming.of(Dicts.of(several), NameMapping.NONE)
                        .reading(RESNET8)
                        .refusal())
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("the file does not name its layers")
                        .contains("convolutions: they are in 2 models, each with an order of its own")
                        .contains("model.save(\"model.h5\")"));
    }

    @Test
    void namedLayersAreNotMatchedByOrder() {
        Map<String, Tensor> file = file(RESNET8, names(RESNET8));
        file.put("stem/kernel", file.remove("conv2d/kernel"));

        assertThat(Naming.of(Dicts.of(file), NameMapping.NONE).reading(RESNET8).convention())
                .isNotEqualTo("Keras, matched by order and shape");
    }

    /** Random little networks with few shapes: the answer is that of trying all permutations. */
    @Test
    void agreesWithTryingEverything() {
        int[] outcomes = new int[3];
        for (int seed = 0; seed < 3_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int count = 1 + random.nextInt(6);
            List<Node> nodes = new ArrayList<>();
            boolean[][] before = new boolean[count][count];
            for (int i = 0; i < count; i++) {
                List<String> inputs = new ArrayList<>();
                for (int j = 0; j < i; j++) {
                    if (random.nextInt(3) == 0) {
                        inputs.add("n" + j);
                        before[i][j] = true;
                        for (int k = 0; k < j; k++) {
                            before[i][k] |= before[j][k];
                        }
                    }
                }
                Shape shape = new Shape(1 + random.nextInt(3), 1, 1);
                nodes.add(new Node("n" + i, new Op.BatchNorm(false, 1e-5, 0.9), inputs, "stem", List.of(shape)));
            }
            Network network = new Network("random", Shape.square(1, 1), 2, nodes);
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, count).boxed().toList());
            if (random.nextInt(3) > 0) {
                Collections.shuffle(order, new java.util.Random(seed));
            }
            List<Layer> layers = IntStream.range(0, count)
                    .mapToObj(i -> new Layer("l" + i, shape(nodes.get(order.get(i)))))
                    .toList();
            List<List<Integer>> all = new ArrayList<>();
            permute(layers, nodes, before, new ArrayList<>(), all);

            Outcome outcome = LayerOrder.assign(network, node -> true, layers, node -> Traits.of(shape(node)));

            outcomes[Math.min(2, all.size())]++;
            if (all.size() == 1) {
                Map<String, Node> expected = new LinkedHashMap<>();
                for (int i = 0; i < count; i++) {
                    expected.put("l" + i, nodes.get(all.get(0).get(i)));
                }
                assertThat(outcome).as("seed %d", seed).isEqualTo(new Outcome.Assigned(expected));
            } else {
                assertThat(outcome).as("seed %d: %s", seed, all).isInstanceOf(Outcome.Refused.class);
                assertThat(((Outcome.Refused) outcome).why())
                        .contains(all.isEmpty() ? "has no place" : ", in more than one order");
            }
        }
        assertThat(outcomes)
                .satisfies(counts ->
                        assertThat(IntStream.of(counts).min().orElse(0)).isGreaterThan(300));
    }

    private static List<Long> shape(Node node) {
        return node.slots().get(0).shape();
    }

    private static void permute(
            List<Layer> layers, List<Node> nodes, boolean[][] before, List<Integer> done, List<List<Integer>> all) {
        if (done.size() == layers.size()) {
            all.add(List.copyOf(done));
            return;
        }
        for (int node = 0; node < nodes.size(); node++) {
            boolean fits = !done.contains(node)
                    && shape(nodes.get(node))
                            .equals(layers.get(done.size()).traits().shape());
            for (int earlier = 0; earlier < nodes.size(); earlier++) {
                fits &= !before[node][earlier] || done.contains(earlier);
            }
            if (fits) {
                done.add(node);
                permute(layers, nodes, before, done, all);
                done.remove(done.size() - 1);
            }
        }
    }
}
