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
import io.github.resnet4j.zoo.network.FreezePlan;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Node;
import io.github.resnet4j.zoo.network.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** From a configuration to what a step does to the parameters of a network. */
final class Rules {
    private Rules() {}

    /**
     * The rule of a phase of a run.
     *
     * @param perEpoch iterations of an epoch
     * @throws UsageException if a group names a part that the network does not have, or one that is frozen, or shares one
     *     with another group, or if nothing is trained
     */
    static UpdateRule of(RunConfig config, Network network, Phase phase, int perEpoch) {
        Set<String> frozen = Phase.frozenForGood(config.model()).fixed(network);
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
            if (group.freezeNorm().orElse(FreezePlan.Norms.FROZEN) != FreezePlan.Norms.FROZEN) {
                Set<String> norms = norms(network);
                norms.retainAll(vertices);
                vertices.removeAll(norms);
                add(group, norms, 0, groups); // they are trained from the beginning
            }
            int thaw = group.thaw().orElse(0);
            if (thaw <= phase.from()) {
                add(group, vertices, (long) thaw * perEpoch, groups);
            }
        }
        if (problems.isEmpty() && !phase.frozen().isEmpty()) {
            Set<String> fixed = phase.plan(config).fixed(network);
            if (network.nodes().stream().allMatch(node -> node.parameters() == 0 || fixed.contains(node.name()))) {
                problems.add("optimizer.groups: nothing is trained before epoch " + phase.until()
                        + "; leave out thaw for the part that is to begin");
            }
        }
        if (!problems.isEmpty()) {
            throw new UsageException(String.join("; ", problems));
        }
        return new UpdateRule(optimizer(config), groups);
    }

    private static void add(GroupConfig group, Set<String> vertices, long since, List<ParameterGroup> groups) {
        if (!vertices.isEmpty()) {
            groups.add(new ParameterGroup(vertices, group.lrFactor(), optional(group.weightDecay()), since));
        }
    }

    private static Set<String> norms(Network network) {
        return network.nodes().stream()
                .filter(node -> node.op() instanceof Op.BatchNorm)
                .map(Node::name)
                .collect(Collectors.toSet());
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
