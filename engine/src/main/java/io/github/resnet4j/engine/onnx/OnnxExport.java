package io.github.resnet4j.engine.onnx;

import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Passes;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.engine.internal.read.Start;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.zoo.network.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Writes the forward pass of a graph as an ONNX model: every graph that the engine runs, the zoo's or any other.
 *
 * <p>The model's input is {@code input}, N×C×H×W floats, or {@code image}, N×H×W×C bytes, if it normalises pixels itself;
 * its output {@code logits} or {@code probabilities}, N×classes, or {@code output} for a graph that does not end in a
 * softmax. Nodes have the vertices' names, parameters PyTorch's: {@code layer1.0.conv1.weight}. Dropout, which does nothing
 * here, is left out.
 *
 * <p>All of a model is one file: the engine's graphs have at most 2 GiB of parameters, which is what an ONNX file without
 * external data holds.
 */
public final class OnnxExport {
    private OnnxExport() {}

    /**
     * What was written.
     *
     * @param nodes number of ONNX operators
     * @param bytes size of the file
     * @param input name of the model's input
     * @param output name of the model's output
     */
    public record Summary(int nodes, long bytes, String input, String output) {}

    /**
     * Writes {@code file}, or leaves what is there as it is.
     *
     * @param graph initialised; not changed
     * @param image shape of one image, C×H×W
     * @throws UnsupportedGraphException with every vertex that the engine does not know; also for probabilities of a graph
     *     without a softmax, and a model of more than 2 GiB
     * @throws IllegalArgumentException if the graph is not initialised, or the pixels' mean has not a value per channel
     * @throws IOException if the file cannot be written; the message says why
     */
    public static Summary write(ComputationGraph graph, Shape image, OnnxOptions options, Path file)
            throws IOException {
        Onnx.ModelProto model = model(graph, image, options);
        long bytes = serializedSize(model);
        AtomicFile.write(file, model::writeTo);
        return new Summary(
                model.getGraph().getNodeCount(),
                bytes,
                model.getGraph().getInput(0).getName(),
                model.getGraph().getOutput(0).getName());
    }

    /** Reads from the graph's own memory: to be written while the graph stays as it is. */
    private static Onnx.ModelProto model(ComputationGraph graph, Shape image, OnnxOptions options) {
        options.pixels().ifPresent(pixels -> {
            if (pixels.mean().size() != image.channels()) {
                throw new IllegalArgumentException("the mean has "
                        + pixels.mean().size() + " values, but images have " + image.channels() + " channels");
            }
        });
        Start start = Start.at(new Extent(image.channels(), image.height(), image.width()));
        Program read = GraphReader.inference(graph, start, List.of());
        boolean softmax = read.nodes().get(read.outputs().get(0)).op() instanceof Operation.Loss;
        if (options.output() instanceof OnnxOptions.Output.Probabilities && !softmax) {
            throw refused("its output has no softmax, so that it has no probabilities; export its logits");
        }
        String vertex = GraphReader.outputs(graph.getConfiguration()).get(0);
        boolean flat = GraphReader.isFlat(graph, vertex, start);
        Program program = options.foldNorms() ? Passes.unfused(read) : read;
        return new Translation(read, program, new Weights(graph), options).model(flat);
    }

    /** Protocol buffers count in an int, which overflows silently. */
    private static long serializedSize(Onnx.ModelProto model) {
        long weights = model.getGraph().getInitializerList().stream()
                .mapToLong(tensor -> tensor.getRawData().size())
                .sum();
        int size = model.getSerializedSize();
        if (size < weights) {
            throw refused("its parameters have " + weights + " bytes; an ONNX file holds less than 2 GiB");
        }
        return size;
    }

    private static UnsupportedGraphException refused(String reason) {
        return UnsupportedGraphException.notInOnnx(List.of(new UnsupportedReason("graph", reason)));
    }
}
