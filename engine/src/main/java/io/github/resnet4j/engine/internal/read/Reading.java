package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * One walk over a graph. A vertex behind one that cannot be read has no known size; its settings are looked at all the
 * same, so that everything is on the list at once.
 */
final class Reading {
    private final ComputationGraph graph;
    private final ComputationGraphConfiguration configuration;
    private final Start start;
    private final List<String> outputs;
    private final boolean training;
    private final Set<Demand> honoured;
    private final List<ProgramNode> nodes = new ArrayList<>();
    private final List<UnsupportedReason> reasons = new ArrayList<>();
    private final Map<String, VertexOutput> values = new HashMap<>();
    private final Map<String, List<Integer>> belowFrozen = new LinkedHashMap<>();

    /** For inference.
     *
     * @param outputs vertices to read up to, or none for the graph's outputs */
    Reading(ComputationGraph graph, Start start, List<String> outputs) {
        this(graph, start, outputs, false, EnumSet.allOf(Demand.class));
    }

    /** For training by a trainer that honours these. */
    Reading(ComputationGraph graph, Start start, Set<Demand> honoured) {
        this(graph, start, List.of(), true, honoured);
    }

    private Reading(ComputationGraph graph, Start start, List<String> outputs, boolean training, Set<Demand> honoured) {
        this.graph = graph;
        this.start = start;
        this.configuration = graph.getConfiguration();
        this.outputs = outputs.isEmpty() ? outputs(configuration, training) : outputs;
        this.training = training;
        this.honoured = Set.copyOf(honoured);
    }

    private static List<String> outputs(ComputationGraphConfiguration configuration, boolean training) {
        return training ? configuration.getNetworkOutputs() : GraphReader.outputs(configuration);
    }

    Program read() {
        checkGraph();
        readInput();
        Set<String> needed = ancestors();
        for (int index : graph.topologicalSortOrder()) {
            String name = graph.getVertices()[index].getVertexName();
            if (configuration.getVertices().containsKey(name)) {
                if (needed.contains(name)) {
                    read(name);
                } else if (training) {
                    checkUnread(name);
                }
            }
        }
        if (training) {
            checkFrozen();
        }
        if (!reasons.isEmpty()) {
            throw new UnsupportedGraphException(reasons);
        }
        return new Program(
                nodes, outputs.stream().map(name -> values.get(name).node()).toList());
    }

    /** After reading, what this vertex puts out. */
    VertexOutput value(String name) {
        return values.get(name);
    }

    private void checkGraph() {
        DataType type = configuration.getDataType();
        if (type != DataType.FLOAT) {
            obstacle(Vertex.GRAPH, "its data type is " + type + "; the engine computes in FLOAT");
        }
        List<String> inputs = configuration.getNetworkInputs();
        if (inputs.size() > 1) {
            obstacle(Vertex.GRAPH, "it has " + inputs.size() + " inputs, " + inputs + "; the engine supports one");
        }
        List<String> main = GraphReader.outputs(configuration);
        if (training && main.size() > 1) {
            obstacle(Vertex.GRAPH, "it has " + main.size() + " outputs, " + main + "; the engine trains one");
        }
        reasons.addAll(Demand.unmet(graph, honoured));
    }

    /** Which image goes into which of several inputs is not known. */
    private void readInput() {
        List<String> inputs = configuration.getNetworkInputs();
        String name = start.vertex().orElse(inputs.get(0));
        nodes.add(new ProgramNode(name, new Operation.Input(), List.of(), start.extent(), !training));
        if (inputs.size() == 1) {
            values.put(name, new VertexOutput(0, start.extent(), start.flat()));
        }
    }

    /** What the outputs depend on, as far as it stands behind the start. */
    private Set<String> ancestors() {
        Set<String> found = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(outputs);
        while (!open.isEmpty()) {
            String name = open.pop();
            boolean given = start.vertex().filter(name::equals).isPresent();
            if (!given && found.add(name)) {
                List<String> inputs = configuration.getVertexInputs().getOrDefault(name, List.of());
                open.addAll(inputs);
                if (start.vertex().isPresent()
                        && configuration.getNetworkInputs().stream().anyMatch(inputs::contains)) {
                    obstacle(name, "it reads the image past " + start.vertex().get() + ", where the plan begins");
                }
            }
        }
        return found;
    }

    private void read(String name) {
        Vertex vertex = new Vertex(graph, name, training, nodes, reasons);
        List<String> inputs = configuration.getVertexInputs().get(name);
        try {
            Vertices.Step step = Vertices.read(vertex);
            if (values.keySet().containsAll(inputs)) {
                int first = nodes.size();
                List<VertexOutput> in = inputs.stream().map(values::get).toList();
                values.put(name, step.from(in));
                nameLast(name, first);
                if (vertex.stopsGradient()) {
                    belowFrozen.put(name, in.stream().map(VertexOutput::node).toList());
                }
            }
        } catch (UnreadableVertexException listed) {
            return;
        }
        if (training && vertex.isOutput()) {
            checkOutput(vertex);
        }
    }

    private void nameLast(String name, int first) {
        int last = nodes.size() - 1;
        if (last >= first) {
            ProgramNode node = nodes.get(last);
            nodes.set(last, new ProgramNode(name, node.op(), node.inputs(), node.extent(), node.frozen()));
        }
    }

    private void checkOutput(Vertex vertex) {
        if (!vertex.isLoss()) {
            vertex.obstacle("it is the graph's output but has no loss to train with");
        } else if (vertex.stopsGradient()) {
            vertex.obstacle("it is the graph's output but is frozen");
        }
    }

    private void checkUnread(String name) {
        GraphVertex vertex = graph.getVertex(name);
        if (vertex.numParams() > 0 && !new Vertex(graph, name, training, nodes, reasons).frozen()) {
            obstacle(
                    name,
                    "its value does not reach the output"
                            + start.vertex()
                                    .map(first -> " from " + first + " on, where the plan begins")
                                    .orElse("")
                            + ", so it cannot be trained");
        }
    }

    /** A program would send gradients down through what is frozen. DL4J stops there. */
    private void checkFrozen() {
        boolean[] backward = new Program(nodes, List.of()).backward();
        belowFrozen.forEach((name, inputs) -> {
            if (inputs.stream().anyMatch(input -> backward[input])) {
                obstacle(
                        name,
                        "it is frozen above layers that are trained, and DL4J passes them no gradient through it;"
                                + " freeze it with FrozenLayerWithBackprop");
            }
        });
    }

    private void obstacle(String vertex, String reason) {
        reasons.add(new UnsupportedReason(vertex, reason));
    }
}
