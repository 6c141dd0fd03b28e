package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.memory.Arena;
import io.github.resnet4j.engine.internal.onednn.Call;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Memory;
import io.github.resnet4j.engine.internal.onednn.Scope;
import io.github.resnet4j.engine.report.PlanReport;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;

/** A finished tape: all memory placed, all primitives compiled. One thread at a time may run it. */
final class Executable {
    private final List<Runnable> steps = new ArrayList<>();
    private final List<Instruction> instructions;
    private final Map<Buffer, List<Memory>> outside;
    private final long arenaBytes;
    private final long leastBytes;

    /** Places the tape's tensors in an arena of its own and compiles its primitives. */
    Executable(Tape tape, List<Buffer> movable) {
        Scope scope = tape.scope();
        this.instructions = List.copyOf(tape.instructions());
        List<Buffer> used = tape.buffers().stream().filter(Buffer::used).toList();
        List<Arena.Value> values = new ArrayList<>();
        for (Buffer buffer : used) {
            values.add(new Arena.Value(values.size(), buffer.bytes(), buffer.first(), buffer.last()));
        }
        Arena.Plan plan = Arena.plan(values, Arena.CACHE_LINE);
        this.arenaBytes = plan.total();
        this.leastBytes = plan.lowerBound();
        BytePointer block = allocate(Math.max(1, plan.total()) + Arena.PAGE);
        scope.onClose(block::deallocate);
        long base = (block.address() + Arena.PAGE - 1) & -Arena.PAGE;
        for (int i = 0; i < used.size(); i++) {
            used.get(i).place(base + plan.offsets()[i]);
        }
        this.outside = new IdentityHashMap<>();
        movable.forEach(buffer -> outside.put(buffer, new ArrayList<>()));
        Call.Stream stream = new Call.Stream(scope);
        for (Instruction instruction : instructions) {
            if (instruction instanceof Instruction.Primitive primitive) {
                Call call = call(scope, primitive);
                steps.add(() -> call.execute(stream));
            } else if (instruction instanceof Instruction.Loop loop) {
                Call call = call(scope, loop.body());
                steps.add(() -> {
                    for (int i = 0; i < loop.times(); i++) {
                        loop.before().accept(i);
                        call.execute(stream);
                        loop.after().accept(i);
                    }
                });
            } else if (instruction instanceof Instruction.Host host) {
                steps.add(host.body());
            }
        }
    }

    /** JavaCPP's own limit is the size of the Java heap, which a user of DL4J seldom knows. */
    private static BytePointer allocate(long bytes) {
        try {
            return new BytePointer(bytes);
        } catch (OutOfMemoryError e) {
            OutOfMemoryError told = new OutOfMemoryError("this batch needs " + (bytes >> 20)
                    + " MiB of native memory beside what is in use; make the batch smaller, or allow more by"
                    + " -Dorg.bytedeco.javacpp.maxbytes and -Dorg.bytedeco.javacpp.maxphysicalbytes");
            told.initCause(e);
            throw told;
        }
    }

    private Call call(Scope scope, Instruction.Primitive primitive) {
        return new Call(scope, primitive.descriptor(), memories(scope, primitive.tensors()));
    }

    private Map<Argument, Memory> memories(Scope scope, Map<Argument, LoweredTensor> tensors) {
        Map<Argument, Memory> memories = new EnumMap<>(Argument.class);
        tensors.forEach((argument, tensor) -> {
            Memory memory = new Memory(scope, tensor.layout(), tensor.buffer().address());
            memories.put(argument, memory);
            List<Memory> moving = outside.get(tensor.buffer());
            if (moving != null) {
                moving.add(memory);
            }
        });
        return memories;
    }

    /** Moves what lies outside the arena to {@code address} for the next execution. */
    void place(Buffer buffer, long address) {
        if (buffer.address() != address) {
            buffer.place(address);
            outside.get(buffer).forEach(memory -> memory.moveTo(address));
        }
    }

    /** Runs every instruction. */
    void run() {
        for (Runnable step : steps) {
            step.run();
        }
    }

    /** Runs every instruction, and says how many nanoseconds each took. */
    long[] timedRun() {
        long[] nanoseconds = new long[steps.size()];
        for (int i = 0; i < nanoseconds.length; i++) {
            long start = System.nanoTime();
            steps.get(i).run();
            nanoseconds[i] = System.nanoTime() - start;
        }
        return nanoseconds;
    }

    /** What it runs, for people. */
    List<PlanReport.Step> steps() {
        return instructions.stream().map(Instruction::report).toList();
    }

    /** Size of the arena. */
    long arenaBytes() {
        return arenaBytes;
    }

    /** Bytes of the tensors that must exist at the same time: no arena can be smaller. */
    long leastBytes() {
        return leastBytes;
    }
}
