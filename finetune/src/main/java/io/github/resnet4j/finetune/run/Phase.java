package io.github.resnet4j.finetune.run;

import io.github.resnet4j.finetune.config.GroupConfig;
import io.github.resnet4j.finetune.config.ModelConfig;
import io.github.resnet4j.finetune.config.RunConfig;
import io.github.resnet4j.zoo.network.FreezePlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Epochs of a run in which the same parts are trained.
 *
 * @param from first epoch, from 0
 * @param until epoch after the last
 * @param frozen parts that thaw later
 */
record Phase(int from, int until, Set<String> frozen) {

    /** What a configuration freezes for good. */
    static FreezePlan frozenForGood(ModelConfig model) {
        return model.freeze()
                .map(part -> FreezePlan.NOTHING.upTo(part, model.freezeNorm()))
                .orElse(FreezePlan.NOTHING);
    }

    /** What is frozen in this phase. */
    FreezePlan plan(RunConfig config) {
        FreezePlan plan = FreezePlan.NOTHING;
        for (GroupConfig group : config.optimizer().groups()) {
            for (String part : waits(group) ? group.parts() : List.<String>of()) {
                plan = plan.part(part, group.freezeNorm().orElse(FreezePlan.Norms.FROZEN));
            }
        }
        List<FreezePlan.Part> all = new ArrayList<>(plan.parts());
        all.addAll(frozenForGood(config.model()).parts()); // last: it decides
        return new FreezePlan(all);
    }

    private boolean waits(GroupConfig group) {
        return group.thaw().orElse(0) > from;
    }

    /** The phases of a run, one after the other. What thaws after the end stays frozen. */
    static List<Phase> of(RunConfig config) {
        int epochs = config.train().epochs();
        TreeSet<Integer> starts = new TreeSet<>(Set.of(0));
        config.optimizer().groups().stream()
                .map(GroupConfig::thaw)
                .flatMap(Optional::stream)
                .filter(epoch -> epoch < epochs)
                .forEach(starts::add);
        List<Phase> phases = new ArrayList<>();
        for (int from : starts) {
            Set<String> frozen = new HashSet<>();
            config.optimizer().groups().stream()
                    .filter(group -> group.thaw().orElse(0) > from)
                    .forEach(group -> frozen.addAll(group.parts()));
            phases.add(new Phase(from, Optional.ofNullable(starts.higher(from)).orElse(epochs), Set.copyOf(frozen)));
        }
        return phases;
    }
}
