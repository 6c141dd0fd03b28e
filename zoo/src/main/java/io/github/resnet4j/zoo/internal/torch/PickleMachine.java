package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.files.Printable;
import io.github.resnet4j.zoo.internal.torch.Value.Atom;
import io.github.resnet4j.zoo.internal.torch.Value.Container;
import io.github.resnet4j.zoo.internal.torch.Value.Dict;
import io.github.resnet4j.zoo.internal.torch.Value.Int;
import io.github.resnet4j.zoo.internal.torch.Value.Items;
import io.github.resnet4j.zoo.internal.torch.Value.Namespace;
import io.github.resnet4j.zoo.internal.torch.Value.Opaque;
import io.github.resnet4j.zoo.internal.torch.Value.Real;
import io.github.resnet4j.zoo.internal.torch.Value.Storage;
import io.github.resnet4j.zoo.internal.torch.Value.Strided;
import io.github.resnet4j.zoo.internal.torch.Value.Text;
import io.github.resnet4j.zoo.internal.torch.Value.Tuple;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.DType;
import io.github.resnet4j.zoo.weights.Fault;
import java.util.Arrays;
import java.util.Optional;

/**
 * Runs one pickle, or refuses it: a loop over instructions with a stack, a memo, and no recursion. Lists, dicts and tuples
 * are made as Python makes them; of what Python would call, {@link Global}s only are known, and what they make is written
 * here.
 */
final class PickleMachine {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_MEMO = 1 << 21;
    private static final int MAX_RANK = 8;
    private static final int FIRST_PROTOCOL = 2;
    private static final int LAST_PROTOCOL = 4;

    /** Bytes of a small object, and of a reference in an array that grows. */
    private static final int OBJECT = 24;

    private static final int REFERENCE = 12;

    /** Bytes of an empty list or dict. */
    private static final int CONTAINER = 80;

    private static final Int[] SMALL = new Int[256];

    static {
        Arrays.setAll(SMALL, Int::new);
    }

    private final PickleBytes bytes;
    private final Optional<PersistentIds> persistentIds;

    private Value[] stack = new Value[64];
    private int height;
    /** Where on the stack the marks are. */
    private final int[] marks = new int[MAX_DEPTH];

    private int marked;
    private Value[] memo = new Value[64];

    private PickleMachine(PickleBytes bytes, Optional<PersistentIds> persistentIds) {
        this.bytes = bytes;
        this.persistentIds = persistentIds;
    }

    /** Runs a pickle that may not refer to anything outside of itself. The bytes then stand behind it. */
    static Value run(PickleBytes bytes) {
        return run(bytes, Optional.empty());
    }

    /** Runs a pickle that may refer to storages. The bytes then stand behind it. */
    static Value run(PickleBytes bytes, PersistentIds persistentIds) {
        return run(bytes, Optional.of(persistentIds));
    }

    private static Value run(PickleBytes bytes, Optional<PersistentIds> persistentIds) {
        bytes.begin();
        GlobalCheck.requireAllowed(bytes);
        bytes.rewind();
        return new PickleMachine(bytes, persistentIds).run();
    }

    private Value run() {
        requireProtocol();
        for (Opcode opcode = next(); opcode != Opcode.STOP; opcode = next()) {
            step(opcode);
        }
        Value result = pop();
        if (height > 0 || marked > 0) {
            throw bytes.bad(Fault.PKL_STACK, "creates objects that belong to nothing; copy or download it again");
        }
        return result;
    }

    private void requireProtocol() {
        int protocol = bytes.instruction() == Opcode.PROTO.code() ? bytes.u1() : 0;
        if (protocol < FIRST_PROTOCOL || protocol > LAST_PROTOCOL) {
            throw bytes.bad(
                    Fault.PKL_PROTO,
                    (protocol == 0 ? "holds no pickle of protocol 2" : "is pickled with protocol " + protocol)
                            + "; save it again with torch.save and its default pickle_protocol");
        }
    }

    private Opcode next() {
        int code = bytes.instruction();
        if (!Opcode.isKnown(code)) {
            throw bytes.bad(
                    Fault.PKL_OPCODE,
                    "uses the pickle instruction " + Opcode.nameOf(code)
                            + ", which torch.save does not write; save it again with torch.save and its default"
                            + " pickle_protocol");
        }
        return Opcode.of(code);
    }

    private void step(Opcode opcode) {
        switch (opcode) {
            case PROTO -> throw bytes.bad(Fault.PKL_PROTO, "declares its protocol twice; do not trust it");
            case MARK -> mark();
            case NONE -> push(Atom.NONE);
            case NEWTRUE -> push(Atom.TRUE);
            case NEWFALSE -> push(Atom.FALSE);
            case EMPTY_SET -> push(Atom.EMPTY_SET);
            case BININT -> push(integer(bytes.i4()));
            case BININT1 -> push(integer(bytes.u1()));
            case BININT2 -> push(integer(bytes.u2()));
            case LONG1 -> push(longInteger(bytes.u1()));
            case BINFLOAT -> {
                bytes.spend(OBJECT);
                push(new Real(bytes.f8()));
            }
            case BINUNICODE -> push(text(bytes.u4()));
            case SHORT_BINSTRING -> push(text(bytes.u1()));
            case EMPTY_TUPLE -> push(Tuple.EMPTY);
            case TUPLE -> push(tuple(popMarked()));
            case TUPLE1 -> push(tuple(pop(1)));
            case TUPLE2 -> push(tuple(pop(2)));
            case TUPLE3 -> push(tuple(pop(3)));
            case EMPTY_LIST -> pushNew(new Items());
            case APPEND -> append(pop(1));
            case APPENDS -> append(popMarked());
            case EMPTY_DICT -> pushNew(new Dict(false));
            case SETITEM -> setItems(pop(2));
            case SETITEMS -> setItems(popMarked());
            case BINGET -> push(remembered(bytes.u1()));
            case LONG_BINGET -> push(remembered(bytes.u4()));
            case BINPUT -> remember(bytes.u1());
            case LONG_BINPUT -> remember(bytes.u4());
            case GLOBAL -> push(global());
            case REDUCE -> push(called(pop(2)));
            case NEWOBJ -> push(made(pop(2)));
            case BUILD -> build(pop());
            case BINPERSID -> push(persistent(pop()));
            case STOP -> {}
        }
    }

    // Stack and memo

    private void push(Value value) {
        if (height == stack.length) {
            bytes.spend(8L * height);
            stack = Arrays.copyOf(stack, 2 * height);
        }
        stack[height++] = value;
    }

    private void pushNew(Value value) {
        bytes.spend(CONTAINER);
        push(value);
    }

    /** The values above the last mark are all that there are. */
    private int floor() {
        return marked == 0 ? 0 : marks[marked - 1];
    }

    private Value top() {
        if (height <= floor()) {
            throw underflow();
        }
        return stack[height - 1];
    }

    private Value pop() {
        Value top = top();
        stack[--height] = null;
        return top;
    }

    private Value[] pop(int count) {
        if (height - count < floor()) {
            throw underflow();
        }
        Value[] popped = Arrays.copyOfRange(stack, height - count, height);
        Arrays.fill(stack, height - count, height, null);
        height -= count;
        bytes.spend(OBJECT + 4L * count);
        return popped;
    }

    private Value[] popMarked() {
        if (marked == 0) {
            throw underflow();
        }
        Value[] popped = pop(height - floor());
        marked--;
        return popped;
    }

    private void mark() {
        if (marked == MAX_DEPTH) {
            throw tooDeep();
        }
        marks[marked++] = height;
    }

    private BadWeightsException underflow() {
        return bytes.bad(Fault.PKL_STACK, "uses objects that it did not create; copy or download it again");
    }

    private BadWeightsException tooDeep() {
        return bytes.bad(Fault.LIMIT_DEPTH, "nests objects more than " + MAX_DEPTH + " deep; do not trust it");
    }

    private <V extends Value> V low(V value) {
        if (value.height() > MAX_DEPTH) {
            throw tooDeep();
        }
        return value;
    }

    private void remember(long at) {
        Value value = top();
        if (at >= MAX_MEMO) {
            throw bytes.bad(
                    Fault.LIMIT_MEMO,
                    "numbers more than " + MAX_MEMO + " objects, more than any network; do not trust it");
        }
        int index = (int) at;
        if (index >= memo.length) {
            int length = Math.max(2 * memo.length, index + 1);
            bytes.spend(4L * length);
            memo = Arrays.copyOf(memo, length);
        }
        memo[index] = value;
    }

    private Value remembered(long at) {
        Value value = at < memo.length ? memo[(int) at] : null;
        if (value == null) {
            throw bytes.bad(
                    Fault.PKL_MEMO, "refers to its object " + at + ", which does not exist; copy or download it again");
        }
        return value;
    }

    // Values

    private Value integer(long value) {
        if (value >= 0 && value < SMALL.length) {
            return SMALL[(int) value];
        }
        bytes.spend(OBJECT);
        return new Int(value);
    }

    /** Little-endian, two's complement, as short as may be. */
    private Value longInteger(int length) {
        if (length > Long.BYTES) {
            bytes.skip(length);
            return Atom.HUGE_INTEGER;
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (long) bytes.u1() << 8 * i;
        }
        int unused = Long.SIZE - 8 * length;
        return integer(length == 0 ? 0 : value << unused >> unused);
    }

    private Value text(long length) {
        return bytes.text(length).<Value>map(Text::new).orElse(Atom.LONG_TEXT);
    }

    private Value tuple(Value[] items) {
        bytes.spend(OBJECT);
        return low(new Tuple(items));
    }

    private Value global() {
        String module = bytes.line();
        String path = module + "." + bytes.line();
        // The names were checked before anything was run.
        return Global.of(path).orElseThrow(() -> GlobalCheck.refused(bytes, Printable.brief(path)));
    }

    private void append(Value[] items) {
        if (!(top() instanceof Items list)) {
            throw target("appends to", top());
        }
        requireOpen(list, items);
        bytes.spend((long) REFERENCE * items.length);
        for (Value item : items) {
            list.add(item);
        }
        low(list);
    }

    private void setItems(Value[] pairs) {
        if (!(top() instanceof Dict dict)) {
            throw target("sets entries of", top());
        }
        if (pairs.length % 2 != 0) {
            throw bytes.bad(Fault.PKL_STACK, "sets a key without a value; copy or download it again");
        }
        requireOpen(dict, pairs);
        for (int i = 0; i < pairs.length; i += 2) {
            put(dict, pairs[i], pairs[i + 1]);
        }
    }

    private void put(Dict dict, Value key, Value value) {
        if (!key.isKey()) {
            throw bytes.bad(Fault.PKL_ARGS, "has " + key.what() + " as a key; do not trust it");
        }
        bytes.spend(2 * REFERENCE);
        dict.put(key, value);
        low(dict);
    }

    private BadWeightsException target(String does, Value target) {
        return bytes.bad(Fault.PKL_TARGET, does + " " + target.what() + ", which Python cannot do; do not trust it");
    }

    /** What contains other values was complete before it became part of one, unless it contains itself. */
    private void requireOpen(Container container, Value... parts) {
        for (Value part : parts) {
            part.seal();
        }
        if (container.isSealed()) {
            throw bytes.bad(
                    Fault.PKL_CYCLE,
                    "changes " + container.what() + " that is part of another object; do not trust it");
        }
    }

    private Value persistent(Value id) {
        return persistentIds
                .orElseThrow(() -> bytes.bad(
                        Fault.PKL_PID, "refers to data outside the pickle, of which there is none; do not trust it"))
                .load(id);
    }

    // Objects

    private void build(Value state) {
        Value object = top();
        if (object instanceof Opaque) {
            state.seal(); // of a NumPy type or array: its version, shape, bytes
            return;
        }
        if (!(object instanceof Container container)
                || !(object instanceof Namespace || object instanceof Dict dict && dict.isOrdered())) {
            throw bytes.bad(Fault.PKL_BUILD, "sets attributes of " + object.what() + "; save it again with torch.save");
        }
        if (!(state instanceof Dict attributes)) {
            throw bytes.bad(Fault.PKL_BUILD, "sets attributes to " + state.what() + "; save it again with torch.save");
        }
        bytes.spend(4L * attributes.size()); // time rather than memory: the same state may be set again and again
        for (int i = 0; i < attributes.size(); i++) {
            if (!(attributes.key(i) instanceof Text name) || name.value().startsWith("__")) {
                throw bytes.bad(
                        Fault.PKL_BUILD, "sets an attribute that no state dict has; save it again with torch.save");
            }
        }
        requireOpen(container, state);
    }

    private Value made(Value[] classAndArguments) {
        Value made = classAndArguments[0];
        if (classAndArguments[1] instanceof Tuple arguments) {
            if (made == Global.NAMESPACE && arguments.size() == 0) {
                bytes.spend(OBJECT);
                return new Namespace();
            }
            if (made == Global.PARAMETER) {
                return parameter(arguments, 1, 2);
            }
            if (made instanceof Global data && data.is(Global.Kind.DATA)) {
                return data.made();
            }
        }
        throw bytes.bad(Fault.PKL_NEWOBJ, "makes an object of " + made.what() + "; save it again with torch.save");
    }

    private Value called(Value[] functionAndArguments) {
        Value function = functionAndArguments[0];
        if (!(function instanceof Global global) || !(global.is(Global.Kind.FUNCTION) || global.is(Global.Kind.DATA))) {
            throw bytes.bad(Fault.PKL_ARGS, "calls " + function.what() + ", which is not a function; do not trust it");
        }
        if (!(functionAndArguments[1] instanceof Tuple arguments)) {
            throw arguments(global);
        }
        if (global.is(Global.Kind.DATA)) {
            return global.made();
        }
        return switch (global) {
            case ORDERED_DICT -> orderedDict(arguments);
            case DEFAULT_DICT -> defaultDict(arguments);
            case DEQUE -> deque(arguments);
            case SIZE -> size(arguments);
            case DEVICE -> device(arguments);
            case REBUILD_TENSOR -> tensor(global, arguments, 4, 4);
            case REBUILD_TENSOR_V2 -> tensor(global, arguments, 6, 7);
            case REBUILD_TENSOR_V3 -> tensor(global, arguments, 7, 8);
            case REBUILD_PARAMETER -> parameter(arguments, 3, 3);
            case REBUILD_PARAMETER_WITH_STATE -> parameter(arguments, 4, 4);
            case REBUILD_FROM_TYPE_V2 -> ofType(arguments);
            default -> throw arguments(global);
        };
    }

    private BadWeightsException arguments(Global function) {
        return bytes.bad(
                Fault.PKL_ARGS,
                "calls " + function.what() + " with arguments it does not take; save it again with torch.save");
    }

    /** Empty, or from a list of pairs, as Python 2 has it. */
    private Value orderedDict(Tuple arguments) {
        bytes.spend(CONTAINER);
        Dict dict = new Dict(true);
        if (arguments.size() == 0) {
            return dict;
        }
        if (arguments.size() > 1 || !(arguments.get(0) instanceof Items pairs)) {
            throw arguments(Global.ORDERED_DICT);
        }
        for (Value pair : pairs.values()) {
            if (pair instanceof Items list && list.values().size() == 2) {
                put(dict, list.values().get(0), list.values().get(1));
            } else if (pair instanceof Tuple tuple && tuple.size() == 2) {
                put(dict, tuple.get(0), tuple.get(1));
            } else {
                throw arguments(Global.ORDERED_DICT);
            }
        }
        return dict;
    }

    /** With what makes an entry that is missing, which nothing here does; entries are set afterwards. */
    private Value defaultDict(Tuple arguments) {
        if (arguments.size() > 1) {
            throw arguments(Global.DEFAULT_DICT);
        }
        bytes.spend(CONTAINER);
        return new Dict(false);
    }

    /** Empty, and at most how long it becomes; items are appended afterwards. */
    private Value deque(Tuple arguments) {
        if (arguments.size() > 2) {
            throw arguments(Global.DEQUE);
        }
        bytes.spend(CONTAINER);
        return new Items();
    }

    /** A tensor with attributes: a function that makes it, its type, the function's arguments, the attributes. */
    private Value ofType(Tuple arguments) {
        if (arguments.size() != 4
                || !(arguments.get(0) instanceof Global function)
                || function == Global.REBUILD_FROM_TYPE_V2
                || !(arguments.get(1) == Global.TENSOR || arguments.get(1) == Global.PARAMETER)) {
            throw arguments(Global.REBUILD_FROM_TYPE_V2);
        }
        if (!(called(new Value[] {function, arguments.get(2)}) instanceof Strided tensor)) {
            throw arguments(Global.REBUILD_FROM_TYPE_V2);
        }
        return tensor;
    }

    private Value size(Tuple arguments) {
        if (arguments.size() != 1 || !(arguments.get(0) instanceof Tuple sizes)) {
            throw arguments(Global.SIZE);
        }
        sizes(sizes);
        return sizes;
    }

    private Value device(Tuple arguments) {
        boolean indexed = arguments.size() == 2 && arguments.get(1) instanceof Int;
        if (!(arguments.size() == 1 || indexed) || !(arguments.get(0) instanceof Text)) {
            throw arguments(Global.DEVICE);
        }
        return Atom.DEVICE;
    }

    /** A tensor, whether it needs a gradient, hooks, of which there must be none, and attributes. */
    private Value parameter(Tuple arguments, int least, int most) {
        if (arguments.size() < least
                || arguments.size() > most
                || !(arguments.get(0) instanceof Strided tensor)
                || arguments.size() > 1 && !isBool(arguments.get(1))
                || arguments.size() > 2 && !isNothing(arguments.get(2))) {
            throw arguments(Global.REBUILD_PARAMETER);
        }
        return tensor;
    }

    private static boolean isBool(Value value) {
        return value == Atom.TRUE || value == Atom.FALSE;
    }

    private static boolean isNothing(Value value) {
        return value == Atom.NONE || value instanceof Dict dict && dict.size() == 0;
    }

    /**
     * Arguments of all three functions: storage, first element, sizes, strides. Since the second: needs a gradient, hooks;
     * the third: dtype. Last and optional: what else there is to say of the elements, such as that their sign is to be
     * changed.
     */
    private Value tensor(Global function, Tuple arguments, int least, int most) {
        int count = arguments.size();
        boolean third = function == Global.REBUILD_TENSOR_V3;
        if (count < least
                || count > most
                || !(arguments.get(0) instanceof Storage storage)
                || !(arguments.get(2) instanceof Tuple sizes)
                || !(arguments.get(3) instanceof Tuple strides)
                || sizes.size() != strides.size()
                || least > 4 && !(isBool(arguments.get(4)) && isNothing(arguments.get(5)))
                || third != (storage.type() == Global.UNTYPED_STORAGE)) {
            throw arguments(function);
        }
        DType type = storage.type().type();
        if (third) {
            if (!(arguments.get(6) instanceof Global global) || !global.is(Global.Kind.DTYPE)) {
                throw arguments(function);
            }
            type = global.type();
        }
        if (count == most && most > least && !isNothing(arguments.get(most - 1))) {
            throw bytes.bad(
                    Fault.UNSUPPORTED,
                    "has tensors with a pending negation or conjugation; in Python, call resolve_neg() and"
                            + " resolve_conj()"
                            + " on them and save them again");
        }
        if (sizes.size() > MAX_RANK) {
            throw bytes.bad(
                    Fault.RANK,
                    "has a tensor of " + sizes.size() + " dimensions, more than " + MAX_RANK + "; check it");
        }
        bytes.spend(2 * OBJECT);
        return strided(storage, type, integer(arguments.get(1)), sizes(sizes), integers(strides));
    }

    private Strided strided(Storage storage, DType type, long offset, long[] sizes, long[] strides) {
        long elements = 1;
        try {
            for (long size : sizes) {
                elements = Math.multiplyExact(elements, size);
            }
            Math.multiplyExact(elements, (long) type.bytes());
        } catch (ArithmeticException e) {
            throw bytes.bad(Fault.OVERFLOW, "has a tensor of more than 2^63 bytes; copy or download it again");
        }
        long available = storage.count() * storage.type().type().bytes() / type.bytes();
        if (offset < 0 || extent(elements, sizes, strides) > available - offset) {
            throw bytes.bad(
                    Fault.BOUNDS,
                    "has a tensor that reaches beyond its storage " + storage.key() + "; copy or download it again");
        }
        long start = storage.from() * storage.type().type().bytes() + offset * type.bytes();
        return new Strided(storage.key(), type, start, sizes, strides);
    }

    /** Elements from the first to the last; the largest number if the last is before the first or too far away. */
    private static long extent(long elements, long[] sizes, long[] strides) {
        if (elements == 0) {
            return 0;
        }
        try {
            long last = 0;
            for (int i = 0; i < sizes.length; i++) {
                if (strides[i] < 0) {
                    return Long.MAX_VALUE;
                }
                last = Math.addExact(last, Math.multiplyExact(sizes[i] - 1, strides[i]));
            }
            return Math.addExact(last, 1);
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    private long[] sizes(Tuple values) {
        long[] sizes = integers(values);
        for (long size : sizes) {
            if (size < 0) {
                throw bytes.bad(Fault.PKL_INT, "has a tensor with a dimension of " + size + "; download it again");
            }
        }
        return sizes;
    }

    private long[] integers(Tuple values) {
        bytes.spend(OBJECT + 8L * values.size());
        long[] integers = new long[values.size()];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = integer(values.get(i));
        }
        return integers;
    }

    private long integer(Value value) {
        if (value instanceof Int integer) {
            return integer.value();
        }
        throw bytes.bad(
                Fault.PKL_INT,
                "has " + value.what() + " where a tensor's dimension or offset should be; download it again");
    }
}
