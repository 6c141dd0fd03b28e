package io.github.resnet4j.engine.internal.onednn;

import io.github.resnet4j.engine.OneDnnException;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;

/** How the single-precision values of a tensor lie in memory. */
public final class Layout {
    /** Orders of the values; blocked ones keep 8 or 16 channels together. */
    public enum Order {
        /** oneDNN chooses. */
        ANY(dnnl.dnnl_format_tag_any),
        /** The last index runs fastest: nchw, oihw, nc. */
        PLAIN(0),
        /** Channels run fastest. */
        NHWC(dnnl.dnnl_nhwc),
        NCHW8C(dnnl.dnnl_nChw8c, dnnl.dnnl_nCdhw8c, 8),
        NCHW16C(dnnl.dnnl_nChw16c, dnnl.dnnl_nCdhw16c, 16);

        private final int tag;
        private final int deepTag;
        private final int block;

        Order(int tag) {
            this(tag, 0, 1);
        }

        Order(int tag, int deepTag, int block) {
            this.tag = tag;
            this.deepTag = deepTag;
            this.block = block;
        }

        /** Channels that lie together at a place; 1 if there are no blocks. */
        public int block() {
            return block;
        }
    }

    private static final int[] PLAIN_TAGS = {
        0, dnnl.dnnl_a, dnnl.dnnl_ab, dnnl.dnnl_abc, dnnl.dnnl_abcd, dnnl.dnnl_abcde, dnnl.dnnl_abcdef
    };

    private final dnnl_memory_desc handle;
    private final long[] shape;

    private Layout(dnnl_memory_desc handle, long[] shape) {
        this.handle = handle;
        this.shape = shape;
    }

    /** Values of {@code shape} in {@code order}. */
    public static Layout of(Scope scope, Order order, long... shape) {
        return tagged(scope, order, order == Order.PLAIN ? PLAIN_TAGS[shape.length] : order.tag, shape);
    }

    private static Layout tagged(Scope scope, Order order, int tag, long... shape) {
        dnnl_memory_desc handle = new dnnl_memory_desc();
        Dnnl.check(
                "describe " + Arrays.toString(shape) + " as " + order,
                dnnl.dnnl_memory_desc_create_with_tag(handle, shape.length, shape, dnnl.dnnl_f32, tag));
        return owned(scope, handle, shape);
    }

    /**
     * A batch of maps as one image, whose depth are the images of the batch: 1×C×N×H×W. Each block of channels is in one
     * piece then, and so are the first few blocks of a map.
     *
     * @param order one with blocks
     */
    public static Layout stack(Scope scope, Order order, long batch, long channels, long height, long width) {
        return tagged(scope, order, order.deepTag, 1, channels, batch, height, width);
    }

    /** Maps N×C×H×W as they lie in an order with blocks, described as 1×C×N×H×W: what goes into a {@link #stack}. */
    public static Layout stacked(Scope scope, Order order, long batch, long channels, long height, long width) {
        try (Scope passing = new Scope()) {
            Layout images = tagged(passing, order, order.deepTag, batch, channels, 1, height, width);
            dnnl_memory_desc handle = new dnnl_memory_desc();
            Dnnl.check(
                    "describe the stack of " + images,
                    dnnl.dnnl_memory_desc_permute_axes(handle, images.handle, new int[] {2, 1, 0, 3, 4}));
            return owned(scope, handle, new long[] {1, channels, batch, height, width});
        }
    }

    /** Values of {@code shape}, {@code strides} values apart. */
    public static Layout strided(Scope scope, long[] shape, long[] strides) {
        dnnl_memory_desc handle = new dnnl_memory_desc();
        Dnnl.check(
                "describe " + Arrays.toString(shape) + " with strides " + Arrays.toString(strides),
                dnnl.dnnl_memory_desc_create_with_strides(handle, shape.length, shape, dnnl.dnnl_f32, strides));
        return owned(scope, handle, shape.clone());
    }

    /**
     * The part of this tensor that begins at {@code offsets}.
     *
     * @throws OneDnnException if a part of these blocks cannot be described
     */
    public Layout part(Scope scope, long[] partShape, long[] offsets) {
        dnnl_memory_desc part = new dnnl_memory_desc();
        Dnnl.check(
                "describe the part " + Arrays.toString(partShape) + " of " + this,
                dnnl.dnnl_memory_desc_create_submemory(part, handle, partShape, offsets));
        return owned(scope, part, partShape.clone());
    }

    private static Layout owned(Scope scope, dnnl_memory_desc handle, long[] shape) {
        scope.onClose(() -> dnnl.dnnl_memory_desc_destroy(handle));
        return new Layout(handle, shape);
    }

    /** A copy of a descriptor that another object owns. */
    static Layout copy(Scope scope, dnnl_memory_desc borrowed) {
        dnnl_memory_desc handle = new dnnl_memory_desc();
        Dnnl.check("copy a layout", dnnl.dnnl_memory_desc_clone(handle, borrowed));
        try (IntPointer rank = new IntPointer(1L)) {
            Dnnl.check("ask a layout", dnnl.dnnl_memory_desc_query(handle, dnnl.dnnl_query_ndims_s32, rank));
            long[] shape = new long[rank.get()];
            if (shape.length > 0) {
                try (org.bytedeco.javacpp.PointerPointer<LongPointer> out =
                        new org.bytedeco.javacpp.PointerPointer<>(1L)) {
                    Dnnl.check("ask a layout", dnnl.dnnl_memory_desc_query(handle, dnnl.dnnl_query_dims, out));
                    out.get(LongPointer.class, 0).get(shape);
                }
            }
            return owned(scope, handle, shape);
        }
    }

    /** The same layout as a thing of {@code other}. */
    public Layout copy(Scope other) {
        return copy(other, handle);
    }

    dnnl_memory_desc handle() {
        return handle;
    }

    /** Sizes of the dimensions. */
    public long[] shape() {
        return shape.clone();
    }

    /** Bytes of memory, with what blocks need beyond the values; 0 if there is nothing to keep. */
    public long bytes() {
        return dnnl.dnnl_memory_desc_get_size(handle);
    }

    /** Whether the values lie at the same places. */
    public boolean same(Layout other) {
        return dnnl.dnnl_memory_desc_equal(handle, other.handle) != 0;
    }

    /** The shape and, where it has one of the known orders, its name. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (long size : shape) {
            text.append(text.isEmpty() ? "" : "×").append(size);
        }
        return text.toString();
    }

    /** The order of the values in oneDNN's letters, such as {@code aBcd8b}. */
    public String order() {
        try (IntPointer count = new IntPointer(1L);
                org.bytedeco.javacpp.PointerPointer<LongPointer> out = new org.bytedeco.javacpp.PointerPointer<>(1L)) {
            dnnl.dnnl_memory_desc_query(handle, dnnl.dnnl_query_inner_nblks_s32, count);
            long[] sizes = new long[count.get()];
            long[] dims = new long[count.get()];
            if (sizes.length > 0) {
                dnnl.dnnl_memory_desc_query(handle, dnnl.dnnl_query_inner_blks, out);
                out.get(LongPointer.class, 0).get(sizes);
                dnnl.dnnl_memory_desc_query(handle, dnnl.dnnl_query_inner_idxs, out);
                out.get(LongPointer.class, 0).get(dims);
            }
            long[] strides = new long[shape.length];
            dnnl.dnnl_memory_desc_query(handle, dnnl.dnnl_query_strides, out);
            out.get(LongPointer.class, 0).get(strides);
            Integer[] axes = new Integer[shape.length];
            Arrays.setAll(axes, i -> i);
            Arrays.sort(axes, (a, b) -> Long.compare(strides[b], strides[a]));
            StringBuilder text = new StringBuilder();
            for (int axis : axes) {
                boolean blocked = Arrays.stream(dims).anyMatch(dim -> dim == axis);
                text.append((char) ((blocked ? 'A' : 'a') + axis));
            }
            for (int i = 0; i < sizes.length; i++) {
                text.append(sizes[i]).append((char) ('a' + dims[i]));
            }
            return text.toString();
        }
    }
}
