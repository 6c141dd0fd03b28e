package io.github.resnet4j.finetune.lesion;

import io.github.resnet4j.engine.GradientPlan;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Chain;
import io.github.resnet4j.zoo.network.Chain.Residual;
import io.github.resnet4j.zoo.network.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Gradients that reach the images along single paths (Veit et al. 2016, section 5). The whole network runs forward once.
 * Then each path goes back on its own: through the branches of its blocks alone, and through the shortcuts alone of all
 * others. The values that decide the gradients of ReLUs are those of the whole network, so that the gradients of all
 * 2<sup>n</sup> paths add up to the usual one.
 */
final class PathGradients implements AutoCloseable {
    private final List<Section> sections = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private INDArray lossGradient;

    /** A part and its gradients. */
    private record Part(ComputationGraph graph, GradientPlan plan) implements AutoCloseable {
        INDArray output(INDArray maps) {
            return plan.output(maps);
        }

        @Override
        public void close() {
            plan.close();
            NetworkGraph.close(graph);
        }
    }

    /** A unit of the chain. */
    private interface Section {
        INDArray forward(INDArray maps);

        /** Through branch, shortcut or both, if the unit has them. */
        INDArray back(INDArray gradient, boolean branch, boolean shortcut);

        boolean block();
    }

    /**
     * Compiles every part of a chain of blocks.
     *
     * @param trained has its parameters
     * @param batch images of the batch
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if the engine does not support a layer
     * @throws io.github.resnet4j.engine.EngineUnavailableException if there is no oneDNN for this platform
     */
    PathGradients(Chain chain, ComputationGraph trained, int batch) {
        try {
            for (Chain.Unit unit : chain.units()) {
                sections.add(
                        unit.residual().isPresent()
                                ? new Block(unit.residual().get(), trained, batch)
                                : new Glue(unit.whole(), trained, batch));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Part part(Network network, ComputationGraph trained, int batch) {
        ComputationGraph graph = CompiledChain.graph(network, trained, false);
        try {
            Part part = new Part(graph, GradientPlan.compile(graph, network.input(), batch));
            parts.add(part);
            return part;
        } catch (RuntimeException | Error e) {
            NetworkGraph.close(graph);
            throw e;
        }
    }

    /** Stem and head, which all paths have in common. */
    private final class Glue implements Section {
        private final Network network;
        private final Part part;

        Glue(Network network, ComputationGraph trained, int batch) {
            this.network = network;
            this.part = part(network, trained, batch);
        }

        @Override
        public INDArray forward(INDArray maps) {
            return CompiledChain.shaped(part.output(maps), network.out());
        }

        @Override
        public INDArray back(INDArray gradient, boolean branch, boolean shortcut) {
            return through(part, network, gradient);
        }

        @Override
        public boolean block() {
            return false;
        }
    }

    private final class Block implements Section {
        private final Residual parts;
        private final Optional<Part> branch;
        private final Optional<Part> shortcut;
        private final Optional<Part> tail;

        Block(Residual parts, ComputationGraph trained, int batch) {
            this.parts = parts;
            this.branch = some(parts.branch(), trained, batch);
            this.shortcut = some(parts.shortcut(), trained, batch);
            this.tail = some(parts.tail(), trained, batch);
        }

        private Optional<Part> some(Network network, ComputationGraph trained, int batch) {
            return network.nodes().isEmpty() ? Optional.empty() : Optional.of(part(network, trained, batch));
        }

        @Override
        public INDArray forward(INDArray maps) {
            INDArray sum = output(branch, maps, parts.branch()).add(output(shortcut, maps, parts.shortcut()));
            return output(tail, sum, parts.tail());
        }

        private static INDArray output(Optional<Part> part, INDArray maps, Network network) {
            return part.map(some -> CompiledChain.shaped(some.output(maps), network.out()))
                    .orElse(maps);
        }

        @Override
        public INDArray back(INDArray gradient, boolean throughBranch, boolean throughShortcut) {
            INDArray before = through(tail, parts.tail(), gradient);
            INDArray along = throughShortcut
                    ? through(shortcut, parts.shortcut(), before)
                    : through(branch, parts.branch(), before);
            if (throughBranch && throughShortcut) {
                along = along.add(through(branch, parts.branch(), before));
            }
            if (before != gradient && before != along) {
                CompiledChain.release(before);
            }
            return along;
        }

        private static INDArray through(Optional<Part> part, Network network, INDArray gradient) {
            return part.map(some -> PathGradients.through(some, network, gradient))
                    .orElse(gradient);
        }

        @Override
        public boolean block() {
            return true;
        }
    }

    /** A gradient of maps, as rows where the part puts out rows. */
    private static INDArray through(Part part, Network network, INDArray gradient) {
        long[] shape = part.plan.outputShape();
        return CompiledChain.shaped(part.plan.gradient(gradient.reshape(shape)), network.input());
    }

    /**
     * Takes images through the whole network.
     *
     * @param batch N×C×H×W
     * @param labels their classes
     * @return whether all outputs are finite
     */
    boolean forward(INDArray batch, int[] labels) {
        INDArray maps = batch;
        for (Section section : sections) {
            maps = section.forward(maps);
        }
        float[] logits = CompiledChain.floats(maps);
        int classes = logits.length / labels.length;
        float[] gradient = new float[logits.length];
        boolean finite = true;
        for (int image = 0; image < labels.length; image++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                largest = Math.max(largest, logits[image * classes + c]);
            }
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp(logits[image * classes + c] - largest);
            }
            for (int c = 0; c < classes; c++) {
                double probability = Math.exp(logits[image * classes + c] - largest) / sum;
                finite &= Double.isFinite(probability);
                gradient[image * classes + c] = (float) (probability - (c == labels[image] ? 1 : 0));
            }
        }
        lossGradient = Nd4j.create(gradient, maps.shape(), 'c');
        return finite;
    }

    /**
     * The gradient of every image's own loss (cross-entropy) along one path, N×C×H×W.
     *
     * @param path for each block, whether the path leads through its branch
     */
    INDArray along(boolean[] path) {
        INDArray gradient = lossGradient;
        int block = path.length;
        for (int i = sections.size() - 1; i >= 0; i--) {
            boolean branch = sections.get(i).block() && path[--block];
            gradient = section(i, gradient, branch, !branch);
        }
        return gradient;
    }

    /** The usual gradient, along all paths together. */
    INDArray alongAll() {
        INDArray gradient = lossGradient;
        for (int i = sections.size() - 1; i >= 0; i--) {
            gradient = section(i, gradient, true, true);
        }
        return gradient;
    }

    private INDArray section(int i, INDArray gradient, boolean branch, boolean shortcut) {
        INDArray before = sections.get(i).back(gradient, branch, shortcut);
        if (before != gradient && gradient != lossGradient) {
            CompiledChain.release(gradient);
        }
        return before;
    }

    /** The root of the mean square, over the images of a batch, of the norms of their gradients. */
    static double norm(INDArray gradient) {
        return gradient.norm2Number().doubleValue() / Math.sqrt(gradient.size(0));
    }

    @Override
    public void close() {
        parts.forEach(Part::close);
        parts.clear();
    }
}
