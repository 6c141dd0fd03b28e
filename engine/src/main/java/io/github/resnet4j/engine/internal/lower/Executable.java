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

/**
 * A finished tape: all memory placed, all primitives compiled. One thread at a time may run it, and none while another
 * executable in the same arena runs.
 */
final class Executable {
    private final List<Runnable> steps = new ArrayList<>();
    private final List<Instruction> instructions;
    private final Map<Buffer, List<Placed>> memories = new IdentityHashMap<>();
    private final List<Buffer> inArena;
    private final long[] offsets;
    private final SharedArena arena;
    private final long arenaBytes;
    private final long leastBytes;
    private final int batch;

    /**
     * Places the tape's tensors in the arena and compiles its primitives.
     *
     * @param batch for which its tensors are
     * @throws LoweringException if oneDNN cannot compile one of them
     */
    Executable(Tape tape, SharedArena arena, int batch) {
        this.arena = arena;
        this.batch = batch;
        Scope scope = tape.scope();
        this.instructions = List.copyOf(tape.instructions());
        this.inArena = tape.buffers().stream().filter(Buffer::used).toList();
        List<Arena.Value> values = new ArrayList<>();
        for (Buffer buffer : inArena) {
            values.add(new Arena.Value(values.size(), buffer.bytes(), buffer.first(), buffer.last()));
        }
        Arena.Plan plan = Arena.plan(values, Arena.CACHE_LINE);
        this.arenaBytes = plan.total();
        this.leastBytes = plan.lowerBound();
        this.offsets = plan.offsets();
        long base = arena.join(this);
        scope.onClose(() -> arena.leave(this));
        moveTo(base);
        Call.Stream stream = new Call.Stream(scope);
        for (Instruction instruction : instructions) {
            LoweringException.naming(instruction.node(), () -> compile(scope, stream, instruction));
        }
        for (int i = 0; i < steps.size(); i++) {
            Runnable step = tape.conditions().get(i).guard(steps.get(i));
            steps.set(i, step);
            List<Runnable> before = i == 0 ? tape.watches(-1) : List.of();
            List<Runnable> after = tape.watches(i);
            if (!before.isEmpty() || !after.isEmpty()) {
                steps.set(i, () -> {
                    before.forEach(Runnable::run);
                    step.run();
                    after.forEach(Runnable::run);
                });
            }
        }
    }

    /** A tensor, and how far behind the beginning of its buffer it is. */
    private record Placed(Memory memory, long offset) {}

    private void compile(Scope scope, Call.Stream stream, Instruction instruction) {
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

    /** Moves all tensors in the arena, which now begins at {@code base}. */
    void moveTo(long base) {
        for (int i = 0; i < inArena.size(); i++) {
            place(inArena.get(i), base + offsets[i]);
        }
    }

    private Call call(Scope scope, Instruction.Primitive primitive) {
        return new Call(scope, primitive.descriptor(), memories(scope, primitive.tensors()));
    }

    private Map<Argument, Memory> memories(Scope scope, Map<Argument, LoweredTensor> tensors) {
        Map<Argument, Memory> placed = new EnumMap<>(Argument.class);
        tensors.forEach((argument, tensor) -> {
            Memory memory = new Memory(scope, tensor.layout(), tensor.buffer().address());
            placed.put(argument, memory);
            memories.computeIfAbsent(tensor.buffer().whole(), whole -> new ArrayList<>())
                    .add(new Placed(memory, tensor.buffer().offset()));
        });
        return placed;
    }

    /** Moves a buffer to {@code address} for the next execution. */
    void place(Buffer buffer, long address) {
        if (buffer.address() != address) {
            buffer.place(address);
            memories.getOrDefault(buffer, List.of())
                    .forEach(placed -> placed.memory().moveTo(address + placed.offset()));
        }
    }

    /** Runs every instruction whose condition holds. */
    void run() {
        run(0, steps.size());
    }

    /** Runs those from {@code from} on and before {@code to}. */
    void run(int from, int to) {
        arena.ensure(this);
        for (Runnable step : steps.subList(from, to)) {
            step.run();
        }
    }

    /** As {@link #run}, and says how many nanoseconds each instruction took. */
    long[] timedRun() {
        long[] nanoseconds = new long[steps.size()];
        for (int i = 0; i < nanoseconds.length; i++) {
            long start = System.nanoTime();
            steps.get(i).run();
            nanoseconds[i] = System.nanoTime() - start;
        }
        return nanoseconds;
    }

    /** Number of instructions. */
    int size() {
        return steps.size();
    }

    /** What it runs, for people. */
    List<PlanReport.Step> steps() {
        return instructions.stream().map(Instruction::report).toList();
    }

    /** Bytes that it needs of the arena. */
    long arenaBytes() {
        return arenaBytes;
    }

    /** Images that it runs on. */
    int batch() {
        return batch;
    }

    /** Bytes of the tensors that must exist at the same time: no arena can be smaller. */
    long leastBytes() {
        return leastBytes;
    }
}
