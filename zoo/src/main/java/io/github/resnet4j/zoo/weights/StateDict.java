package io.github.resnet4j.zoo.weights;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a weight file by name, in the file's order.
 *
 * @param file where they come from
 * @param format its format
 * @param tensors by the names that the file gives them, wrappers such as {@code state_dict} and {@code module.} taken off
 * @param metadata descriptive text in the file, such as safetensors' {@code __metadata__}; untrusted text
 * @param notes what was done to find the tensors, one sentence each, for people: "used the entry state_dict", "left out
 *     3 other entries: epoch, best_prec1, optimizer"
 * @param graph the operations that use the tensors, each after those that it reads, if the file tells; else empty
 */
public record StateDict(
        Path file,
        WeightFormat format,
        Map<String, Tensor> tensors,
        Map<String, String> metadata,
        List<String> notes,
        List<Operation> graph) {

    /**
     * An operation of a file's graph.
     *
     * @param kind what it computes
     * @param inputs the operations that it reads, by their places in the graph
     * @param tensors the names of the tensors that it keeps, by PyTorch's name of what they are to it: {@code weight},
     *     {@code running_mean}
     * @param name what the file calls it: {@code Conv}, {@code LeakyRelu}
     * @param settings numbers that change what it computes, if the file gives them: {@code strides}, {@code dilations},
     *     {@code epsilon}
     */
    public record Operation(
            Kind kind,
            List<Integer> inputs,
            Map<String, String> tensors,
            String name,
            Map<String, List<Double>> settings) {
        /** What an operation computes, as far as it matters for weights. */
        public enum Kind {
            CONVOLUTION,
            BATCH_NORM,
            DENSE,
            OTHER
        }

        public Operation {
            inputs = List.copyOf(inputs);
            tensors = Map.copyOf(tensors);
            settings = Map.copyOf(settings);
        }

        /** One of which no more is known. */
        public Operation(Kind kind, List<Integer> inputs, Map<String, String> tensors) {
            this(kind, inputs, tensors, "", Map.of());
        }
    }

    public StateDict {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        notes = List.copyOf(notes);
        graph = List.copyOf(graph);
    }

    /** The tensors of a file without a graph. */
    public StateDict(
            Path file,
            WeightFormat format,
            Map<String, Tensor> tensors,
            Map<String, String> metadata,
            List<String> notes) {
        this(file, format, tensors, metadata, notes, List.of());
    }

    /** The same with other tensors, or the same under other names; without the graph, which has the old names. */
    public StateDict with(Map<String, Tensor> others) {
        return new StateDict(file, format, others, metadata, notes);
    }

    /** Bytes of all tensors. */
    public long bytes() {
        return tensors.values().stream().mapToLong(Tensor::bytes).sum();
    }

    /** Elements of all tensors. */
    public long count() {
        return tensors.values().stream().mapToLong(Tensor::count).sum();
    }
}
