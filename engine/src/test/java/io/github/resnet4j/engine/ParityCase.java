package io.github.resnet4j.engine;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Spec;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Conventions;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Output;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network with seeded weights and a seeded batch, as {@code make_golden.py} has it.
 *
 * @param name the golden file's
 * @param network the architecture
 * @param batch number of images
 */
record ParityCase(String name, Network network, int batch) {
    private static final Map<String, Conventions> CONVENTIONS =
            Map.of("kerasapps", Conventions.KERAS_APPLICATIONS, "keras", Conventions.KERAS);
    private static final Pattern DROPS = Pattern.compile("(at-test|in-training)-(batch|image)");
    private static final Map<String, ResNetSpec.Shortcut> SHORTCUTS = Map.of(
            "none", ResNetSpec.Shortcut.NONE,
            "a", ResNetSpec.Shortcut.ZERO_PAD,
            "aend", ResNetSpec.Shortcut.ZERO_PAD_END,
            "b", ResNetSpec.Shortcut.PROJECTION,
            "bnobn", ResNetSpec.Shortcut.PROJECTION_NO_BN,
            "d", ResNetSpec.Shortcut.POOLED_PROJECTION,
            "c", ResNetSpec.Shortcut.PROJECTION_ALL);

    /**
     * Every combination of block, place of the stride, shortcut and stem by torchvision's conventions, and some by
     * Keras'; the rows of other families; few channels wide.
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
        cases.add(reduced("bottleneckwide_b_imagenet_3x16x16"));
        cases.add(reduced("bottleneckwide_b_cifar_1x9x7"));
        cases.add(reduced("bottleneckgrouped_b_imagenet_3x21x14"));
        cases.add(reduced("bottleneckgrouped_b_cifar_3x8x8"));
        cases.add(reduced("bottleneckearly_b_imagenet_3x21x14"));
        cases.add(reduced("bottleneckearly_c_cifar_1x9x7"));
        cases.add(reduced("bottleneckbranches_b_imagenet_1x17x15"));
        cases.add(reduced("bottleneckbranches_b_cifar_3x7x10"));
        cases.add(reduced("bottleneckv1_b_imagenet_3x16x16_kerasapps"));
        cases.add(reduced("bottleneckv1_b_cifar_1x9x8_kerasapps"));
        cases.add(reduced("basic_bnobn_cifar_3x8x8_keras"));
        cases.add(reduced("basic_bnobn_cifar_1x9x10_keras"));
        cases.add(reduced("bottleneck_bnobn_imagenet_3x14x16_keras"));
        cases.addAll(preActivation());
        cases.addAll(residualUnits());
        cases.add(row("densenet121_1x35x27", Map.of()));
        cases.add(row("densenet-40-12_1x9x7", Map.of()));
        cases.add(row("densenet-bc-40-12_3x7x10", Map.of()));
        cases.addAll(attention());
        cases.add(reduced("basic_d_deep_1x17x15"));
        cases.add(reduced("bottleneck_d_deep_3x21x14"));
        cases.add(reduced("bottleneck_b_deep_1x17x15"));
        cases.add(reduced("basic_d_cifar_1x9x7"));
        cases.add(row("highway-19-cifar_1x9x7", Map.of()));
        cases.add(row("highway-10-mnist_3x13x11", Map.of()));
        cases.add(row("highway-mlp-10_1x9x7", Map.of()));
        cases.add(row("vgg11_3x21x14", Map.of()));
        cases.add(row("vgg11-bn_1x17x15", Map.of()));
        cases.add(row("vgg16-bn-cifar_1x9x7", Map.of()));
        cases.add(row("alexnet_1x23x31", Map.of()));
        cases.add(row("googlenet_3x17x15", Map.of()));
        cases.add(row("googlenet_1x17x15", Map.of()));
        cases.add(auxiliary());
        cases.add(reduced("basic_b_imagenet_3x33x26_dilated"));
        cases.add(reduced("bottleneckgrouped_b_cifar_1x9x7_dilated"));
        cases.addAll(spectrograms());
        return cases;
    }

    /** GoogLeNet with its auxiliary classifiers. */
    static ParityCase auxiliary() {
        return row("googlenet_auxiliary_1x48x48", Map.of("auxiliary-heads", "true"));
    }

    /** Spec-ResNets in both forms; with strides, large maps, so that norms see more than one place. */
    private static List<ParityCase> spectrograms() {
        Map<String, String> stride = Map.of("blocks", "stride");
        return List.of(
                row("spec-resnet-stft_1x17x15", Map.of()),
                row("spec-resnet-stft_stride_3x33x28", stride),
                row("spec-resnet-mfcc_1x21x14", Map.of()),
                row("spec-resnet-mfcc_stride_1x300x250", stride),
                row("spec-resnet-cqcc_3x17x15", Map.of()),
                row("spec-resnet-cqcc_stride_1x310x270", stride));
    }

    private static List<ParityCase> attention() {
        String placement = "se-placement";
        return List.of(
                row("se-resnet18_1x17x15", Map.of()),
                row("se-resnet18_pre_3x21x14", Map.of(placement, "pre")),
                row("se-resnet18_post_1x17x15", Map.of(placement, "post")),
                row("se-resnet18_identity_3x21x14", Map.of(placement, "identity")),
                row("se-resnet18_tanh_1x17x15", Map.of("se-gate", "tanh")),
                row("se-resnet18_relu_3x21x14", Map.of("se-gate", "relu")),
                row("se-resnet18_no-bias_1x17x15", Map.of("se-bias", "false")),
                row("se-resnet18_divisor-8_3x21x14", Map.of("se-divisor", "8")),
                row("se-resnet50_1x17x15", Map.of()),
                row("se-resnext50-32x4d_3x21x14", Map.of()),
                row("se-preresnet110-cifar_1x9x7", Map.of()),
                row("se-preresnet110-cifar_pre_3x7x10", Map.of(placement, "pre")),
                row("se-preresnet110-cifar_post_1x9x7", Map.of(placement, "post")),
                row("se-preresnet110-cifar_identity_3x7x10", Map.of(placement, "identity")),
                row("se-preresnet164-cifar_1x9x7", Map.of()),
                row("se-wrn-16-8_3x7x10", Map.of()),
                row("se-resnet20-cifar_1x9x7", Map.of()),
                row("se-resnet164-cifar_3x7x10", Map.of()),
                row("cbam-resnet18_1x17x15", Map.of()),
                row("cbam-resnet50_3x21x14", Map.of()));
    }

    private static List<ParityCase> preActivation() {
        String shortcut = "shortcut";
        String activated = "activated-shortcuts";
        String stride = "stride-on";
        return List.of(
                row("preresnet20-cifar_1x9x7", Map.of()),
                row("preresnet20-cifar_a_3x7x10", Map.of(shortcut, "a")),
                row("preresnet20-cifar_b_1x9x7", Map.of(shortcut, "b")),
                row("preresnet20-cifar_b-changes_3x7x10", Map.of(shortcut, "b", activated, "changes")),
                row("preresnet20-cifar_b-none_1x9x7", Map.of(shortcut, "b", activated, "none")),
                row("preresnet164-cifar_3x7x10", Map.of()),
                row("preresnet164-cifar_middle-3x3_1x9x7", Map.of(stride, "middle-3x3")),
                row("preresnet50_3x21x14", Map.of()),
                row("preresnet50_first-1x1_1x17x15", Map.of(stride, "first-1x1")),
                row("wrn-16-4_3x7x10", Map.of()));
    }

    /** Without dropout, whose draws no two sides share. */
    private static List<ParityCase> residualUnits() {
        return Stream.of(
                        "constant-scaling-cifar_1x9x7",
                        "exclusive-gating-cifar_3x7x10",
                        "shortcut-gating-cifar_1x9x7",
                        "conv-shortcut-cifar_3x7x10",
                        "bn-after-add-cifar_1x9x7",
                        "relu-before-add-cifar_3x7x10",
                        "relu-only-cifar_1x9x7")
                .map(name -> row("resnet20-" + name, Map.of()))
                .toList();
    }

    /** The row with which {@code name} begins, with these options, reduced, for the input with which it ends. */
    private static ParityCase row(String name, Map<String, String> options) {
        String[] parts = name.split("_");
        Spec spec = Zoo.find(parts[0]).with(options).spec().reduced();
        return new ParityCase(name, spec.network(name, shape(parts[parts.length - 1]), 5), 3);
    }

    private static Shape shape(String text) {
        String[] sizes = text.split("x");
        return new Shape(Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2]));
    }

    /**
     * The reduced network that {@code name} describes: block, shortcut, stem, input, then whose conventions if not
     * torchvision's, or how stochastic depth drops its blocks, or anything else.
     */
    static ParityCase reduced(String name) {
        String[] parts = name.split("_");
        ResNetSpec.Block block = parts[0].equals("basic") ? ResNetSpec.Block.BASIC : ResNetSpec.Block.BOTTLENECK;
        ResNetSpec spec = ResNetSpec.of(
                        ResNetSpec.Stem.valueOf(parts[2].toUpperCase(Locale.ROOT)),
                        4,
                        block,
                        List.of(new ResNetSpec.Stage(1, 1, 1)))
                .withShortcut(SHORTCUTS.get(parts[1]))
                .withStrideOn(parts[0].endsWith("v1") ? ResNetSpec.StrideOn.FIRST_1X1 : ResNetSpec.StrideOn.MIDDLE_3X3)
                .withConventions(CONVENTIONS.getOrDefault(parts[parts.length - 1], Conventions.TORCHVISION))
                .reduced();
        if (parts[0].endsWith("wide")) {
            spec = spec.withGroups(1, 128);
        } else if (parts[0].endsWith("grouped")) {
            spec = spec.withGroups(2, 64);
        } else if (parts[0].endsWith("early")) {
            spec = spec.with(Map.of("groups", "2", "form", "early-concatenation"));
        } else if (parts[0].endsWith("branches")) {
            spec = spec.with(Map.of("groups", "2", "form", "branches"));
        }
        if (name.endsWith("_dilated")) {
            spec = spec.withOutputStride(spec.trunk().stem() == ResNetSpec.Stem.CIFAR ? 1 : 4);
        }
        Matcher drops = DROPS.matcher(parts[parts.length - 1]);
        if (drops.matches()) {
            spec = spec.with(Map.of(
                    "stochastic-depth", "0.5",
                    "stochastic-depth-scaling", drops.group(1),
                    "stochastic-depth-per", drops.group(2)));
        }
        return new ParityCase(name, spec.network(name, shape(parts[3]), 5), 3);
    }

    /**
     * The rows of the zoo, reduced, with a batch for BN to have statistics of. Rows that reduce to the same are one, with
     * the name of the first, as {@code resnet18-reduced}. Not those that are {@link #random}.
     */
    static List<ParityCase> zoo() {
        Map<Spec, ParityCase> cases = new LinkedHashMap<>();
        for (Architecture row : Zoo.list()) {
            if (row.network().output() instanceof Output.Values) {
                continue;
            }
            String name = row.name() + "-reduced";
            int size = row.input().height() > 64 ? 16 : 8;
            cases.computeIfAbsent(row.spec().reduced(), reduced -> {
                Network network = reduced.network(name, Shape.square(3, size), 5);
                return new ParityCase(
                        name,
                        normsSeePlaces(network) ? network : reduced.network(name, Shape.square(3, 3 * size), 5),
                        8);
            });
        }
        return cases.values().stream()
                .filter(parity -> !parity.random() && parity.ofClasses())
                .toList();
    }

    /** Whether it has one class for the whole image; what has others has tests of its own. */
    boolean ofClasses() {
        return network.output() instanceof Output.Classes;
    }

    /** Whether there is more than one place in every map that is normalised. */
    private static boolean normsSeePlaces(Network network) {
        return network.nodes().stream()
                .filter(node -> node.op() instanceof Op.BatchNorm)
                .allMatch(node -> node.in().height() * node.in().width() > 1);
    }

    /**
     * Those of {@link #zoo} that {@code make_golden.py} could find trajectories for: not GoogLeNet, whose many small
     * normalised branches leave no course of 50 steps in which rounding decides nothing.
     */
    static List<ParityCase> trajectories() {
        return zoo().stream()
                .filter(parity -> !parity.name().equals("googlenet-reduced"))
                .toList();
    }

    /** Whether training draws at random, so that no two sides compute the same. */
    boolean random() {
        return network.nodes().stream().anyMatch(node -> node.op() instanceof Op.Dropout);
    }

    ParityCase withBatch(int images) {
        return new ParityCase(name, network, images);
    }

    /** Published networks in full, at {@code size}×{@code size}. */
    static ParityCase full(String name, int batch, int size) {
        return new ParityCase(
                name,
                Zoo.find(name).network(Shape.square(3, size), Zoo.find(name).classes()),
                batch);
    }

    /** The published network of {@code row} with another output stride, for one image. */
    static ParityCase dilated(String row, int stride) {
        Architecture made = Zoo.find(row).with(Map.of("output-stride", String.valueOf(stride)));
        return new ParityCase(row + "_stride-" + stride, made.network(new Shape(3, 65, 50), made.classes()), 1);
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

    Shape image() {
        return network.input();
    }

    INDArray images() {
        return Seeded.images(name, batch, network);
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
