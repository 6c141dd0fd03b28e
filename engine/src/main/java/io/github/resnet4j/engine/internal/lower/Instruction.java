package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.onednn.Call;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.report.PlanReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntConsumer;

/** One step of a tape. */
sealed interface Instruction {

    /** Name of the node it belongs to. */
    String node();

    /** What it does, in a word or two. */
    String what();

    /** All that it reads or writes. */
    Collection<LoweredTensor> touched();

    /** A line for people. */
    PlanReport.Step report();

    /** A oneDNN primitive. */
    record Primitive(String node, String what, Descriptor descriptor, Map<Call.Argument, LoweredTensor> tensors)
            implements Instruction {
        @Override
        public Collection<LoweredTensor> touched() {
            return tensors.values();
        }

        @Override
        public PlanReport.Step report() {
            List<String> parts = new ArrayList<>();
            long bytes = 0;
            for (Map.Entry<Call.Argument, LoweredTensor> tensor : tensors.entrySet()) {
                Layout layout = tensor.getValue().layout();
                bytes += layout.bytes();
                if (tensor.getKey() != Call.Argument.SCRATCHPAD && layout.shape().length > 1) {
                    parts.add(
                            tensor.getKey().toString().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + layout + " "
                                    + layout.order());
                }
            }
            return new PlanReport.Step(
                    node, what, descriptor.implementation(), String.join(", ", parts), bytes, multiplyAdds());
        }

        /** Every weight meets every position of the result: products of sizes, less the channels in both. */
        private long multiplyAdds() {
            LoweredTensor weights =
                    tensors.getOrDefault(Call.Argument.WEIGHTS, tensors.get(Call.Argument.WEIGHTS_GRADIENT));
            LoweredTensor result =
                    tensors.getOrDefault(Call.Argument.DESTINATION, tensors.get(Call.Argument.DESTINATION_GRADIENT));
            if (weights == null || result == null) {
                return 0;
            }
            long[] kernel = weights.layout().shape();
            long[] map = result.layout().shape();
            long count = 1;
            for (long size : kernel) {
                count *= size;
            }
            for (long size : map) {
                count *= size;
            }
            return count / map[1];
        }
    }

    /**
     * A primitive that runs several times, each time between two steps in Java.
     *
     * @param code what it is, for people
     * @param before the step in Java before the primitive, given how often it ran
     * @param after the step in Java behind it
     * @param tensors what the steps in Java read or write besides the primitive's
     * @param multiplyAdds of all times together
     */
    record Loop(
            Primitive body,
            String code,
            int times,
            IntConsumer before,
            IntConsumer after,
            List<LoweredTensor> tensors,
            long multiplyAdds)
            implements Instruction {
        @Override
        public String node() {
            return body.node;
        }

        @Override
        public String what() {
            return body.what;
        }

        @Override
        public Collection<LoweredTensor> touched() {
            List<LoweredTensor> all = new ArrayList<>(tensors);
            all.addAll(body.touched());
            return all;
        }

        @Override
        public PlanReport.Step report() {
            PlanReport.Step inner = body.report();
            return new PlanReport.Step(
                    node(),
                    what(),
                    code + " " + inner.implementation(),
                    inner.tensors(),
                    inner.bytes() + bytes(tensors),
                    multiplyAdds);
        }
    }

    private static long bytes(List<LoweredTensor> tensors) {
        return tensors.stream().mapToLong(tensor -> tensor.layout().bytes()).sum();
    }

    /**
     * Something small that Java does.
     *
     * @param tensors all that it reads or writes
     */
    record Host(String node, String what, List<LoweredTensor> tensors, Runnable body) implements Instruction {
        @Override
        public Collection<LoweredTensor> touched() {
            return tensors;
        }

        @Override
        public PlanReport.Step report() {
            return new PlanReport.Step(node, what, "java", "", bytes(tensors), 0);
        }
    }
}
