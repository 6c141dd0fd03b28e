package io.github.resnet4j.zoo.internal.npz;

import io.github.resnet4j.zoo.weights.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a {@code .npy} file says of its array: magic, version, and a Python dictionary of exactly {@code descr},
 * {@code fortran_order} and {@code shape} (NumPy Enhancement Proposal 1). Nothing is evaluated.
 *
 * @param descr the elements' type as NumPy writes it: {@code <f4}
 * @param fortran whether the first index changes fastest
 * @param shape of the array
 * @param bytes of the header, after which the elements begin
 */
record NpyHeader(String descr, boolean fortran, List<Long> shape, int bytes) {
    /** NumPy's own limit is 10,000 characters. */
    static final int LONGEST = 1 << 16;

    /** NumPy's own limit, before its version 2. */
    private static final int MAX_RANK = 32;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int PREFIX = MAGIC.length + 2;
    private static final Pattern ITEM = Pattern.compile(
            "\\s*(['\"])(descr|fortran_order|shape)\\1\\s*:\\s*('[^']*'|\"[^\"]*\"|True|False|\\([0-9L,\\s]*\\))\\s*(,|(?=\\}))");
    private static final Pattern SIZE = Pattern.compile("[0-9]{1,18}");

    /** Kind and width, without the byte order. */
    private static final Map<String, DType> TYPES = Map.of(
            "f8", DType.F64,
            "f4", DType.F32,
            "f2", DType.F16,
            "i8", DType.I64,
            "i4", DType.I32,
            "i2", DType.I16,
            "i1", DType.I8,
            "u1", DType.U8,
            "b1", DType.BOOL);

    /**
     * Reads a header from the beginning of a file.
     *
     * @param start at least the header, or all there is of it
     * @throws IllegalArgumentException saying what is wrong with it
     */
    static NpyHeader read(byte[] start) {
        ByteBuffer buffer = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        if (start.length < PREFIX + Integer.BYTES || !ByteBuffer.wrap(MAGIC).equals(buffer.slice(0, MAGIC.length))) {
            throw new IllegalArgumentException("does not begin as a .npy file");
        }
        int version = start[MAGIC.length];
        if (version < 1 || version > 3) {
            throw new IllegalArgumentException("has version " + version + " of the .npy format, not 1 to 3");
        }
        int begin = PREFIX + (version == 1 ? Short.BYTES : Integer.BYTES);
        long length = version == 1 ? buffer.getShort(PREFIX) & 0xFFFF : buffer.getInt(PREFIX) & 0xFFFF_FFFFL;
        if (length > start.length - begin) {
            throw new IllegalArgumentException("is cut short, or has a header of " + length + " bytes");
        }
        return parse(new String(start, begin, (int) length, StandardCharsets.UTF_8), begin + (int) length);
    }

    private static NpyHeader parse(String text, int bytes) {
        String dictionary = text.strip();
        if (!dictionary.startsWith("{")) {
            throw new IllegalArgumentException("has a header that is no dictionary");
        }
        Map<String, String> items = new HashMap<>();
        Matcher item = ITEM.matcher(dictionary);
        int at = 1;
        while (item.region(at, dictionary.length()).useTransparentBounds(true).lookingAt()) {
            if (items.put(item.group(2), item.group(3)) != null) {
                throw new IllegalArgumentException("has a header with two " + item.group(2));
            }
            at = item.end();
        }
        if (items.size() != 3 || !dictionary.substring(at).strip().equals("}")) {
            throw new IllegalArgumentException(
                    "has a header that is not descr, fortran_order and shape; structured arrays are not supported");
        }
        String descr = items.get("descr");
        if (!descr.matches("(['\"]).*\\1") || !items.get("fortran_order").matches("True|False")) {
            throw new IllegalArgumentException("has a header whose values are of other types than NumPy's");
        }
        return new NpyHeader(
                descr.substring(1, descr.length() - 1),
                items.get("fortran_order").equals("True"),
                shape(items.get("shape")),
                bytes);
    }

    private static List<Long> shape(String text) {
        if (!text.startsWith("(")) {
            throw new IllegalArgumentException("has a header whose shape is no tuple");
        }
        List<Long> shape = new ArrayList<>();
        for (String size :
                text.substring(1, text.length() - 1).replaceAll("[L\\s]", "").split(",")) {
            if (!size.isEmpty()) {
                if (!SIZE.matcher(size).matches() || shape.size() == MAX_RANK) {
                    throw new IllegalArgumentException("has a header with the shape " + text);
                }
                shape.add(Long.parseLong(size));
            }
        }
        return shape;
    }

    /** The type of the elements, if it is one of numbers that can be read. */
    Optional<DType> type() {
        return descr.matches("[<>|=][a-z][0-9]")
                ? Optional.ofNullable(TYPES.get(descr.substring(1)))
                : Optional.empty();
    }

    /** Whether the most significant byte of an element comes first. */
    boolean bigEndian() {
        return descr.startsWith(">");
    }

    /**
     * How many elements there are.
     *
     * @throws IllegalArgumentException if they are more than 2^63 bytes
     */
    long count(int width) {
        try {
            long count = 1;
            for (long size : shape) {
                count = Math.multiplyExact(count, size);
            }
            Math.addExact(Math.multiplyExact(count, (long) width), bytes);
            return count;
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("has a header with the impossible shape " + shape, e);
        }
    }
}
