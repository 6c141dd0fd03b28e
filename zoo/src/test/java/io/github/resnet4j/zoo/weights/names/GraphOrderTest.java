package io.github.resnet4j.zoo.weights.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.StateDict;
import io.github.resnet4j.zoo.weights.StateDict.Operation;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.WeightFormat;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import io.github.resnet4j.zoo.weights.names.Naming.Reading;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphOrderTest {
    /** The deepest networks differ from others of their family in nothing but the time they take. */
    private static final int LARGE = 1500;

    /** A file whose tensors have no names, and what they should be called. */
    private record Nameless(StateDict file, Map<String, String> truth) {}

    private static Operation.Kind kind(Op op) {
        return op instanceof Op.Convolution
                ? Operation.Kind.CONVOLUTION
                : op instanceof Op.BatchNorm
                        ? Operation.Kind.BATCH_NORM
                        : op instanceof Op.Dense ? Operation.Kind.DENSE : Operation.Kind.OTHER;
    }

    /** The nodes in another order in which they can be computed. */
    private static List<Node> shuffled(Network network, SplittableRandom random) {
        List<Node> rest = new ArrayList<>(network.nodes());
        List<Node> order = new ArrayList<>();
        TreeSet<String> done = new TreeSet<>(List.of(Network.INPUT));
        while (!rest.isEmpty()) {
            List<Node> ready = rest.stream()
                    .filter(node -> done.containsAll(node.inputs()))
                    .toList();
            Node next = ready.get(random.nextInt(ready.size()));
            rest.remove(next);
            order.add(next);
            done.add(next.name());
        }
        return order;
    }

    private static Nameless nameless(Network network, List<Node> order, boolean folded) {
        Map<String, Node> byName = new HashMap<>();
        network.nodes().forEach(node -> byName.put(node.name(), node));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> truth = new HashMap<>();
        Map<String, Integer> places = new HashMap<>();
        List<Operation> graph = new ArrayList<>();
        for (Node node : order) {
            Map<String, String> names = new LinkedHashMap<>();
            boolean gone = folded && Folding.isFoldable(node, byName);
            for (Slot slot : gone ? List.<Slot>of() : node.slots()) {
                String name = "onnx::" + tensors.size();
                tensors.put(name, Dicts.unread(slot.shape().toArray(Long[]::new)));
                truth.put(name, slot.name());
                names.put(slot.role().torchName(), name);
            }
            boolean merged = folded
                    && node.op() instanceof Op.Convolution
                    && network.nodes().stream()
                            .anyMatch(after -> Folding.isFoldable(after, byName)
                                    && after.inputs().get(0).equals(node.name()));
            if (merged && !names.containsKey("bias")) {
                String name = "onnx::" + tensors.size();
                tensors.put(name, Dicts.unread(node.slots().get(0).shape().get(0)));
                names.put("bias", name);
            }
            places.put(node.name(), graph.size());
            List<Integer> inputs = node.inputs().stream()
                    .filter(places::containsKey)
                    .map(places::get)
                    .toList();
            graph.add(new Operation(gone ? Operation.Kind.OTHER : kind(node.op()), inputs, names));
        }
        return new Nameless(
                new StateDict(Path.of("a.onnx"), WeightFormat.ONNX, tensors, Map.of(), List.of(), graph), truth);
    }

    private static Reading read(Nameless nameless, Network network) {
        return Naming.of(nameless.file(), NameMapping.NONE).reading(network);
    }

    /** No tensor has the place of another. */
    private static void assertTrue(Nameless nameless, Reading reading, Network network) {
        List<String> slots = network.slots().stream().map(Slot::name).toList();
        for (String slot : slots) {
            Named tensor = reading.tensors().get(slot);
            if (tensor != null
                    && nameless.truth().containsKey(tensor.source())
                    && tensor.made().isEmpty()) {
                assertThat(nameless.truth().get(tensor.source())).isEqualTo(slot);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resnet18",
                "resnet50",
                "wide-resnet50-2",
                "resnext50-32x4d",
                "densenet121",
                "googlenet",
                "vgg11-bn",
                "resnet50-keras",
                "resnet110-cifar"
            })
    void layersAreToldApartInAnyOrderFoldedOrNot(String name) {
        Network network = Zoo.find(name).network();
        SplittableRandom random = new SplittableRandom(1);
        for (boolean folded : new boolean[] {false, true}) {
            for (List<Node> order : List.of(network.nodes(), shuffled(network, random))) {
                Nameless nameless = nameless(network, order, folded);

                Reading reading = read(nameless, network);

                assertThat(reading.refusal()).isEmpty();
                assertThat(reading.convention()).isEqualTo("ONNX, matched by the graph");
                assertThat(reading.tensors().keySet())
                        .containsExactlyInAnyOrderElementsOf(
                                network.slots().stream().map(Slot::name).toList());
                assertTrue(nameless, reading, network);
            }
        }
    }

    /** Whatever cannot be told apart is refused, never confused. */
    @Test
    void noNetworkOfTheZooIsConfused() {
        int told = 0;
        List<String> refused = new ArrayList<>();
        for (Architecture row : Zoo.list()) {
            Network network = row.network();
            if (network.nodes().size() > LARGE) {
                continue;
            }
            Nameless nameless = nameless(network, network.nodes(), true);

            Reading reading = read(nameless, network);

            assertTrue(nameless, reading, network);
            told += reading.refusal().isEmpty() ? 1 : 0;
            reading.refusal().ifPresent(why -> refused.add(row.name()));
        }
        // A gate and what it lets through have the same shape and the same place, as do convolutions of other
        // dilations.
        assertThat(refused).isNotEmpty().allMatch(name -> name.matches("(highway|deeplabv3)-.*"));
        assertThat(told).isGreaterThan(100);
    }
}
