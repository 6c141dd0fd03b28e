package io.github.resnet4j.zoo.internal.torch;

import io.github.resnet4j.zoo.weights.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pickle makes. Values do nothing. Lists and dicts can change only as long as they are part of nothing else, as in
 * every pickle that Python writes of a tree; so there are no cycles, and a value's height is known when it is made.
 */
sealed interface Value
        permits Global,
                Value.Atom,
                Value.Int,
                Value.Real,
                Value.Text,
                Value.Tuple,
                Value.Container,
                Value.Opaque,
                Value.Storage,
                Value.Strided {
    /** What it is, for people. */
    String what();

    /** Levels of values below it. */
    default int height() {
        return 0;
    }

    /** Whether Python would take it as a key. */
    default boolean isKey() {
        return true;
    }

    /** Becomes part of another: does not change any more. */
    default void seal() {}

    /** Values without parts. */
    enum Atom implements Value {
        NONE("None"),
        TRUE("True"),
        FALSE("False"),
        /** An integer of more than 64 bits. */
        HUGE_INTEGER("a huge integer"),
        DEVICE("a device"),
        /** Longer than any name, and not kept. */
        LONG_TEXT("a long text"),
        EMPTY_SET("a set") {
            @Override
            public boolean isKey() {
                return false;
            }
        };

        private final String what;

        Atom(String what) {
            this.what = what;
        }

        @Override
        public String what() {
            return what;
        }
    }

    /** An integer. */
    record Int(long value) implements Value {
        @Override
        public String what() {
            return "an integer";
        }
    }

    /** A number. */
    record Real(double value) implements Value {
        @Override
        public String what() {
            return "a number";
        }
    }

    /** A text. */
    record Text(String value) implements Value {
        @Override
        public String what() {
            return "a text";
        }
    }

    /**
     * Data that no weights need, such as a set, a NumPy array or a path: nothing is known of it but what it is.
     *
     * @param what it is, for people
     * @param isKey whether Python would take it as a key
     */
    record Opaque(String what, boolean isKey) implements Value {}

    /** A tuple; also a {@code torch.Size}. */
    final class Tuple implements Value {
        static final Tuple EMPTY = new Tuple(new Value[0]);

        private final Value[] items;
        private final int height;
        private final boolean key;

        Tuple(Value[] items) {
            this.items = items;
            int highest = 0;
            boolean keys = true;
            for (Value item : items) {
                item.seal();
                highest = Math.max(highest, item.height());
                keys &= item.isKey();
            }
            this.height = highest + 1;
            this.key = keys;
        }

        int size() {
            return items.length;
        }

        Value get(int i) {
            return items[i];
        }

        @Override
        public String what() {
            return "a tuple";
        }

        @Override
        public int height() {
            return height;
        }

        @Override
        public boolean isKey() {
            return key;
        }
    }

    /** A list, a dict, or an object with attributes. */
    abstract sealed class Container implements Value {
        private int height = 1;
        private boolean sealed;

        final boolean isSealed() {
            return sealed;
        }

        final void contain(Value part) {
            part.seal();
            height = Math.max(height, part.height() + 1);
        }

        @Override
        public final void seal() {
            sealed = true;
        }

        @Override
        public final int height() {
            return height;
        }

        @Override
        public final boolean isKey() {
            return false;
        }
    }

    /** A list. */
    final class Items extends Container {
        private final List<Value> values = new ArrayList<>(0);

        void add(Value value) {
            contain(value);
            values.add(value);
        }

        List<Value> values() {
            return values;
        }

        @Override
        public String what() {
            return "a list";
        }
    }

    /** A dict or an OrderedDict: pairs in the order in which they were set, with whatever was set twice. */
    final class Dict extends Container {
        private final boolean ordered;
        private final List<Value> keys = new ArrayList<>(0);
        private final List<Value> values = new ArrayList<>(0);

        Dict(boolean ordered) {
            this.ordered = ordered;
        }

        void put(Value key, Value value) {
            contain(key);
            contain(value);
            keys.add(key);
            values.add(value);
        }

        /** Whether it is an OrderedDict. */
        boolean isOrdered() {
            return ordered;
        }

        int size() {
            return keys.size();
        }

        Value key(int i) {
            return keys.get(i);
        }

        Value value(int i) {
            return values.get(i);
        }

        @Override
        public String what() {
            return "a dict";
        }
    }

    /** An {@code argparse.Namespace}: its attributes are of no interest. */
    final class Namespace extends Container {
        @Override
        public String what() {
            return "an argparse.Namespace";
        }
    }

    /**
     * Elements in the file, or some of them.
     *
     * @param key its name
     * @param type what it is
     * @param from the first element that it has of those of this name
     * @param count of its elements
     */
    record Storage(String key, Global type, long from, long count) implements Value {
        @Override
        public String what() {
            return "a storage";
        }
    }

    /**
     * A tensor: an arrangement of elements of a storage.
     *
     * @param storage its key
     * @param start the byte of the storage at which the first element is
     */
    record Strided(String storage, DType type, long start, long[] sizes, long[] strides) implements Value {
        /** Bytes of all elements, one by one; known to be less than 2^63. */
        long bytes() {
            long bytes = type.bytes();
            for (long size : sizes) {
                bytes *= size;
            }
            return bytes;
        }

        @Override
        public String what() {
            return "a tensor";
        }
    }
}
