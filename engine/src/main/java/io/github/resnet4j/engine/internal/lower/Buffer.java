package io.github.resnet4j.engine.internal.lower;

/** Memory of one or more tensors: a part of the arena, or memory that another object owns. */
final class Buffer {
    private static final int UNUSED = Integer.MAX_VALUE;

    private final long bytes;
    private final boolean arena;
    private int first = UNUSED;
    private int last = -1;
    private long address;

    private Buffer(long bytes, boolean arena, long address) {
        this.bytes = bytes;
        this.arena = arena;
        this.address = address;
    }

    /** A part of the arena, placed when the tape is finished. */
    static Buffer inArena(long bytes) {
        return new Buffer(bytes, true, 0);
    }

    /** Memory outside; 0 if it is known only at execution. */
    static Buffer at(long address) {
        return new Buffer(0, false, address);
    }

    /** Notes that the instruction at {@code time} reads or writes it. */
    void use(int time) {
        first = Math.min(first, time);
        last = Math.max(last, time);
    }

    boolean arena() {
        return arena;
    }

    boolean used() {
        return last >= 0;
    }

    long bytes() {
        return bytes;
    }

    int first() {
        return first;
    }

    int last() {
        return last;
    }

    long address() {
        return address;
    }

    void place(long where) {
        address = where;
    }
}
