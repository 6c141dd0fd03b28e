package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Role;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A convolution of a frozen node by {@link Winograd}'s method: Java transforms the tiles, oneDNN multiplies the matrices.
 * Where it suits it takes between two fifths and nine tenths of a direct convolution's time; see PERFORMANCE.md.
 */
final class LoweredWinograd extends Lowered {
    /** With fewer channels the transforms take longer than they save: on AVX-512 already with 32, which on AVX2 gain little. */
    private static final int LEAST_CHANNELS = 64;

    /** With fewer, reading the kernels' matrices, four times as large as the kernels, does not pay. */
    private static final int LEAST_TILES = 32;

    /** Tiles that are transformed together, as many as caches can hold. */
    private static final int TILES = 128;

    /** On a small map, tiles reach too far beyond its edge to leave a gain. */
    private static final double LEAST_GAIN = 2.5;

    private final Operation.Convolution op;
    private final Winograd.Tiling tiling;

    private LoweredWinograd(Context context, int position, Operation.Convolution op) {
        super(context, position);
        this.op = op;
        this.tiling = tiling(context, node, op);
    }

    /** The convolution by whatever method is faster here. */
    static Lowered convolution(Context context, int position, Operation.Convolution op) {
        return suits(context, position, op)
                ? new LoweredWinograd(context, position, op)
                : new LoweredConvolution(context, position, op);
    }

    private static boolean suits(Context context, int position, Operation.Convolution op) {
        ProgramNode node = context.node(position);
        Winograd.Tiling tiling = tiling(context, node, op);
        Window plain = new Window(3, 3, 1, 1, op.window().padding(), 1, 1);
        boolean relu = node.epilogue()
                .activation()
                .map(a -> a.function() == Operation.Activation.Function.RELU && a.slope() == 0)
                .orElse(true);
        return context.alone()
                && context.order() == Order.NHWC
                && node.frozen()
                && op.groups() == 1
                && op.window().equals(plain)
                && relu
                && fits(context, tiling)
                && Math.min(tiling.inChannels(), tiling.outChannels()) >= LEAST_CHANNELS
                && context.batch() * tiling.rows() * tiling.columns() >= LEAST_TILES
                && tiling.gain() >= LEAST_GAIN;
    }

    /** Whether Java can look at all of its maps, and at all of their tiles. */
    private static boolean fits(Context context, Winograd.Tiling tiling) {
        long tiles = (long) context.batch() * tiling.rows() * tiling.columns();
        long channels = Math.max(tiling.inChannels(), tiling.outChannels());
        return tiles * channels <= Floats.MOST_IN_A_BUFFER / Winograd.PLACES;
    }

    private static Winograd.Tiling tiling(Context context, ProgramNode node, Operation.Convolution op) {
        Extent in = context.node(node.inputs().get(0)).extent();
        Extent out = node.extent();
        Window.Padding padding = op.window().padding();
        return new Winograd.Tiling(
                in.height(),
                in.width(),
                in.channels(),
                out.height(),
                out.width(),
                out.channels(),
                padding.top(),
                padding.left());
    }

    @Override
    LoweredTensor forward() {
        LoweredTensor source = context.mapValue(input(0), node.name());
        boolean sum = node.epilogue().addsLastInput();
        LoweredTensor addend = sum ? context.mapValue(input(node.inputs().size() - 1), node.name()) : null;
        LoweredTensor result = context.tape().tensor(context.map(node.extent()));
        boolean biased = op.bias().isPresent() || op.norm().isPresent();
        LoweredTensor bias = biased ? context.prepared().bias(op) : null;

        int rows = context.batch() * tiling.rows();
        int times = Math.max(1, rows * tiling.columns() / TILES);
        int each = (rows + times - 1) / times;
        int tiles = each * tiling.columns();
        Layout in = Layout.of(context.scope(), Order.PLAIN, Winograd.PLACES, tiles, tiling.inChannels());
        Layout out = Layout.of(context.scope(), Order.PLAIN, Winograd.PLACES, tiles, tiling.outChannels());
        Layout any = Layout.of(context.scope(), Order.ANY, Winograd.PLACES, tiling.inChannels(), tiling.outChannels());
        Descriptor product = Descriptor.matrixProduct(context.scope(), in, any, out);
        LoweredTensor before = context.tape().tensor(in);
        LoweredTensor after = context.tape().tensor(out);
        Map<Argument, LoweredTensor> tensors = new EnumMap<>(Argument.class);
        tensors.put(Argument.SOURCE, before);
        tensors.put(Argument.WEIGHTS, context.prepared().tiles(op, product.layout(Role.WEIGHTS)));
        tensors.put(Argument.DESTINATION, after);
        List<LoweredTensor> outer = new ArrayList<>(List.of(source, result));
        if (sum) {
            outer.add(addend);
        }
        Winograd winograd = new Winograd(tiling, context.room());
        boolean relu = node.epilogue().activation().isPresent();
        context.tape()
                .append(new Instruction.Loop(
                        context.tape()
                                .primitive(
                                        node.name(),
                                        fused(op.norm().isPresent() ? "convolution + norm" : "convolution"),
                                        product,
                                        tensors),
                        "winograd",
                        (rows + each - 1) / each,
                        time -> winograd.read(
                                source.floats(),
                                time * each,
                                Math.min(each, rows - time * each),
                                before.floats(),
                                tiles * tiling.inChannels()),
                        time -> winograd.write(
                                after.floats(),
                                tiles * tiling.outChannels(),
                                time * each,
                                Math.min(each, rows - time * each),
                                floats(bias),
                                floats(addend),
                                relu,
                                result.floats()),
                        outer,
                        (long) Winograd.PLACES * rows * tiling.columns() * tiling.inChannels() * tiling.outChannels()));
        return result;
    }

    private static FloatBuffer floats(LoweredTensor tensor) {
        return tensor == null ? null : tensor.floats();
    }

    @Override
    void backward(LoweredTensor gradient) {
        throw new IllegalStateException("nothing goes back through the frozen " + node.name());
    }
}
