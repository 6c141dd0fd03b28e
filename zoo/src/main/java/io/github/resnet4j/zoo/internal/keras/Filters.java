package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;

/**
 * What was done to each chunk before it was written, in this order. A filter's place is its number in the file's list,
 * by which a chunk says that it was left out; -1 if it is not in the list.
 *
 * @param shuffle the first bytes of all elements, then all the second...
 * @param deflate as in zlib
 * @param fletcher32 a checksum behind the bytes
 */
record Filters(int shuffle, int deflate, int fletcher32) {
    static final Filters NONE = new Filters(-1, -1, -1);

    private static final int DEFLATE = 1;
    private static final int SHUFFLE = 2;
    private static final int FLETCHER32 = 3;

    /**
     * Reads the list; one in another order, or with anything else in it, is refused.
     *
     * @param width of an element, by which shuffling must have gone
     */
    static Filters read(Cursor list, int width) {
        int version = list.u8();
        if (version != 1 && version != 2) {
            throw list.bad(Fault.FILTER, "has version " + version + "; only 1 and 2 exist");
        }
        int count = list.u8();
        list.skip(version == 1 ? 6 : 0);
        int[] places = {-1, -1, -1};
        int last = -1;
        for (int i = 0; i < count; i++) {
            int id = list.u16();
            int nameBytes = version == 1 || id >= 256 ? list.u16() : 0;
            list.skip(2); // whether it may be left out
            int values = list.u16();
            list.skip(version == 1 ? nameBytes + 7L & ~7L : nameBytes);
            long first = values > 0 ? list.u32() : 0;
            list.skip(4L * Math.max(0, values - 1) + (version == 1 ? values % 2 * 4L : 0));
            int order =
                    switch (id) {
                        case SHUFFLE -> 0;
                        case DEFLATE -> 1;
                        case FLETCHER32 -> 2;
                        default -> -1;
                    };
            if (order <= last) {
                throw list.unread(
                        Fault.FILTER,
                        "names filter " + id + " as number " + (i + 1)
                                + "; only shuffle, gzip and fletcher32, in this order, are supported");
            }
            if (id == SHUFFLE && first != width) {
                throw list.bad(Fault.FILTER, "shuffles elements of " + first + " bytes, but they have " + width);
            }
            places[order] = i;
            last = order;
        }
        return new Filters(places[0], places[1], places[2]);
    }

    /** Those that were applied to a chunk, by its mask of those that were not. */
    Filters of(int leftOut) {
        return new Filters(applied(shuffle, leftOut), applied(deflate, leftOut), applied(fletcher32, leftOut));
    }

    private static int applied(int place, int leftOut) {
        return place >= 0 && (leftOut >> place & 1) == 0 ? place : -1;
    }
}
