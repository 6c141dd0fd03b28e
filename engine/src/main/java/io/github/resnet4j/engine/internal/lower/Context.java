package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.OneDnnException;
import io.github.resnet4j.engine.internal.ir.Branch;
import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Parameter;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.engine.internal.onednn.Scope;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the operations of one program share while it is lowered: the tape, the values so far, the gradients so far. */
final class Context {
    private final Program program;
    private final int batch;
    private final Order order;
    private final Tape tape;
    private final Lowering.FlatArrays flat;
    private final Prepared prepared;
    private final Lowering.Use use;
    private final Winograd.Room room = new Winograd.Room();
    private final List<List<Integer>> readers;
    private final boolean[] backward;
    private final DropoutMask draw;
    private final Map<Integer, BitSet> branches = new TreeMap<>();
    private final Map<Integer, GrowingMap> growing;
    private final LoweredTensor[] values;
    private final LoweredTensor[] gradients;
    private final boolean[] owned;

    Context(
            Program program,
            int batch,
            Lowering.Use use,
            Order order,
            Tape tape,
            Lowering.FlatArrays flat,
            Prepared prepared,
            DropoutMask draw) {
        this.program = program;
        this.batch = batch;
        this.use = use;
        this.order = order;
        this.tape = tape;
        this.flat = flat;
        this.prepared = prepared;
        this.readers = program.readers();
        this.backward = program.backward();
        this.values = new LoweredTensor[program.nodes().size()];
        this.gradients = new LoweredTensor[values.length];
        this.owned = new boolean[values.length];
        this.draw = draw;
        this.growing = GrowingMap.all(this);
        for (int i = 0; i < values.length; i++) {
            if (node(i).op() instanceof Operation.StochasticSum sum && !sum.perImage()) {
                branches.put(
                        i,
                        Branch.of(readers, program.outputs(), node(i).inputs().get(0), i));
            }
        }
    }

    /** The nodes that the stochastic sum at {@code position} may do without. */
    BitSet branch(int position) {
        return branches.get(position);
    }

    /** Whether the branch of {@code sum} counts. */
    Coin coin(Operation.StochasticSum sum) {
        return new Coin(sum, draw);
    }

    /** The coins of all branches that the node at {@code position} is in. */
    List<Coin> coins(int position) {
        List<Coin> coins = new ArrayList<>();
        branches.forEach((sum, branch) -> {
            if (branch.get(position)) {
                coins.add(coin((Operation.StochasticSum) node(sum).op()));
            }
        });
        return coins;
    }

    Program program() {
        return program;
    }

    int batch() {
        return batch;
    }

    Tape tape() {
        return tape;
    }

    Scope scope() {
        return tape.scope();
    }

    Prepared prepared() {
        return prepared;
    }

    /** Whether one thread executes the program, so that no other thread waits while Java computes. */
    boolean alone() {
        return use == Lowering.Use.INFERENCE_ALONE;
    }

    /** Arrays for transforms; every operation may use them while it runs. */
    Winograd.Room room() {
        return room;
    }

    /** The order of maps between operations. */
    Order order() {
        return order;
    }

    /** Whether gradients must go into the operation at {@code position}. */
    boolean backward(int position) {
        return (use == Lowering.Use.TRAINING || use == Lowering.Use.GRADIENT) && backward[position];
    }

    /** Whether the value at {@code position} may be overwritten by its reader at {@code reader}. */
    boolean lastUse(int position, int reader) {
        Buffer buffer = values[position].buffer().whole();
        if (!buffer.arena()) {
            return false;
        }
        // A value that an operation hands on lies where its input does.
        for (int i = 0; i < reader; i++) {
            if (values[i].buffer().whole() == buffer && isNeededAfter(i, reader)) {
                return false;
            }
        }
        return true;
    }

    /** Positions of the nodes that read the value at {@code position}. */
    List<Integer> readers(int position) {
        return readers.get(position);
    }

    private boolean isNeededAfter(int position, int reader) {
        return program.outputs().contains(position)
                || readers.get(position).stream().anyMatch(other -> other > reader || backward(other));
    }

    ProgramNode node(int position) {
        return program.nodes().get(position);
    }

    /** The value at {@code position}: a map, in whatever order it is, or vectors. */
    LoweredTensor value(int position) {
        LoweredTensor value = values[position];
        return isStack(value)
                ? asMap(value, node(position).extent(), node(position).name())
                : value;
    }

    /** The value at {@code position}, which may also be a {@link Layout#stack}: for those who can do with one. */
    LoweredTensor anyValue(int position) {
        return values[position];
    }

    /** The map that grows at the concatenation at {@code position}, or null. */
    GrowingMap growing(int position) {
        return growing.get(position);
    }

    /**
     * Where the node at {@code position} puts its value: a new tensor, or a place where a growing map will read it.
     *
     * @param layout of the value
     */
    LoweredTensor result(int position, Layout layout) {
        List<Integer> all = readers.get(position);
        GrowingMap map = all.size() == 1 && !program.outputs().contains(position) ? growing.get(all.get(0)) : null;
        LoweredTensor place =
                map != null && layout.same(stack(node(position).extent())) ? map.reserve(all.get(0), position) : null;
        return place == null ? tape.tensor(layout) : place;
    }

    void value(int position, LoweredTensor tensor) {
        values[position] = tensor;
    }

    /** The layout of maps between operations. */
    Layout map(Extent extent) {
        return Layout.of(scope(), order, batch, extent.channels(), extent.height(), extent.width());
    }

    /** The layout of maps that stand one behind the other, 1×C×N×H×W; only in an order with blocks. */
    Layout stack(Extent extent) {
        return Layout.stack(scope(), order, batch, extent.channels(), extent.height(), extent.width());
    }

    private static boolean isStack(LoweredTensor tensor) {
        return tensor.layout().shape().length == 5;
    }

    /** {@code tensor}, of {@code extent} for each image, as a stack. */
    LoweredTensor asStack(LoweredTensor tensor, Extent extent, String reader) {
        if (isStack(tensor)) {
            return convert(reader, tensor, stack(extent));
        }
        return tape.convert(reader, stackedView(asMap(tensor, extent, reader), extent), stack(extent));
    }

    /** A map in the common order, described as what goes into a stack. */
    LoweredTensor stackedView(LoweredTensor map, Extent extent) {
        return new LoweredTensor(
                Layout.stacked(scope(), order, batch, extent.channels(), extent.height(), extent.width()),
                map.buffer());
    }

    /** The layout of vectors between operations. */
    Layout vector(long size) {
        return Layout.of(scope(), Order.PLAIN, batch, size);
    }

    /** The value at {@code position} as a map in the common layout. */
    LoweredTensor mapValue(int position, String reader) {
        Extent extent = node(position).extent();
        return asMap(values[position], extent, reader);
    }

    /** {@code tensor}, of {@code extent} for each image, as a map in the common layout. */
    LoweredTensor asMap(LoweredTensor tensor, Extent extent, String reader) {
        if (isStack(tensor)) {
            LoweredTensor map = tape.tensor(map(extent));
            tape.copy(reader, "reorder", convert(reader, tensor, stack(extent)), stackedView(map, extent));
            return map;
        }
        LoweredTensor plain = tensor;
        if (tensor.layout().shape().length == 2) {
            plain = new LoweredTensor(
                    Layout.of(scope(), Order.PLAIN, batch, extent.channels(), extent.height(), extent.width()),
                    tensor.buffer());
        }
        return convert(reader, plain, map(extent));
    }

    /** The value at {@code position} as vectors, N×(C·H·W). */
    LoweredTensor vectorValue(int position, String reader) {
        return asVector(values[position], node(position).extent(), reader);
    }

    /** {@code tensor}, of {@code extent} for each image, as vectors, N×(C·H·W). */
    LoweredTensor asVector(LoweredTensor tensor, Extent extent, String reader) {
        if (tensor.layout().shape().length == 2) {
            return tensor;
        }
        LoweredTensor map = isStack(tensor) ? asMap(tensor, extent, reader) : tensor;
        Layout plain = Layout.of(scope(), Order.PLAIN, batch, extent.channels(), extent.height(), extent.width());
        LoweredTensor flatValues = convert(reader, map, plain);
        return new LoweredTensor(vector(extent.elements()), flatValues.buffer());
    }

    /** Like {@code reference}: as vectors if it has vectors, as a stack if it is one, else as maps. */
    LoweredTensor alike(LoweredTensor tensor, LoweredTensor reference, Extent extent, String reader) {
        return switch (reference.layout().shape().length) {
            case 2 -> asVector(tensor, extent, reader);
            case 5 -> asStack(tensor, extent, reader);
            default -> asMap(tensor, extent, reader);
        };
    }

    /** The same values in another layout. */
    LoweredTensor convert(String reader, LoweredTensor from, Layout to) {
        boolean points = to.shape().length == 4 && to.shape()[2] == 1 && to.shape()[3] == 1;
        if (points && from.layout().bytes() == to.bytes()) {
            // Of one row and one column, every order without padding is the same.
            return new LoweredTensor(to, from.buffer());
        }
        return tape.convert(reader, from, to);
    }

    /** A parameter where DL4J keeps it. */
    LoweredTensor parameter(Parameter parameter, long... shape) {
        return flat(flat.parameters(), parameter, shape);
    }

    /** A parameter's gradient where DL4J keeps it. */
    LoweredTensor parameterGradient(Parameter parameter, long... shape) {
        return flat(flat.gradients(), parameter, shape);
    }

    private LoweredTensor flat(long base, Parameter parameter, long... shape) {
        return new LoweredTensor(
                Layout.of(scope(), Order.PLAIN, shape), Buffer.at(base + (long) parameter.offset() * Float.BYTES));
    }

    /** The gradient of the value at {@code position}; all its readers have given theirs. */
    LoweredTensor gradient(int position) {
        return gradients[position];
    }

    /** Whether {@link #gradient} may be overwritten. */
    boolean ownsGradient(int position) {
        return owned[position];
    }

    /**
     * Adds to the gradient of the value at {@code position}. Where that is outside the branch of a stochastic sum and its
     * reader inside, the gradient is there, and without the reader's share, when the branch does not count.
     *
     * @param own nothing else reads the tensor
     */
    void addGradient(int position, String from, LoweredTensor tensor, boolean own) {
        List<Coin> outside = coins(position);
        List<Coin> left = new ArrayList<>(tape.condition().kept());
        left.removeAll(outside);
        Condition otherwise = new Condition(outside, left);
        boolean always = left.isEmpty();
        LoweredTensor before = gradients[position];
        if (before == null) {
            LoweredTensor first = alike(tensor, values[position], node(position).extent(), from);
            boolean free = own || first.buffer() != tensor.buffer();
            LoweredTensor target = always || free ? first : tape.tensor(first.layout());
            if (target != first) {
                tape.copy(from, "copy", first, target);
            }
            if (!always) {
                tape.when(otherwise, () -> tape.host(from, "zeros", List.of(target), target::clear));
            }
            gradients[position] = target;
            owned[position] = free || !always;
            return;
        }
        LoweredTensor other = alike(tensor, before, node(position).extent(), from);
        boolean otherOwned = own || other.buffer() != tensor.buffer();
        LoweredTensor target = owned[position] ? before : otherOwned ? other : tape.tensor(before.layout());
        LoweredTensor added = target == other ? before : other;
        LoweredTensor base = target == other ? other : before;
        tape.call(
                from,
                "add gradients",
                Descriptor.add(scope(), before.layout(), PostOps.NONE),
                Map.of(Argument.SOURCE, base, Argument.SOURCE_1, added, Argument.DESTINATION, target));
        if (!always && target != before) {
            tape.when(otherwise, () -> tape.copy(from, "copy", before, target));
        }
        gradients[position] = target;
        owned[position] = true;
    }

    /**
     * A tensor of {@code layout} put together from parts; values that no part covers are zero.
     *
     * @param offsets where each part begins
     * @param covered the parts leave nothing out
     */
    LoweredTensor assemble(
            String node, Layout layout, List<LoweredTensor> parts, List<long[]> offsets, boolean covered) {
        try {
            return assembleIn(node, layout, parts, offsets, covered);
        } catch (OneDnnException blocks) {
            // A part begins inside a block of channels.
            Layout plain = plain(layout);
            List<LoweredTensor> plainParts = parts.stream()
                    .map(part -> tape.convert(node, part, plain(part.layout())))
                    .toList();
            return tape.convert(node, assembleIn(node, plain, plainParts, offsets, covered), layout);
        }
    }

    private LoweredTensor assembleIn(
            String node, Layout layout, List<LoweredTensor> parts, List<long[]> offsets, boolean covered) {
        List<Layout> places = new java.util.ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            places.add(layout.part(scope(), parts.get(i).layout().shape(), offsets.get(i)));
        }
        LoweredTensor whole = tape.tensor(layout);
        if (!covered) {
            tape.host(node, "zeros", List.of(whole), whole::clear);
        }
        for (int i = 0; i < parts.size(); i++) {
            tape.copy(node, "place", parts.get(i), new LoweredTensor(places.get(i), whole.buffer()));
        }
        return whole;
    }

    /** A copy of the part of {@code whole} that begins at {@code offset}, in {@code layout}. */
    LoweredTensor part(String node, LoweredTensor whole, Layout layout, long[] offset) {
        LoweredTensor copy = tape.tensor(layout);
        try {
            tape.copy(
                    node,
                    "part",
                    new LoweredTensor(whole.layout().part(scope(), layout.shape(), offset), whole.buffer()),
                    copy);
        } catch (OneDnnException blocks) {
            LoweredTensor plain = tape.convert(node, whole, plain(whole.layout()));
            tape.copy(
                    node,
                    "part",
                    new LoweredTensor(plain.layout().part(scope(), layout.shape(), offset), plain.buffer()),
                    copy);
        }
        return copy;
    }

    private Layout plain(Layout layout) {
        return Layout.of(scope(), Order.PLAIN, layout.shape());
    }
}
