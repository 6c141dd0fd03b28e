package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.ir.Branch;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.zoo.layers.StochasticSumVertex;
import io.github.resnet4j.zoo.network.Draws;
import io.github.resnet4j.zoo.network.Op.StochasticSum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/** What stochastic depth leaves out of a step of training, if DL4J did not compute it all the same. */
final class DroppedBranches {
    private final ComputationGraphConfiguration configuration;
    private final List<Sum> sums = new ArrayList<>();

    /**
     * A sum with a branch that is dropped for all images together.
     *
     * @param branch all vertices of the branch
     */
    private record Sum(String name, StochasticSum op, Set<String> branch) {}

    DroppedBranches(ComputationGraph graph) {
        configuration = graph.getConfiguration();
        GraphVertex[] vertices = graph.getVertices();
        List<String> order = Arrays.stream(graph.topologicalSortOrder())
                .mapToObj(i -> vertices[i].getVertexName())
                .toList();
        Map<String, List<String>> inputs = configuration.getVertexInputs();
        List<List<Integer>> readers = new ArrayList<>();
        order.forEach(name -> readers.add(new ArrayList<>()));
        for (int i = 0; i < order.size(); i++) {
            for (String input : inputs.getOrDefault(order.get(i), List.of())) {
                readers.get(order.indexOf(input)).add(i);
            }
        }
        List<Integer> outputs =
                configuration.getNetworkOutputs().stream().map(order::indexOf).toList();
        configuration.getVertices().forEach((name, vertex) -> {
            if (vertex instanceof StochasticSumVertex sum
                    && sum.per() == StochasticSum.Per.BATCH
                    && !GraphReader.isFrozen(graph.getVertex(name))) {
                int end = order.indexOf(inputs.get(name).get(0));
                Set<String> branch = Branch.of(readers, outputs, end, order.indexOf(name)).stream()
                        .mapToObj(order::get)
                        .collect(Collectors.toSet());
                sums.add(new Sum(name, sum.op(), branch));
            }
        });
    }

    /** The vertices in branches that do not count in the graph's next step. */
    Set<String> vertices() {
        long seed = configuration.getDefaultConfiguration().getSeed();
        int iteration = configuration.getIterationCount();
        return sums.stream()
                .filter(sum -> !sum.op.keeps(Draws.of(seed, iteration, sum.name), 0))
                .flatMap(sum -> sum.branch.stream())
                .collect(Collectors.toSet());
    }
}
