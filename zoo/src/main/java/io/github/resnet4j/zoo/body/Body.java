package io.github.resnet4j.zoo.body;

import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.NetworkWriter;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A network without its head, and the maps that it leaves for another: {@code C2} is what leaves {@code layer1}, {@code C3}
 * what leaves {@code layer2}, and so on (Lin et al. 2017, arXiv:1612.03144, section 3). Of a ResNet for ImageNet, C2 … C5
 * have 1/4 … 1/32 of the image's rows and columns, or less small ones with its option {@code output-stride}. Those of a
 * pre-activation network are its sums, before normalisation.
 *
 * <pre>{@code
 * Network resnet = Zoo.find("resnet50").with(Map.of("output-stride", "16")).network(Shape.square(3, 512), 1000);
 * Body body = Body.of(resnet).only("C4");                        // nothing of layer4
 * Body pyramid = Body.of(resnet).with(FeaturePyramid.TORCHVISION); // P2 … P6
 * }</pre>
 *
 * @param network the nodes that the maps depend on, and no others
 * @param maps names of the nodes whose values they are, by the maps' names, the largest first
 */
public record Body(Network network, Map<String, String> maps) {
    private static final String STAGE = "layer";
    /** Of the map that leaves {@code layer1}; the stem's is the first (He et al. 2015, table 1: conv2_x). */
    private static final int FIRST = 2;

    /** @throws IllegalArgumentException if there are no maps, or the network has no such node */
    public Body {
        maps = Collections.unmodifiableMap(new LinkedHashMap<>(maps));
        if (maps.isEmpty()) {
            throw new IllegalArgumentException("a body needs at least one map");
        }
        maps.values().forEach(network::part);
    }

    /**
     * All stages of a residual network.
     *
     * @param network with stages {@code layer1}, {@code layer2}, …, for classes or anything else
     * @throws IllegalArgumentException if it has none
     */
    public static Body of(Network network) {
        Map<String, String> maps = new LinkedHashMap<>();
        for (int i = 1; network.stages().contains(STAGE + i); i++) {
            maps.put("C" + (i - 1 + FIRST), network.lastOf(STAGE + i).name());
        }
        if (maps.isEmpty()) {
            throw new IllegalArgumentException(network.name() + " has no stages layer1, layer2, … as residual networks"
                    + " have; its stages are " + String.join(", ", network.stages()));
        }
        return needed(network, maps);
    }

    /**
     * Some of the maps, and nothing that they do not need.
     *
     * @throws IllegalArgumentException if there is no such map, or you name none
     */
    public Body only(String... names) {
        return only(Arrays.asList(names));
    }

    /** The same for a collection. */
    public Body only(Collection<String> names) {
        Map<String, String> kept = new LinkedHashMap<>();
        names.forEach(this::node);
        maps.forEach((name, node) -> {
            if (names.contains(name)) {
                kept.put(name, node);
            }
        });
        return needed(network, kept);
    }

    /** The maps of a pyramid upon all of these; these themselves are no longer among the maps. */
    public Body with(FeaturePyramid pyramid) {
        NetworkWriter net = writer();
        Map<String, String> levels = pyramid.write(net, maps);
        return needed(net.finish(), levels);
    }

    /**
     * A writer with which to add a head of one's own: its nodes read {@link #node} or any other. Its {@code finish} gives the
     * whole network.
     */
    public NetworkWriter writer() {
        return NetworkWriter.behind(network, Conventions.TORCHVISION);
    }

    /**
     * The node whose value is a map.
     *
     * @throws IllegalArgumentException if there is no such map; the message has the nearest name
     */
    public String node(String map) {
        String node = maps.get(map);
        if (node == null) {
            throw new IllegalArgumentException(network.name() + " has no map \"" + map + "\""
                    + Suggest.nearest(map, maps.keySet())
                            .map(near -> "; did you mean " + near + "?")
                            .orElse("")
                    + " Its maps are " + String.join(", ", maps.keySet()));
        }
        return node;
    }

    /**
     * The shape of a map, C×H×W, for images of {@link Network#input}.
     *
     * @throws IllegalArgumentException as {@link #node}
     */
    public Shape shape(String map) {
        String name = node(map);
        return network.nodes().stream()
                .filter(node -> node.name().equals(name))
                .map(Node::out)
                .findFirst()
                .orElseThrow();
    }

    /**
     * For images of another size.
     *
     * @throws IllegalArgumentException if they have other channels, or are too small
     */
    public Body at(Shape image) {
        if (image.channels() != network.input().channels()) {
            throw new IllegalArgumentException(
                    network.name() + " takes images of " + network.input().channels() + " channels, got " + image);
        }
        NetworkWriter net = new NetworkWriter(network.name(), image, Conventions.TORCHVISION);
        network.nodes().forEach(node -> {
            net.stage(node.stage());
            net.add(node.name(), node.op(), node.inputs().toArray(String[]::new));
        });
        return new Body(net.finish(), maps);
    }

    /**
     * Freezes every batch normalisation, whatever else is trained: detectors are trained with so few images at a time that
     * their statistics are better left as they are. With {@link FreezePlan.Norms#FROZEN}, this is torchvision's {@code
     * FrozenBatchNorm2d}.
     */
    public FreezePlan frozenNorms(FreezePlan.Norms norms) {
        FreezePlan plan = FreezePlan.NOTHING;
        for (Node node : network.nodes()) {
            plan = node.op() instanceof Op.BatchNorm ? plan.part(node.name(), norms) : plan;
        }
        return plan;
    }

    private static Body needed(Network network, Map<String, String> maps) {
        if (maps.isEmpty()) {
            throw new IllegalArgumentException("name at least one map");
        }
        Set<String> needed = new HashSet<>(maps.values());
        List<Node> kept = new ArrayList<>();
        for (int i = network.nodes().size() - 1; i >= 0; i--) {
            Node node = network.nodes().get(i);
            if (needed.contains(node.name())) {
                kept.add(0, node);
                needed.addAll(node.inputs());
            }
        }
        int channels = kept.get(kept.size() - 1).out().channels();
        return new Body(new Network(network.name(), network.input(), channels, kept), maps);
    }

    /** {@code resnet50: C2 256x56x56, C3 512x28x28}. */
    @Override
    public String toString() {
        return network.name() + ": "
                + maps.keySet().stream().map(name -> name + " " + shape(name)).collect(Collectors.joining(", "));
    }
}
