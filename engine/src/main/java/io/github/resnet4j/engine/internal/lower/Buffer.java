package io.github.resnet4j.engine.internal.lower;

/** Memory of one or more tensors: a part of the arena, or memory that another object owns. */
final class Buffer {
    private static final int UNUSED = Integer.MAX_VALUE;

    private final long bytes;
    private final boolean arena;
    private final Buffer whole;
    private final long offset;
    private int first = UNUSED;
    private int last = -1;
    private long address;

    private Buffer(long bytes, boolean arena, long address) {
        this.bytes = bytes;
        this.arena = arena;
        this.address = address;
        this.whole = this;
        this.offset = 0;
    }

    private Buffer(Buffer whole, long offset) {
        this.bytes = 0;
        this.arena = whole.arena;
        this.whole = whole;
        this.offset = offset;
    }

    /** A part of the arena, placed when the tape is finished. */
    static Buffer inArena(long bytes) {
        return new Buffer(bytes, true, 0);
    }

    /** Memory outside; 0 if it is known only at execution. */
    static Buffer at(long address) {
        return new Buffer(0, false, address);
    }

    /** The part of this one that begins {@code from} bytes behind its beginning. It moves along, and keeps it alive. */
    Buffer from(long from) {
        return from == 0 ? this : new Buffer(whole, offset + from);
    }

    /** What it is a part of; itself, if it is none. */
    Buffer whole() {
        return whole;
    }

    /** Bytes between the beginning of {@link #whole} and its own. */
    long offset() {
        return offset;
    }

    /** Notes that the instruction at {@code time} reads or writes it. */
    void use(int time) {
        whole.first = Math.min(whole.first, time);
        whole.last = Math.max(whole.last, time);
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
        return whole.address + offset;
    }

    void place(long where) {
        address = where;
    }
}
