package io.github.resnet4j.finetune.lesion;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Ways of images through a chain. What the beginnings of several have in common runs once: to remove one block, only what
 * comes behind it runs again.
 */
final class Routes {
    private final Fork start = new Fork();

    /** Where routes part. */
    private static final class Fork {
        private final Map<Step, Fork> next = new LinkedHashMap<>();
        private final List<Integer> ends = new ArrayList<>();

        /** Routes from here on. */
        private int count() {
            return ends.size() + next.values().stream().mapToInt(Fork::count).sum();
        }

        /** The next fork where routes part or end, behind the steps that are added to {@code stretch}. */
        private Fork straightOn(List<Step> stretch) {
            Fork fork = this;
            while (fork.ends.isEmpty() && fork.next.size() == 1) {
                Map.Entry<Step, Fork> only = fork.next.entrySet().iterator().next();
                stretch.add(only.getKey());
                fork = only.getValue();
            }
            return fork;
        }

        private long cost(ToLongFunction<Step> each) {
            long cost = 0;
            for (Map.Entry<Step, Fork> entry : next.entrySet()) {
                cost += each.applyAsLong(entry.getKey()) + entry.getValue().cost(each);
            }
            return cost;
        }

        /** So that the maps that enter a fork need not be kept for the longest way, that one goes last. */
        private void sort() {
            List<Map.Entry<Step, Fork>> entries = new ArrayList<>(next.entrySet());
            entries.sort(Comparator.comparingInt(entry -> entry.getValue().count()));
            next.clear();
            entries.forEach(entry -> next.put(entry.getKey(), entry.getValue()));
            next.values().forEach(Fork::sort);
        }
    }

    /** What runs steps. */
    interface Runner {
        /**
         * Maps to maps; the same if nothing is to be done.
         *
         * @param stretch steps behind each other, between which no route begins or ends
         */
        INDArray run(List<Step> stretch, INDArray maps);
    }

    /** What becomes of the ends. */
    interface Arrival {
        /** What came out of one route, which is closed afterwards. */
        void at(int route, INDArray output);
    }

    /** All routes; each ends behind its last step. */
    Routes(List<List<Step>> routes) {
        for (int i = 0; i < routes.size(); i++) {
            Fork fork = start;
            for (Step step : routes.get(i)) {
                fork = fork.next.computeIfAbsent(step, s -> new Fork());
            }
            fork.ends.add(i);
        }
        start.sort();
    }

    /** The sum over all steps that run. */
    long cost(ToLongFunction<Step> each) {
        return start.cost(each);
    }

    /** Takes images all ways. They stay the caller's. At any time, few maps are kept: one for each fork passed. */
    void walk(INDArray images, Runner runner, Arrival arrival) {
        walk(start, images, false, runner, arrival);
    }

    private static void walk(Fork from, INDArray maps, boolean own, Runner runner, Arrival arrival) {
        Fork fork = from;
        INDArray here = maps;
        boolean owned = own;
        while (true) {
            for (int end : fork.ends) {
                arrival.at(end, here);
            }
            int left = fork.next.size();
            if (left == 0) {
                break;
            }
            Fork last = fork;
            INDArray onward = here;
            for (Map.Entry<Step, Fork> way : fork.next.entrySet()) {
                List<Step> stretch = new ArrayList<>(List.of(way.getKey()));
                Fork end = way.getValue().straightOn(stretch);
                INDArray behind = runner.run(stretch, here);
                if (--left > 0) {
                    walk(end, behind, behind != here, runner, arrival);
                } else {
                    last = end;
                    onward = behind;
                }
            }
            if (onward != here) {
                release(here, owned);
                owned = true;
            }
            here = onward;
            fork = last;
        }
        release(here, owned);
    }

    private static void release(INDArray maps, boolean owned) {
        if (owned) {
            CompiledChain.release(maps);
        }
    }
}
