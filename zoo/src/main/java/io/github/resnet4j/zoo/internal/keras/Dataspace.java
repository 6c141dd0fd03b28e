package io.github.resnet4j.zoo.internal.keras;

import io.github.resnet4j.zoo.weights.Fault;
import java.util.Arrays;
import java.util.List;

/**
 * The sizes of an array or an attribute.
 *
 * @param sizes none for a scalar
 * @param count their product: at most 2^63 - 1
 */
record Dataspace(List<Long> sizes, long count) {
    private static final int RANK = 8;

    static Dataspace read(Cursor from) {
        int version = from.u8();
        if (version != 1 && version != 2) {
            throw from.bad(Fault.HDF5, "has version " + version + "; only 1 and 2 exist");
        }
        int rank = from.u8();
        boolean growing = (from.u8() & 1) != 0; // or says at least that it may not
        if (version == 2) {
            if (from.u8() == 2) { // neither scalar nor simple
                return new Dataspace(List.of(0L), 0);
            }
        } else {
            from.skip(5);
        }
        if (rank > RANK) {
            throw from.bad(Fault.RANK, "has " + rank + " dimensions; tensors have at most " + RANK);
        }
        Long[] sizes = new Long[rank];
        long count = 1;
        for (int i = 0; i < rank; i++) {
            sizes[i] = from.i64();
            try {
                count = Math.multiplyExact(count, sizes[i]);
            } catch (ArithmeticException e) {
                count = -1;
            }
            if (sizes[i] < 0 || count < 0) {
                throw from.bad(Fault.OVERFLOW, "has more than 2^63 elements");
            }
        }
        for (int i = 0; growing && i < rank; i++) {
            long most = from.i64();
            if (most >= 0 && most < sizes[i]) { // -1: unlimited
                throw from.bad(Fault.HDF5, "has a size of " + sizes[i] + " and may have at most " + most);
            }
        }
        return new Dataspace(Arrays.asList(sizes), count);
    }
}
