package io.github.resnet4j.engine.lower;

import io.github.resnet4j.engine.onednn.Call.Argument;
import io.github.resnet4j.engine.onednn.Descriptor;
import io.github.resnet4j.engine.onednn.Descriptor.Role;
import io.github.resnet4j.engine.onednn.Layout;
import io.github.resnet4j.engine.onednn.Scope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Instructions in the order of their execution, and the tensors between them. */
final class Tape {
    private final Scope scope;
    private final List<Instruction> instructions = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();

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

    /** Those in the arena. */
    List<Buffer> buffers() {
        return buffers;
    }

    /** A new tensor in the arena. */
    Tensor tensor(Layout layout) {
        Buffer buffer = Buffer.inArena(layout.bytes());
        buffers.add(buffer);
        return new Tensor(layout, buffer);
    }

    /** Appends a primitive. */
    void call(String node, String what, Descriptor descriptor, Map<Argument, Tensor> tensors) {
        append(primitive(node, what, descriptor, tensors));
    }

    /** A primitive with its scratch memory, not yet appended. */
    Instruction.Primitive primitive(String node, String what, Descriptor descriptor, Map<Argument, Tensor> tensors) {
        Map<Argument, Tensor> all = new EnumMap<>(Argument.class);
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
    }

    /** Appends a step in Java. */
    void host(String node, String what, List<Tensor> tensors, Runnable body) {
        append(new Instruction.Host(node, what, tensors, body));
    }

    /** Keeps the tensor's values until the end of the execution. */
    void keep(Tensor tensor) {
        tensor.buffer().use(Math.max(0, instructions.size() - 1));
    }

    /** The same values in another layout: a copy, unless they lie there already. */
    Tensor convert(String node, Tensor from, Layout to) {
        if (from.layout().same(to)) {
            return from;
        }
        Tensor copy = tensor(to);
        copy(node, "reorder", from, copy);
        return copy;
    }

    /** Copies values of one shape between layouts. */
    void copy(String node, String what, Tensor from, Tensor to) {
        Descriptor reorder = Descriptor.reorder(scope, from.layout(), to.layout());
        call(node, what, reorder, Map.of(Argument.SOURCE, from, Argument.DESTINATION, to));
    }
}
