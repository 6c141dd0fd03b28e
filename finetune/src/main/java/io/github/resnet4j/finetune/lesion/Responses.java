package io.github.resnet4j.finetune.lesion;

import io.github.resnet4j.finetune.lesion.LesionResult.Response;
import io.github.resnet4j.zoo.network.Chain;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Standard deviations of the outputs of all layers with 3×3 kernels, over images, channels and places, behind batch
 * normalisation and before ReLU and addition (He et al. 2015, figure 7). A convolution without a normalisation behind it,
 * such as the last of a pre-activation block, is measured itself.
 */
final class Responses {
    private static final int KERNEL = 3;

    private final Subject subject;
    /** By layer, in the order of the network. */
    private final Map<String, Moments> moments = new LinkedHashMap<>();

    private final List<Map<String, String>> measured = new ArrayList<>();

    /** Sums over the values of a layer. */
    private static final class Moments {
        private double sum;
        private double squares;
        private long count;

        private void add(float[] values) {
            double ofThese = 0;
            double squared = 0;
            for (float value : values) {
                ofThese += value;
                squared += (double) value * value;
            }
            sum += ofThese;
            squares += squared;
            count += values.length;
        }

        private double deviation() {
            double mean = sum / count;
            return Math.sqrt(Math.max(0, squares / count - mean * mean));
        }
    }

    Responses(Subject subject) {
        this.subject = subject;
        for (Chain.Unit unit : subject.chain().units()) {
            measured.add(measured(unit.whole()));
        }
    }

    /** For each layer of a unit, the node whose value is its response. */
    static Map<String, String> measured(Network unit) {
        Map<String, String> measured = new LinkedHashMap<>();
        for (Node node : unit.nodes()) {
            if (node.op() instanceof Op.Convolution convolution
                    && convolution.window().rows().kernel() == KERNEL
                    && convolution.window().columns().kernel() == KERNEL) {
                measured.put(
                        node.name(),
                        unit.nodes().stream()
                                .filter(other -> other.op() instanceof Op.BatchNorm
                                        && other.inputs().contains(node.name()))
                                .map(Node::name)
                                .findFirst()
                                .orElse(node.name()));
            }
        }
        return measured;
    }

    /** Adds images, N×C×H×W, which are closed. */
    void add(INDArray images) {
        INDArray maps = images;
        for (int i = 0; i < measured.size(); i++) {
            Network network = subject.chain().units().get(i).whole();
            String exit = network.nodes().get(network.nodes().size() - 1).name();
            List<String> nodes = new ArrayList<>(measured.get(i).values());
            nodes.add(exit);
            Map<String, INDArray> values = subject.compiled().values(i, maps, nodes);
            measured.get(i).forEach((layer, node) -> moments.computeIfAbsent(layer, l -> new Moments())
                    .add(CompiledChain.floats(values.get(node))));
            CompiledChain.release(maps);
            maps = CompiledChain.shaped(values.remove(exit), network.out());
            values.values().forEach(CompiledChain::release);
        }
        CompiledChain.release(maps);
    }

    /** Of all that was added. */
    List<Response> deviations() {
        List<Response> responses = new ArrayList<>();
        moments.forEach((layer, sums) ->
                responses.add(new Response(subject.origin(), responses.size() + 1, layer, sums.deviation())));
        return responses;
    }
}
