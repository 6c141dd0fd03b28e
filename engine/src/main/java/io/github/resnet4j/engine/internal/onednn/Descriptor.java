package io.github.resnet4j.engine.internal.onednn;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A primitive that oneDNN has chosen for an operation on tensors of given layouts. Where a layout was {@link
 * Layout.Order#ANY}, {@link #layout} tells what became of it.
 */
public final class Descriptor {
    private final Scope scope;
    private final dnnl_primitive_desc handle;

    private Descriptor(Scope scope, dnnl_primitive_desc handle) {
        this.scope = scope;
        this.handle = handle;
        scope.onClose(() -> dnnl.dnnl_primitive_desc_destroy(handle));
    }

    /** Tensors of a primitive. */
    public enum Role {
        SOURCE(dnnl.dnnl_query_src_md),
        WEIGHTS(dnnl.dnnl_query_weights_md),
        DESTINATION(dnnl.dnnl_query_dst_md),
        SOURCE_GRADIENT(dnnl.dnnl_query_diff_src_md),
        WEIGHTS_GRADIENT(dnnl.dnnl_query_diff_weights_md),
        DESTINATION_GRADIENT(dnnl.dnnl_query_diff_dst_md),
        WORKSPACE(dnnl.dnnl_query_workspace_md),
        SCRATCHPAD(dnnl.dnnl_query_scratchpad_md);

        private final int query;

        Role(int query) {
            this.query = query;
        }
    }

    /** Element-wise functions. */
    public enum Eltwise {
        /** With the slope of the negative side. */
        RELU(dnnl.dnnl_eltwise_relu, dnnl.dnnl_eltwise_relu_use_dst_for_bwd),
        SIGMOID(dnnl.dnnl_eltwise_logistic, dnnl.dnnl_eltwise_logistic_use_dst_for_bwd),
        TANH(dnnl.dnnl_eltwise_tanh, dnnl.dnnl_eltwise_tanh_use_dst_for_bwd),
        /** Multiplication by a constant. */
        LINEAR(dnnl.dnnl_eltwise_linear, dnnl.dnnl_eltwise_linear);

        private final int forward;
        private final int backward;

        Eltwise(int forward, int backward) {
            this.forward = forward;
            this.backward = backward;
        }

        /** Whether its gradient is computed from its result: not where the result does not tell what it came from. */
        public boolean invertible(double alpha) {
            return forward != backward && !(this == RELU && alpha < 0);
        }

        private int backward(double alpha) {
            return invertible(alpha) ? backward : forward;
        }
    }

    /**
     * What a primitive does to its result before it writes it, in this order.
     *
     * @param sum adds what is already at the destination
     * @param function applied last, or null
     * @param slope of the function
     */
    public record PostOps(boolean sum, Eltwise function, double slope) {
        public static final PostOps NONE = new PostOps(false, null, 0);
    }

    /** Windows of convolutions and poolings: height, then width. */
    public record Geometry(long[] kernel, long[] strides, long[] dilation, long[] paddingBefore, long[] paddingAfter) {

        /** The same windows for maps that stand one behind the other, of which each sees one: depth, height, width. */
        public Geometry deep() {
            return new Geometry(
                    behind(1, kernel),
                    behind(1, strides),
                    behind(0, dilation),
                    behind(0, paddingBefore),
                    behind(0, paddingAfter));
        }

        private static long[] behind(long first, long[] others) {
            long[] all = new long[others.length + 1];
            all[0] = first;
            System.arraycopy(others, 0, all, 1, others.length);
            return all;
        }
    }

    private interface Create {
        int into(dnnl_primitive_desc handle, dnnl_primitive_attr attributes);
    }

    private static Descriptor create(Scope scope, String what, PostOps postOps, Create create) {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        Dnnl.check("attributes", dnnl.dnnl_primitive_attr_create(attributes));
        try {
            // The scratch memory of all primitives is one block of the plan's arena.
            Dnnl.check(
                    "attributes",
                    dnnl.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl.dnnl_scratchpad_mode_user));
            if (postOps.sum || postOps.function != null) {
                append(attributes, postOps);
            }
            dnnl_primitive_desc handle = new dnnl_primitive_desc();
            Dnnl.check(what, create.into(handle, attributes));
            return new Descriptor(scope, handle);
        } finally {
            dnnl.dnnl_primitive_attr_destroy(attributes);
        }
    }

    private static void append(dnnl_primitive_attr attributes, PostOps wanted) {
        dnnl_post_ops list = new dnnl_post_ops();
        Dnnl.check("post-ops", dnnl.dnnl_post_ops_create(list));
        try {
            if (wanted.sum) {
                Dnnl.check("post-ops", dnnl.dnnl_post_ops_append_sum(list, 1, 0, dnnl.dnnl_data_type_undef));
            }
            if (wanted.function != null) {
                Dnnl.check(
                        "post-ops",
                        dnnl.dnnl_post_ops_append_eltwise(list, wanted.function.forward, (float) wanted.slope, 0));
            }
            Dnnl.check("post-ops", dnnl.dnnl_primitive_attr_set_post_ops(attributes, list));
        } finally {
            dnnl.dnnl_post_ops_destroy(list);
        }
    }

    private static int kind(boolean training) {
        return training ? dnnl.dnnl_forward_training : dnnl.dnnl_forward_inference;
    }

    /** Convolution; {@code bias} may be null. Weights are oihw, or goihw with groups. */
    public static Descriptor convolution(
            Scope scope,
            boolean training,
            Layout source,
            Layout weights,
            Layout bias,
            Layout destination,
            Geometry window,
            PostOps postOps) {
        return create(
                scope,
                "convolution of " + source + " with " + weights,
                postOps,
                (handle, attributes) -> dnnl.dnnl_convolution_forward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        kind(training),
                        dnnl.dnnl_convolution_direct,
                        source.handle(),
                        weights.handle(),
                        bias == null ? null : bias.handle(),
                        destination.handle(),
                        window.strides,
                        window.dilation,
                        window.paddingBefore,
                        window.paddingAfter,
                        attributes));
    }

    /** Gradient of a convolution with respect to its source. */
    public static Descriptor convolutionSourceGradient(
            Scope scope, Descriptor forward, Layout source, Layout weights, Layout destination, Geometry window) {
        return create(
                scope,
                "gradient of convolution with " + weights,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_convolution_backward_data_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        dnnl.dnnl_convolution_direct,
                        source.handle(),
                        weights.handle(),
                        destination.handle(),
                        window.strides,
                        window.dilation,
                        window.paddingBefore,
                        window.paddingAfter,
                        forward.handle,
                        attributes));
    }

    /** Gradient of a convolution with respect to its weights and, unless {@code bias} is null, its bias. */
    public static Descriptor convolutionWeightsGradient(
            Scope scope,
            Descriptor forward,
            Layout source,
            Layout weights,
            Layout bias,
            Layout destination,
            Geometry window) {
        return create(
                scope,
                "weight gradient of convolution with " + weights,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_convolution_backward_weights_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        dnnl.dnnl_convolution_direct,
                        source.handle(),
                        weights.handle(),
                        bias == null ? null : bias.handle(),
                        destination.handle(),
                        window.strides,
                        window.dilation,
                        window.paddingBefore,
                        window.paddingAfter,
                        forward.handle,
                        attributes));
    }

    /** Batch normalisation with scale and shift; {@code fixed}: by given statistics instead of the batch's. */
    public static Descriptor batchNorm(
            Scope scope, boolean training, Layout layout, double eps, boolean fixed, boolean relu) {
        return create(
                scope,
                "batch normalisation of " + layout,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_batch_normalization_forward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        kind(training),
                        layout.handle(),
                        layout.handle(),
                        (float) eps,
                        flags(fixed, relu),
                        attributes));
    }

    /** Gradient of a batch normalisation, its scale and its shift. */
    public static Descriptor batchNormGradient(
            Scope scope, Descriptor forward, Layout layout, double eps, boolean fixed, boolean relu) {
        return create(
                scope,
                "gradient of batch normalisation of " + layout,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_batch_normalization_backward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        dnnl.dnnl_backward,
                        layout.handle(),
                        layout.handle(),
                        layout.handle(),
                        (float) eps,
                        flags(fixed, relu),
                        forward.handle,
                        attributes));
    }

    private static int flags(boolean fixed, boolean relu) {
        return dnnl.dnnl_use_scale
                | dnnl.dnnl_use_shift
                | (fixed ? dnnl.dnnl_use_global_stats : 0)
                | (relu ? dnnl.dnnl_fuse_norm_relu : 0);
    }

    /** An element-wise function; source and destination may be the same memory. */
    public static Descriptor eltwise(Scope scope, boolean training, Eltwise function, double alpha, Layout layout) {
        return create(
                scope,
                function + " of " + layout,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_eltwise_forward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        kind(training),
                        function.forward,
                        layout.handle(),
                        layout.handle(),
                        (float) alpha,
                        0,
                        attributes));
    }

    /** Gradient of an element-wise function, from its result where it is {@link Eltwise#invertible}, else its source. */
    public static Descriptor eltwiseGradient(Scope scope, Eltwise function, double alpha, Layout layout) {
        dnnl_primitive_desc forward = new dnnl_primitive_desc();
        Dnnl.check(
                function + " of " + layout,
                dnnl.dnnl_eltwise_forward_primitive_desc_create(
                        forward,
                        Dnnl.engine(),
                        dnnl.dnnl_forward_training,
                        function.backward(alpha),
                        layout.handle(),
                        layout.handle(),
                        (float) alpha,
                        0,
                        null));
        try {
            return create(
                    scope,
                    "gradient of " + function + " of " + layout,
                    PostOps.NONE,
                    (handle, attributes) -> dnnl.dnnl_eltwise_backward_primitive_desc_create(
                            handle,
                            Dnnl.engine(),
                            function.backward(alpha),
                            layout.handle(),
                            layout.handle(),
                            layout.handle(),
                            (float) alpha,
                            0,
                            forward,
                            attributes));
        } finally {
            dnnl.dnnl_primitive_desc_destroy(forward);
        }
    }

    /** Element-wise sum of two tensors; the first may be the destination too. */
    public static Descriptor add(Scope scope, Layout layout, PostOps postOps) {
        return add(scope, layout, layout, postOps);
    }

    /**
     * The same of a tensor and a smaller one.
     *
     * @param other of sizes that are the first's or 1
     */
    public static Descriptor add(Scope scope, Layout layout, Layout other, PostOps postOps) {
        return binary(scope, dnnl.dnnl_binary_add, layout, other, postOps);
    }

    /**
     * Element-wise product of two tensors; the first may be the destination too.
     *
     * @param other of sizes that are the first's or 1
     */
    public static Descriptor multiply(Scope scope, Layout layout, Layout other, PostOps postOps) {
        return binary(scope, dnnl.dnnl_binary_mul, layout, other, postOps);
    }

    private static Descriptor binary(Scope scope, int algorithm, Layout layout, Layout other, PostOps postOps) {
        return create(
                scope,
                "element-wise operation on " + layout + " and " + other,
                postOps,
                (handle, attributes) -> dnnl.dnnl_binary_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        algorithm,
                        layout.handle(),
                        other.handle(),
                        layout.handle(),
                        attributes));
    }

    /** Values that are not positive times a slope of their channel; {@code slopes} has sizes of 1 elsewhere. */
    public static Descriptor prelu(Scope scope, boolean training, Layout layout, Layout slopes) {
        return create(
                scope,
                "prelu of " + layout + " with " + slopes,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_prelu_forward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        kind(training),
                        layout.handle(),
                        slopes.handle(),
                        layout.handle(),
                        attributes));
    }

    /** Gradients of a prelu with respect to its source and its slopes. */
    public static Descriptor preluGradient(Scope scope, Descriptor forward, Layout layout, Layout slopes) {
        return create(
                scope,
                "gradient of prelu of " + layout + " with " + slopes,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_prelu_backward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        layout.handle(),
                        slopes.handle(),
                        layout.handle(),
                        slopes.handle(),
                        layout.handle(),
                        forward.handle,
                        attributes));
    }

    /** A local response normalisation over {@code size} channels: sums of squares times {@code alpha / size}. */
    public record ResponseNorm(long size, float alpha, float beta, float k) {}

    /** Local response normalisation. */
    public static Descriptor responseNorm(Scope scope, boolean training, ResponseNorm norm, Layout layout) {
        return create(
                scope,
                "local response normalisation of " + layout,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_lrn_forward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        kind(training),
                        dnnl.dnnl_lrn_across_channels,
                        layout.handle(),
                        layout.handle(),
                        norm.size,
                        norm.alpha,
                        norm.beta,
                        norm.k,
                        attributes));
    }

    /** Gradient of a local response normalisation. */
    public static Descriptor responseNormGradient(Scope scope, Descriptor forward, ResponseNorm norm, Layout layout) {
        return create(
                scope,
                "gradient of local response normalisation of " + layout,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_lrn_backward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        dnnl.dnnl_lrn_across_channels,
                        layout.handle(),
                        layout.handle(),
                        layout.handle(),
                        norm.size,
                        norm.alpha,
                        norm.beta,
                        norm.k,
                        forward.handle,
                        attributes));
    }

    /** Kinds of pooling. */
    public enum Pooling {
        MAX(dnnl.dnnl_pooling_max),
        /** The mean of the values, without the padding. */
        AVERAGE(dnnl.dnnl_pooling_avg_exclude_padding),
        /** The mean of the values and the padding. */
        AVERAGE_WITH_PADDING(dnnl.dnnl_pooling_avg_include_padding);

        private final int algorithm;

        Pooling(int algorithm) {
            this.algorithm = algorithm;
        }
    }

    /** Pooling; oneDNN counts dilation from 0. */
    public static Descriptor pooling(
            Scope scope,
            boolean training,
            Pooling kind,
            Layout source,
            Layout destination,
            Geometry window,
            PostOps postOps) {
        return create(
                scope,
                kind + " pooling of " + source,
                postOps,
                (handle, attributes) -> dnnl.dnnl_pooling_forward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        kind(training),
                        kind.algorithm,
                        source.handle(),
                        destination.handle(),
                        window.strides,
                        window.kernel,
                        window.dilation,
                        window.paddingBefore,
                        window.paddingAfter,
                        attributes));
    }

    /** Gradient of a pooling. */
    public static Descriptor poolingGradient(
            Scope scope, Descriptor forward, Pooling kind, Layout source, Layout destination, Geometry window) {
        return create(
                scope,
                "gradient of " + kind + " pooling of " + source,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_pooling_backward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        kind.algorithm,
                        source.handle(),
                        destination.handle(),
                        window.strides,
                        window.kernel,
                        window.dilation,
                        window.paddingBefore,
                        window.paddingAfter,
                        forward.handle,
                        attributes));
    }

    /** Inner product: source n×i, weights o×i, bias o or null, destination n×o. */
    public static Descriptor innerProduct(
            Scope scope,
            boolean training,
            Layout source,
            Layout weights,
            Layout bias,
            Layout destination,
            PostOps postOps) {
        return create(
                scope,
                "inner product of " + source + " with " + weights,
                postOps,
                (handle, attributes) -> dnnl.dnnl_inner_product_forward_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        kind(training),
                        source.handle(),
                        weights.handle(),
                        bias == null ? null : bias.handle(),
                        destination.handle(),
                        attributes));
    }

    /** Gradient of an inner product with respect to its source. */
    public static Descriptor innerProductSourceGradient(
            Scope scope, Descriptor forward, Layout source, Layout weights, Layout destination) {
        return create(
                scope,
                "gradient of inner product with " + weights,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_inner_product_backward_data_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        source.handle(),
                        weights.handle(),
                        destination.handle(),
                        forward.handle,
                        attributes));
    }

    /** Gradient of an inner product with respect to its weights and, unless {@code bias} is null, its bias. */
    public static Descriptor innerProductWeightsGradient(
            Scope scope, Descriptor forward, Layout source, Layout weights, Layout bias, Layout destination) {
        return create(
                scope,
                "weight gradient of inner product with " + weights,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_inner_product_backward_weights_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        source.handle(),
                        weights.handle(),
                        bias == null ? null : bias.handle(),
                        destination.handle(),
                        forward.handle,
                        attributes));
    }

    /** Products of matrices, one for each first index: source b×m×k, weights b×k×n, destination b×m×n. */
    public static Descriptor matrixProduct(Scope scope, Layout source, Layout weights, Layout destination) {
        return create(
                scope,
                "product of " + source + " with " + weights,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_matmul_primitive_desc_create(
                        handle,
                        Dnnl.engine(),
                        source.handle(),
                        weights.handle(),
                        null,
                        destination.handle(),
                        attributes));
    }

    /** A copy from one layout to another of the same shape. */
    public static Descriptor reorder(Scope scope, Layout from, Layout to) {
        return create(
                scope,
                "reorder of " + from,
                PostOps.NONE,
                (handle, attributes) -> dnnl.dnnl_reorder_primitive_desc_create(
                        handle, from.handle(), Dnnl.engine(), to.handle(), Dnnl.engine(), attributes));
    }

    /** Layout of one of the primitive's tensors; one of 0 bytes if it has no such tensor. */
    public Layout layout(Role role) {
        return Layout.copy(scope, new dnnl_memory_desc(dnnl.dnnl_primitive_desc_query_md(handle, role.query, 0)));
    }

    /** oneDNN's name of the code that runs, such as {@code jit:avx2}. */
    public String implementation() {
        try (PointerPointer<BytePointer> out = new PointerPointer<>(1L)) {
            Dnnl.check(
                    "ask for the implementation",
                    dnnl.dnnl_primitive_desc_query(handle, dnnl.dnnl_query_impl_info_str, 0, out));
            return out.get(BytePointer.class, 0).getString();
        }
    }

    /** Moves on to the next implementation; false if there is none, and then this descriptor is no longer usable. */
    public boolean next() {
        return dnnl.dnnl_primitive_desc_next_impl(handle) == dnnl.dnnl_success;
    }

    dnnl_primitive_desc handle() {
        return handle;
    }
}
