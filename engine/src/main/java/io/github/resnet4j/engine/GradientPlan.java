package io.github.resnet4j.engine;

import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Passes;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.lower.Lowering;
import io.github.resnet4j.engine.internal.lower.Prepared;
import io.github.resnet4j.engine.internal.onednn.Dnnl;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.engine.internal.read.Start;
import io.github.resnet4j.zoo.network.Shape;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A graph compiled for the gradients of its images, in inference mode: batch normalisation uses the running statistics,
 * dropout does nothing. After one {@link #output}, any number of {@link #gradient}s go back through the same values. The
 * parameters are as they were at compilation.
 *
 * <p>Safe for use by several threads, but a gradient belongs to the last output of all threads.
 */
public final class GradientPlan implements AutoCloseable {
    private final Shape image;
    private final CompiledBatches compiled;
    private final Cleaner.Cleanable cleanable;
    private INDArray images;
    private Lowering last;

    private GradientPlan(ComputationGraph graph, Shape image, int batch) {
        if (batch < 1) {
            throw new IllegalArgumentException("a batch must have at least 1 image, got " + batch);
        }
        Dnnl.require();
        this.image = image;
        Program read = GraphReader.inference(graph, Start.at(image), List.of());
        requireNoSoftmax(read);
        this.compiled = new CompiledBatches(
                Passes.optimise(read.differentiated()),
                new Lowering.FlatArrays(0, 0),
                Lowering.Use.GRADIENT,
                0,
                new Prepared(GraphState.forInference(graph).parameters()));
        this.cleanable = compiled.belongsTo(this);
        try {
            compiled.lowering(batch);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private static void requireNoSoftmax(Program program) {
        List<UnsupportedReason> softmax = program.nodes().stream()
                .filter(node -> node.op() instanceof Operation.Loss)
                .map(node -> new UnsupportedReason(
                        node.name(), "the engine has a softmax's gradient only with its loss; end the graph before it"))
                .toList();
        if (!softmax.isEmpty()) {
            throw new UnsupportedGraphException(softmax);
        }
    }

    /**
     * Compiles {@code graph}.
     *
     * @param graph with one input and one output, in single precision, without softmax
     * @param image size of the images
     * @param batch images in the usual batch, which is compiled at once; other sizes are compiled when they arrive
     * @throws IllegalArgumentException if {@code batch} is below 1
     * @throws UnsupportedGraphException if the graph has anything that the engine does not support
     * @throws EngineUnavailableException if oneDNN is not available for this platform
     */
    public static GradientPlan compile(ComputationGraph graph, Shape image, int batch) {
        return new GradientPlan(graph, image, batch);
    }

    /**
     * The graph's output, N×C×H×W or N×C; NaN if any value on the way is not finite. What the gradients need is kept until
     * the next call.
     *
     * @param features N×C×H×W
     * @throws IllegalArgumentException if the shape is not the graph's
     * @throws IllegalStateException if the plan is closed
     */
    public INDArray output(INDArray features) {
        synchronized (compiled) {
            compiled.requireOpen();
            InputArrays.require(features, image);
            images =
                    features.castTo(DataType.FLOAT).dup('c'); // the caller's may change before the gradients are wanted
            last = compiled.lowering(Math.toIntExact(images.size(0)));
            last.run(GraphState.address(images));
            INDArray output = Nd4j.createUninitialized(DataType.FLOAT, last.outputShape(0), 'c');
            last.copyOutput(0, GraphState.address(output));
            if (last.isBroken() || last.mayHideOverflow()) {
                output.assign(Double.NaN);
            }
            Reference.reachabilityFence(this);
            return output;
        }
    }

    /**
     * The shape of the last {@link #output}: N×C×H×W, or N×C.
     *
     * @throws IllegalStateException if there was no output yet, or the plan is closed
     */
    public long[] outputShape() {
        synchronized (compiled) {
            compiled.requireOpen();
            requireOutput();
            return last.outputShape(0);
        }
    }

    private void requireOutput() {
        if (last == null) {
            throw new IllegalStateException("gradients need an output first; call output(features)");
        }
    }

    /**
     * The gradient of the images of the last {@link #output}, N×C×H×W: what {@code outputGradient} is multiplied by is the
     * derivative of the output.
     *
     * @param outputGradient of the output's shape
     * @throws IllegalArgumentException if it has another shape
     * @throws IllegalStateException if there was no output yet, or the plan is closed
     */
    public INDArray gradient(INDArray outputGradient) {
        synchronized (compiled) {
            compiled.requireOpen();
            requireOutput();
            if (!Arrays.equals(outputGradient.shape(), last.outputShape(0))) {
                throw new IllegalArgumentException(
                        "the gradient of an output of " + Arrays.toString(last.outputShape(0))
                                + " must have its shape, got " + Arrays.toString(outputGradient.shape()));
            }
            INDArray from = outputGradient.castTo(DataType.FLOAT).dup('c');
            INDArray to = Nd4j.createUninitialized(DataType.FLOAT, images.shape(), 'c');
            last.back(GraphState.address(from), GraphState.address(to));
            from.close(); // not before here: native code knows its address only
            Reference.reachabilityFence(this);
            return to;
        }
    }

    /** Frees the native memory. */
    @Override
    public void close() {
        cleanable.clean();
    }
}
