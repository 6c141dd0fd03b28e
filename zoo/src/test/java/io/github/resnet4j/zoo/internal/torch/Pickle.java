package io.github.resnet4j.zoo.internal.torch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Assembles pickles, right ones from values and wrong ones from instructions. */
final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Where names and texts are in the memo, if they are put there. */
    private final Map<Object, Integer> memo = new HashMap<>();

    private boolean memoizing;
    private int numbered;

    /** A name of Python's. */
    record Name(String module, String name) {}

    /** A tuple. */
    record Tuple(List<Object> items) {}

    /** What a function gives for arguments. */
    record Call(Object function, Object arguments) {}

    /** A new object of a class. */
    record New(Object type, Object arguments) {}

    /** An object whose attributes are set. */
    record Built(Object object, Object state) {}

    /** Something outside of the pickle. */
    record Persistent(Object id) {}

    /** Pairs; the same key may come twice. */
    record Pairs(boolean ordered, List<Map.Entry<Object, Object>> pairs) {}

    /** Instructions that push one value. */
    record Raw(byte[] instructions) {}

    /** None. */
    enum None {
        NONE
    }

    static final Name ORDERED_DICT = new Name("collections", "OrderedDict");
    static final Name REBUILD = new Name("torch._utils", "_rebuild_tensor_v2");
    static final Name FLOAT_STORAGE = new Name("torch", "FloatStorage");

    static Tuple tuple(Object... items) {
        return new Tuple(Arrays.asList(items));
    }

    static Call call(Object function, Object... arguments) {
        return new Call(function, tuple(arguments));
    }

    static Pairs dict(Object... keysAndValues) {
        return new Pairs(false, pairs(keysAndValues));
    }

    static Pairs ordered(Object... keysAndValues) {
        return new Pairs(true, pairs(keysAndValues));
    }

    private static List<Map.Entry<Object, Object>> pairs(Object... keysAndValues) {
        List<Map.Entry<Object, Object>> pairs = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            pairs.add(Map.entry(keysAndValues[i], keysAndValues[i + 1]));
        }
        return pairs;
    }

    /** A pickle of protocol 2. */
    static byte[] of(Object value) {
        return new Pickle().proto(2).value(value).op('.').bytes();
    }

    /** The same as Python writes it: everything is numbered, names and texts are written once. */
    static byte[] likePython(Object value) {
        Pickle pickle = new Pickle().proto(2);
        pickle.memoizing = true;
        return pickle.value(value).op('.').bytes();
    }

    /** A pickle of protocol 2 with these instructions. */
    static byte[] of(Pickle instructions) {
        return new Pickle().proto(2).raw(instructions.bytes()).op('.').bytes();
    }

    static Pickle ops() {
        return new Pickle();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    Pickle raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Pickle op(int... codes) {
        for (int code : codes) {
            out.write(code);
        }
        return this;
    }

    Pickle proto(int protocol) {
        return op(0x80, protocol);
    }

    Pickle global(String module, String name) {
        return op('c').raw((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    Pickle text(byte... utf8) {
        return op('X').i4(utf8.length).raw(utf8);
    }

    Pickle text(String text) {
        return text(text.getBytes(StandardCharsets.UTF_8));
    }

    Pickle shortText(byte... bytes) {
        return op('U', bytes.length).raw(bytes);
    }

    Pickle put(int at) {
        return op('r').i4(at);
    }

    Pickle get(int at) {
        return op('j').i4(at);
    }

    Pickle i4(int value) {
        return raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    Pickle integer(long value) {
        if (value >= 0 && value < 256) {
            return op('K', (int) value);
        }
        if (value >= 0 && value < 65536) {
            return op('M', (int) value & 0xFF, (int) value >> 8);
        }
        if (value == (int) value) {
            return op('J').i4((int) value);
        }
        return op(0x8A, 8)
                .raw(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array());
    }

    Pickle value(Object value) {
        if (!memoizing || value instanceof Number || value instanceof Boolean || value instanceof None) {
            return plain(value);
        }
        Integer known = memo.get(value);
        if (known != null) {
            return known < 256 ? op('h', known) : get(known);
        }
        plain(value);
        if (value instanceof Name || value instanceof String) {
            memo.put(value, numbered);
        }
        return put(numbered++);
    }

    private Pickle plain(Object value) {
        if (value instanceof String text) {
            return text(text);
        } else if (value instanceof Boolean bool) {
            return op(bool ? 0x88 : 0x89);
        } else if (value instanceof Double real) {
            return op('G').raw(ByteBuffer.allocate(8).putDouble(real).array());
        } else if (value instanceof Number number) {
            return integer(number.longValue());
        } else if (value instanceof None) {
            return op('N');
        } else if (value instanceof Name name) {
            return global(name.module(), name.name());
        } else if (value instanceof Tuple tuple) {
            return tuple.items().isEmpty()
                    ? op(')')
                    : op('(').values(tuple.items()).op('t');
        } else if (value instanceof List<?> list) {
            return op(']', '(').values(list).op('e');
        } else if (value instanceof Pairs pairs) {
            value(pairs.ordered() ? call(ORDERED_DICT) : new Raw(new byte[] {'}'}))
                    .op('(');
            pairs.pairs().forEach(pair -> value(pair.getKey()).value(pair.getValue()));
            return op('u');
        } else if (value instanceof Call call) {
            return value(call.function()).value(call.arguments()).op('R');
        } else if (value instanceof New made) {
            return value(made.type()).value(made.arguments()).op(0x81);
        } else if (value instanceof Built built) {
            return value(built.object()).value(built.state()).op('b');
        } else if (value instanceof Persistent persistent) {
            return value(persistent.id()).op('Q');
        } else if (value instanceof Raw raw) {
            return raw(raw.instructions());
        }
        throw new IllegalArgumentException("no pickle of " + value);
    }

    private Pickle values(List<?> values) {
        values.forEach(this::value);
        return this;
    }
}
