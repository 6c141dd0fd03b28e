package io.github.resnet4j.bench;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import java.util.Optional;

/**
 * One measurement, the same for every contestant.
 *
 * @param network the zoo's name
 * @param mode train or infer
 * @param batch images in a batch
 * @param side rows and columns of an image; absent, the network's own
 */
record Workload(String network, Mode mode, int batch, Optional<Integer> side) {
    /** All workloads, in the order in which they are measured. */
    static final List<Workload> TABLE = List.of(
            new Workload("resnet20-cifar", Mode.TRAIN, 128),
            new Workload("resnet20-cifar", Mode.INFER, 128),
            new Workload("resnet20-cifar", Mode.INFER, 1),
            new Workload("resnet110-cifar", Mode.TRAIN, 128),
            new Workload("resnet110-cifar", Mode.INFER, 128),
            new Workload("resnet18", Mode.TRAIN, 16),
            new Workload("resnet18", Mode.INFER, 32),
            new Workload("resnet18", Mode.INFER, 1),
            new Workload("resnet50", Mode.TRAIN, 16),
            new Workload("resnet50", Mode.INFER, 32),
            new Workload("resnet50", Mode.INFER, 1),
            new Workload("resnext50-32x4d", Mode.TRAIN, 16),
            new Workload("resnext50-32x4d", Mode.INFER, 32),
            new Workload("resnext50-32x4d", Mode.INFER, 1),
            new Workload("wide-resnet50-2", Mode.TRAIN, 16),
            new Workload("wide-resnet50-2", Mode.INFER, 32),
            new Workload("wide-resnet50-2", Mode.INFER, 1),
            new Workload("preresnet110-cifar", Mode.TRAIN, 128),
            new Workload("preresnet110-cifar", Mode.INFER, 128),
            new Workload("wrn-16-4", Mode.TRAIN, 128),
            new Workload("wrn-16-4", Mode.INFER, 128),
            new Workload("densenet-bc-100-12", Mode.TRAIN, 64),
            new Workload("densenet-bc-100-12", Mode.INFER, 64),
            new Workload("densenet121", Mode.TRAIN, 16),
            new Workload("densenet121", Mode.INFER, 32),
            new Workload("densenet121", Mode.INFER, 1),
            new Workload("se-preresnet110-cifar", Mode.TRAIN, 128),
            new Workload("se-preresnet110-cifar", Mode.INFER, 128),
            new Workload("se-resnet50", Mode.TRAIN, 16),
            new Workload("se-resnet50", Mode.INFER, 32),
            new Workload("se-resnet50", Mode.INFER, 1),
            new Workload("vgg16-bn", Mode.TRAIN, 16),
            new Workload("vgg16-bn", Mode.INFER, 32),
            new Workload("vgg16-bn", Mode.INFER, 1),
            new Workload("spec-resnet-stft", Mode.TRAIN, 32),
            new Workload("spec-resnet-stft", Mode.INFER, 32),
            new Workload("spec-resnet-stft", Mode.INFER, 1),
            new Workload("msrn-x2", Mode.TRAIN, 16),
            new Workload("msrn-x2", Mode.INFER, 1, Optional.of(512)),
            new Workload("fcn-resnet50", Mode.TRAIN, 4, Optional.of(224)),
            new Workload("fcn-resnet50", Mode.INFER, 4, Optional.of(224)));

    /** Multiply-adds of one image from which a contestant without fast convolutions takes minutes for a batch. */
    private static final long LARGE = 1_000_000_000;

    /** Of images of the network's own size. */
    Workload(String network, Mode mode, int batch) {
        this(network, mode, batch, Optional.empty());
    }

    /** The networks of {@link #TABLE}, each once. */
    static List<String> networks() {
        return TABLE.stream().map(Workload::network).distinct().toList();
    }

    /** The network as it is measured. */
    Network built() {
        Architecture row = Zoo.find(network);
        Shape own = row.input();
        return row.network(
                side.map(pixels -> Shape.square(own.channels(), pixels)).orElse(own), row.classes());
    }

    /** Whether it is too much for contestants that are {@link Who#slow}. */
    boolean large() {
        return built().macs() > LARGE;
    }

    /** Its title in the output. */
    String title() {
        return network + ", " + mode.word() + ", batch " + batch
                + side.map(pixels -> " of " + pixels + "x" + pixels).orElse("");
    }
}
