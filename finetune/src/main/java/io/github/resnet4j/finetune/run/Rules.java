package io.github.resnet4j.finetune.run;

import io.github.resnet4j.engine.AdamW;
import io.github.resnet4j.engine.Optimizer;
import io.github.resnet4j.engine.ParameterGroup;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.UpdateRule;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.GroupConfig;
import io.github.resnet4j.finetune.config.OptimizerConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** From a configuration to what a step does to the parameters of a network. */
final class Rules {
    private Rules() {}

    /**
     * The rule of a phase of a run.
     *
     * @param perEpoch iterations of an epoch
     * @throws UsageException if a group names a part that the network does not have, or one that is frozen, or shares one
     *     with another group, or if something is trained before what is frozen
     */
    static UpdateRule of(RunConfig config, Network network, Phase phase, int perEpoch) {
        Set<String> frozen = new HashSet<>();
        config.model().freeze().map(network::upTo).orElse(List.of()).forEach(node -> frozen.add(node.name()));
        List<String> problems = new ArrayList<>();
        List<ParameterGroup> groups = new ArrayList<>();
        Map<String, String> owners = new HashMap<>();
        List<GroupConfig> configured = config.optimizer().groups();
        for (int i = 0; i < configured.size(); i++) {
            GroupConfig group = configured.get(i);
            String where = "optimizer.groups[" + i + "]";
            int before = problems.size();
            Set<String> vertices = vertices(group, network, where, problems);
            vertices.removeAll(frozen);
            if (vertices.isEmpty() && problems.size() == before) {
                problems.add(where + ": " + String.join(", ", group.parts())
                        + " has no parameters that are trained: all of it is frozen, or without any");
            }
            for (String vertex : vertices) {
                String other = owners.putIfAbsent(vertex, where);
                if (other != null) {
                    problems.add(where + ": " + vertex + " is in " + other + " already");
                    break;
                }
            }
            int thaw = group.thaw().orElse(0);
            if (!vertices.isEmpty() && thaw <= phase.from()) {
                long since = (long) thaw * perEpoch;
                groups.add(new ParameterGroup(vertices, group.lrFactor(), optional(group.weightDecay()), since));
            }
        }
        if (problems.isEmpty() && !phase.frozen().isEmpty()) {
            requireThawedFromAbove(network, phase.frozenNodes(config, network), phase, problems);
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("; ", problems));
        }
        return new UpdateRule(optimizer(config), groups);
    }

    /** What is frozen passes no gradient on, so that nothing before it can be trained. */
    private static void requireThawedFromAbove(
            Network network, Set<String> frozen, Phase phase, List<String> problems) {
        Map<String, String> trainedBelow = new HashMap<>();
        boolean any = false;
        for (Node node : network.nodes()) {
            Optional<String> below = node.inputs().stream()
                    .map(trainedBelow::get)
                    .filter(Objects::nonNull)
                    .findFirst();
            below.ifPresent(name -> trainedBelow.put(node.name(), name));
            if (node.parameters() > 0 && frozen.contains(node.name()) && below.isPresent()) {
                problems.add("optimizer.groups: until epoch " + phase.until() + ", " + node.name()
                        + " is frozen but not " + below.get()
                        + ", which stands before it; let parts thaw from the head down to the stem");
                return;
            }
            if (node.parameters() > 0 && !frozen.contains(node.name())) {
                trainedBelow.put(node.name(), node.name());
                any = true;
            }
        }
        if (!any) {
            problems.add("optimizer.groups: nothing is trained before epoch " + phase.until()
                    + "; leave out thaw for the part that is to begin");
        }
    }

    private static Set<String> vertices(GroupConfig group, Network network, String where, List<String> problems) {
        Set<String> vertices = new LinkedHashSet<>();
        for (String part : group.parts()) {
            try {
                network.part(part).stream()
                        .filter(node -> node.parameters() > 0)
                        .map(Node::name)
                        .forEach(vertices::add);
            } catch (IllegalArgumentException e) {
                problems.add(where + ": " + e.getMessage());
            }
        }
        return vertices;
    }

    private static Optimizer optimizer(RunConfig config) {
        OptionalDouble clip = optional(config.train().step().clipNorm());
        if (config.optimizer() instanceof OptimizerConfig.Adamw adam) {
            return new AdamW(adam.beta1(), adam.beta2(), adam.eps(), adam.weightDecay(), adam.decayOn(), clip);
        }
        OptimizerConfig.Sgd sgd = (OptimizerConfig.Sgd) config.optimizer();
        return new Sgd(sgd.momentum(), sgd.nesterov(), sgd.weightDecay(), sgd.decayOn(), clip);
    }

    private static OptionalDouble optional(Optional<Double> value) {
        return value.map(OptionalDouble::of).orElse(OptionalDouble.empty());
    }
}
