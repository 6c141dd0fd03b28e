package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.spec.BlockType;
import io.github.resnet4j.zoo.spec.ResNetSpec;
import io.github.resnet4j.zoo.spec.ResNetWriter;
import io.github.resnet4j.zoo.spec.ShortcutType;
import io.github.resnet4j.zoo.spec.StageSpec;
import io.github.resnet4j.zoo.spec.StemSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network with seeded weights and a seeded batch, as {@code make_golden.py} has it.
 *
 * @param name the golden file's
 * @param network the architecture
 * @param batch number of pictures
 */
record ParityCase(String name, Network network, int batch) {
    private static final Map<String, Conventions> CONVENTIONS =
            Map.of("kerasapps", Conventions.KERAS_APPLICATIONS, "keras", Conventions.KERAS);
    private static final Map<String, ShortcutType> SHORTCUTS = Map.of(
            "none", ShortcutType.NONE,
            "a", ShortcutType.ZERO_PAD,
            "aend", ShortcutType.ZERO_PAD_END,
            "b", ShortcutType.PROJECTION,
            "bnobn", ShortcutType.PROJECTION_NO_BN,
            "c", ShortcutType.PROJECTION_ALL);

    /**
     * Every combination of block, place of the stride, shortcut and stem by torchvision's conventions, and some by
     * Keras', few channels wide.
     */
    static List<ParityCase> reduced() {
        List<List<String>> shapes =
                List.of(List.of("3x16x16", "1x17x15", "3x21x14"), List.of("3x8x8", "1x9x7", "3x7x10"));
        List<ParityCase> cases = new ArrayList<>();
        for (String block : List.of("basic", "bottleneck", "bottleneckv1")) {
            for (String shortcut : List.of("none", "a", "aend", "b", "c")) {
                String shapeless = block + "_" + shortcut + "_";
                int shape = cases.size() / 2 % 3;
                cases.add(reduced(shapeless + "imagenet_" + shapes.get(0).get(shape)));
                cases.add(reduced(shapeless + "cifar_" + shapes.get(1).get(shape)));
            }
        }
        cases.add(reduced("bottleneckv1_b_imagenet_3x16x16_kerasapps"));
        cases.add(reduced("bottleneckv1_b_cifar_1x9x8_kerasapps"));
        cases.add(reduced("basic_bnobn_cifar_3x8x8_keras"));
        cases.add(reduced("basic_bnobn_cifar_1x9x10_keras"));
        cases.add(reduced("bottleneck_bnobn_imagenet_3x14x16_keras"));
        return cases;
    }

    /**
     * The reduced network that {@code name} describes: block, shortcut, stem, input, then whose conventions if not
     * torchvision's, or anything else.
     */
    static ParityCase reduced(String name) {
        String[] parts = name.split("_");
        BlockType block = parts[0].equals("basic") ? BlockType.BASIC : BlockType.BOTTLENECK;
        int planes = block == BlockType.BASIC ? 4 : 2;
        ResNetSpec spec = new ResNetSpec(
                parts[2].equals("imagenet") ? new StemSpec.ImageNet(4) : new StemSpec.Cifar(4),
                block,
                SHORTCUTS.get(parts[1]),
                List.of(new StageSpec(1, planes, 1), new StageSpec(2, planes + 2, 2)),
                parts[0].endsWith("v1") ? ResNetSpec.StrideOn.FIRST_1X1 : ResNetSpec.StrideOn.MIDDLE_3X3,
                false,
                CONVENTIONS.getOrDefault(parts[parts.length - 1], Conventions.TORCHVISION));
        String[] sizes = parts[3].split("x");
        Shape input = new Shape(Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2]));
        return new ParityCase(name, ResNetWriter.write(name, spec, input, 5), 3);
    }

    /**
     * The rows of the zoo, reduced to three blocks a few channels wide, with a batch for BN to have statistics of. Rows
     * that differ in size only are one.
     */
    static List<ParityCase> zoo() {
        return Zoo.list().stream()
                .map(row -> reducedName(row.spec()))
                .distinct()
                .map(name -> reduced(name).withBatch(8))
                .toList();
    }

    private static String reducedName(ResNetSpec spec) {
        boolean early = spec.block() == BlockType.BOTTLENECK && spec.strideOn() == ResNetSpec.StrideOn.FIRST_1X1;
        String conventions =
                spec.conventions().equals(Conventions.TORCHVISION) ? "" : "_" + keyOf(spec.conventions(), CONVENTIONS);
        return (spec.block() == BlockType.BASIC ? "basic" : "bottleneck")
                + (early ? "v1_" : "_")
                + keyOf(spec.shortcut(), SHORTCUTS)
                + (spec.stem() instanceof StemSpec.ImageNet ? "_imagenet_3x16x16" : "_cifar_3x8x8")
                + conventions;
    }

    private static <T> String keyOf(T value, Map<String, T> names) {
        return names.entrySet().stream()
                .filter(entry -> entry.getValue().equals(value))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no reduced network has " + value));
    }

    ParityCase withBatch(int pictures) {
        return new ParityCase(name, network, pictures);
    }

    /** Published networks in full, at {@code size}×{@code size}. */
    static ParityCase full(String name, int batch, int size) {
        return new ParityCase(
                name,
                Zoo.find(name).network(Shape.square(3, size), Zoo.find(name).classes()),
                batch);
    }

    ComputationGraph graph() {
        return graph(Optional.empty());
    }

    ComputationGraph graph(Optional<String> frozenUpTo) {
        ComputationGraph graph =
                NetworkGraph.create(network, NetworkGraph.Options.seeded(1).frozenUpTo(frozenUpTo));
        Seeded.fill(name, network, graph);
        return graph;
    }

    Shape picture() {
        return network.input();
    }

    INDArray pictures() {
        return Seeded.pictures(name, batch, network);
    }

    INDArray labels() {
        return labels(0);
    }

    INDArray labels(double smoothing) {
        return Seeded.labels(name, batch, network.classes(), smoothing);
    }

    /** The last node's name: the logits. */
    String logits() {
        return network.nodes().get(network.nodes().size() - 1).name();
    }

    @Override
    public String toString() {
        return name;
    }
}
