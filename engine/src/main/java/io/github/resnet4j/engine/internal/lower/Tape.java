package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Role;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Scope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Instructions in the order of their execution, and the tensors between them. */
final class Tape {
    private final Scope scope;
    private final List<Instruction> instructions = new ArrayList<>();
    private final List<Condition> conditions = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();
    private final Map<Integer, List<Runnable>> watches = new HashMap<>();
    private Condition condition = Condition.ALWAYS;

    /** @param scope owner of what is made on the way */
    Tape(Scope scope) {
        this.scope = scope;
    }

    Scope scope() {
        return scope;
    }

    List<Instruction> instructions() {
        return instructions;
    }

    /** When each instruction runs. */
    List<Condition> conditions() {
        return conditions;
    }

    /** When what is appended now runs. */
    Condition condition() {
        return condition;
    }

    /** Runs {@code body}, and what it appends runs when {@code other} holds. */
    void when(Condition other, Runnable body) {
        Condition before = condition;
        condition = other;
        try {
            body.run();
        } finally {
            condition = before;
        }
    }

    /** Those in the arena. */
    List<Buffer> buffers() {
        return buffers;
    }

    /** A new tensor in the arena. */
    LoweredTensor tensor(Layout layout) {
        Buffer buffer = Buffer.inArena(layout.bytes());
        buffers.add(buffer);
        return new LoweredTensor(layout, buffer);
    }

    /** Appends a primitive. */
    void call(String node, String what, Descriptor descriptor, Map<Argument, LoweredTensor> tensors) {
        append(primitive(node, what, descriptor, tensors));
    }

    /** A primitive with its scratch memory, not yet appended. */
    Instruction.Primitive primitive(
            String node, String what, Descriptor descriptor, Map<Argument, LoweredTensor> tensors) {
        Map<Argument, LoweredTensor> all = new EnumMap<>(Argument.class);
        all.putAll(tensors);
        Layout scratchpad = descriptor.layout(Role.SCRATCHPAD);
        if (scratchpad.bytes() > 0) {
            all.put(Argument.SCRATCHPAD, tensor(scratchpad));
        }
        return new Instruction.Primitive(node, what, descriptor, all);
    }

    /** Appends an instruction. */
    void append(Instruction instruction) {
        instruction.touched().forEach(tensor -> tensor.buffer().use(instructions.size()));
        instructions.add(instruction);
        conditions.add(condition);
    }

    /** Appends a step in Java. */
    void host(String node, String what, List<LoweredTensor> tensors, Runnable body) {
        append(new Instruction.Host(node, what, tensors, body));
    }

    /**
     * Looks at a tensor when the instructions so far have run, if what is appended now runs. That is no instruction: it takes
     * no time worth a line.
     */
    void watch(LoweredTensor tensor, Runnable look) {
        int last = instructions.size() - 1;
        if (last >= 0) {
            tensor.buffer().use(last);
        }
        watches.computeIfAbsent(last, time -> new ArrayList<>()).add(condition.guard(look));
    }

    /** Those behind the instruction at {@code time}; at -1, before the first. */
    List<Runnable> watches(int time) {
        return watches.getOrDefault(time, List.of());
    }

    /** Keeps the tensor's values until the end of the execution. */
    void keep(LoweredTensor tensor) {
        tensor.buffer().use(Math.max(0, instructions.size() - 1));
    }

    /** The same values in another layout: a copy, unless they lie there already. */
    LoweredTensor convert(String node, LoweredTensor from, Layout to) {
        if (from.layout().same(to)) {
            return from;
        }
        LoweredTensor copy = tensor(to);
        copy(node, "reorder", from, copy);
        return copy;
    }

    /** Copies values of one shape between layouts. */
    void copy(String node, String what, LoweredTensor from, LoweredTensor to) {
        Descriptor reorder = Descriptor.reorder(scope, from.layout(), to.layout());
        call(node, what, reorder, Map.of(Argument.SOURCE, from, Argument.DESTINATION, to));
    }
}
