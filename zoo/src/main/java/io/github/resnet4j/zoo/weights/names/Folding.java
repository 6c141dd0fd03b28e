package io.github.resnet4j.zoo.weights.names;

import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import io.github.resnet4j.zoo.network.Slot;
import io.github.resnet4j.zoo.weights.Tensor;
import io.github.resnet4j.zoo.weights.names.Naming.Named;
import io.github.resnet4j.zoo.weights.names.Naming.Reading;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Batch normalisations that an exporter has folded into the convolutions before them, as inference engines want them. The
 * convolution then has a bias and the normalisation is gone. In a network that has both, the convolution computes the
 * same if the normalisation after it adds that bias and changes nothing else: with a mean of 0, a variance of 1 -
 * epsilon and a scale of 1 it divides by 1. Scale and shift of the original, and the averages over its training images, are
 * lost.
 */
final class Folding {
    private static final String MADE = "for a folded batch normalisation";

    private Folding() {}

    /** Whether a node is a batch normalisation right after a convolution. */
    static boolean isFoldable(Node node, Map<String, Node> byName) {
        Node before = byName.get(node.inputs().get(0));
        return node.op() instanceof Op.BatchNorm && before != null && before.op() instanceof Op.Convolution;
    }

    /** The tensors, and those of a network's normalisations that are folded in the file. */
    static Reading unfold(Reading file, Network network) {
        Map<String, Named> tensors = new LinkedHashMap<>(file.tensors());
        Map<String, Node> byName = new HashMap<>();
        int folded = 0;
        for (Node node : network.nodes()) {
            byName.put(node.name(), node);
            if (isFoldable(node, byName)
                    && node.slots().stream().noneMatch(slot -> tensors.containsKey(slot.name()))
                    && unfold(tensors, node, byName.get(node.inputs().get(0)))) {
                folded++;
            }
        }
        return folded == 0
                ? file
                : file.with(
                        tensors,
                        folded + (folded == 1 ? " batch normalisation is" : " batch normalisations are")
                                + " folded into the convolutions: the outputs are the same, but their statistics are"
                                + " placeholders; to train, keep them frozen, or use weights that have them");
    }

    private static boolean unfold(Map<String, Named> tensors, Node norm, Node convolution) {
        Named bias = tensors.get(convolution.name() + ".bias");
        if (bias == null || !tensors.containsKey(convolution.name() + ".weight")) {
            return false;
        }
        boolean kept = convolution.slots().stream().anyMatch(slot -> slot.role() == Slot.Role.BIAS);
        if (!kept) {
            tensors.remove(bias.name());
        }
        double eps = ((Op.BatchNorm) norm.op()).eps();
        for (Slot slot : norm.slots()) {
            Tensor made =
                    switch (slot.role()) {
                        case BETA -> kept ? constant(slot, 0) : bias.tensor();
                        case GAMMA -> constant(slot, 1);
                        case RUNNING_VAR -> constant(slot, (float) (1 - eps));
                        default -> constant(slot, 0);
                    };
            tensors.put(slot.name(), new Named(bias.source(), slot.name(), WeightLayout.TORCH, made, MADE));
        }
        return true;
    }

    private static Tensor constant(Slot slot, float value) {
        float[] values = new float[Math.toIntExact(slot.elements())];
        Arrays.fill(values, value);
        return Tensor.of(slot.shape(), values);
    }
}
