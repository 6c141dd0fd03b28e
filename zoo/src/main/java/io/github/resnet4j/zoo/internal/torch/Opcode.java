package io.github.resnet4j.zoo.internal.torch;

import java.util.Map;

/** The 34 pickle instructions that PyTorch's own restricted unpickler knows, and what follows each. */
enum Opcode {
    PROTO(0x80, Argument.BYTE),
    STOP('.', Argument.NOTHING),
    MARK('(', Argument.NOTHING),

    NONE('N', Argument.NOTHING),
    NEWTRUE(0x88, Argument.NOTHING),
    NEWFALSE(0x89, Argument.NOTHING),
    BININT('J', Argument.FOUR_BYTES),
    BININT1('K', Argument.BYTE),
    BININT2('M', Argument.TWO_BYTES),
    LONG1(0x8A, Argument.BYTES_COUNTED_BY_1),
    BINFLOAT('G', Argument.EIGHT_BYTES),
    BINUNICODE('X', Argument.BYTES_COUNTED_BY_4),
    SHORT_BINSTRING('U', Argument.BYTES_COUNTED_BY_1),

    EMPTY_TUPLE(')', Argument.NOTHING),
    TUPLE('t', Argument.NOTHING),
    TUPLE1(0x85, Argument.NOTHING),
    TUPLE2(0x86, Argument.NOTHING),
    TUPLE3(0x87, Argument.NOTHING),
    EMPTY_LIST(']', Argument.NOTHING),
    APPEND('a', Argument.NOTHING),
    APPENDS('e', Argument.NOTHING),
    EMPTY_DICT('}', Argument.NOTHING),
    SETITEM('s', Argument.NOTHING),
    SETITEMS('u', Argument.NOTHING),
    EMPTY_SET(0x8F, Argument.NOTHING),

    BINGET('h', Argument.BYTE),
    LONG_BINGET('j', Argument.FOUR_BYTES),
    BINPUT('q', Argument.BYTE),
    LONG_BINPUT('r', Argument.FOUR_BYTES),

    GLOBAL('c', Argument.TWO_LINES),
    REDUCE('R', Argument.NOTHING),
    NEWOBJ(0x81, Argument.NOTHING),
    BUILD('b', Argument.NOTHING),
    BINPERSID('Q', Argument.NOTHING);

    /** What follows an instruction. */
    enum Argument {
        NOTHING,
        BYTE,
        TWO_BYTES,
        FOUR_BYTES,
        EIGHT_BYTES,
        BYTES_COUNTED_BY_1,
        BYTES_COUNTED_BY_4,
        TWO_LINES
    }

    /** Python's other instructions, for messages. */
    private static final Map<Integer, String> OTHERS = Map.ofEntries(
            Map.entry((int) 'I', "INT"),
            Map.entry((int) 'L', "LONG"),
            Map.entry((int) 'F', "FLOAT"),
            Map.entry((int) 'S', "STRING"),
            Map.entry((int) 'V', "UNICODE"),
            Map.entry((int) 'T', "BINSTRING"),
            Map.entry((int) 'B', "BINBYTES"),
            Map.entry((int) 'C', "SHORT_BINBYTES"),
            Map.entry((int) 'd', "DICT"),
            Map.entry((int) 'l', "LIST"),
            Map.entry((int) 'i', "INST"),
            Map.entry((int) 'o', "OBJ"),
            Map.entry((int) 'p', "PUT"),
            Map.entry((int) 'g', "GET"),
            Map.entry((int) 'P', "PERSID"),
            Map.entry((int) '0', "POP"),
            Map.entry((int) '1', "POP_MARK"),
            Map.entry((int) '2', "DUP"),
            Map.entry(0x82, "EXT1"),
            Map.entry(0x83, "EXT2"),
            Map.entry(0x84, "EXT4"),
            Map.entry(0x8B, "LONG4"),
            Map.entry(0x8C, "SHORT_BINUNICODE"),
            Map.entry(0x8D, "BINUNICODE8"),
            Map.entry(0x8E, "BINBYTES8"),
            Map.entry(0x90, "ADDITEMS"),
            Map.entry(0x91, "FROZENSET"),
            Map.entry(0x92, "NEWOBJ_EX"),
            Map.entry(0x93, "STACK_GLOBAL"),
            Map.entry(0x94, "MEMOIZE"),
            Map.entry(0x95, "FRAME"),
            Map.entry(0x96, "BYTEARRAY8"),
            Map.entry(0x97, "NEXT_BUFFER"),
            Map.entry(0x98, "READONLY_BUFFER"));

    private static final Opcode[] BY_CODE = new Opcode[256];

    static {
        for (Opcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;
    private final Argument argument;

    Opcode(int code, Argument argument) {
        this.code = code;
        this.argument = argument;
    }

    /** Its byte. */
    int code() {
        return code;
    }

    Argument argument() {
        return argument;
    }

    /** Whether this byte is one of the instructions. */
    static boolean isKnown(int code) {
        return BY_CODE[code] != null;
    }

    /** The instruction of this byte, which must be one of them. */
    static Opcode of(int code) {
        return BY_CODE[code];
    }

    /** What Python calls the instruction of this byte, for people. */
    static String nameOf(int code) {
        String hex = String.format("0x%02x", code);
        String name = OTHERS.get(code);
        return name == null ? "the byte " + hex : name + " (" + hex + ")";
    }
}
