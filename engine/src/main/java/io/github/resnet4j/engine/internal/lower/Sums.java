package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Window;
import io.github.resnet4j.engine.internal.onednn.Call.Argument;
import io.github.resnet4j.engine.internal.onednn.Descriptor;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Eltwise;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Geometry;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Pooling;
import io.github.resnet4j.engine.internal.onednn.Descriptor.PostOps;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.util.Map;

/**
 * Sums of maps by way of oneDNN's mean poolings: its reductions have no fast code for the layouts of maps and take a
 * hundred times as long.
 */
final class Sums {
    private Sums() {}

    /** The sum over rows and columns of {@code map}, C×H×W for each image: C×1×1. */
    static LoweredTensor overPlaces(Context context, String node, LoweredTensor map, Extent extent) {
        Layout destination = context.map(new Extent(extent.channels(), 1, 1));
        int places = extent.height() * extent.width();
        return mean(context, node, map, destination, whole(extent.height(), extent.width()), places);
    }

    /** The sum over channels of {@code map}, C×H×W for each image: 1×H×W. */
    static LoweredTensor overChannels(Context context, String node, LoweredTensor map, Extent extent) {
        Columns columns = new Columns(context, extent);
        LoweredTensor sum =
                mean(context, node, columns.of(map, node), columns.pooled(), columns.window(), extent.channels());
        return columns.map(sum, node);
    }

    private static LoweredTensor mean(
            Context context, String node, LoweredTensor source, Layout destination, Geometry window, double count) {
        LoweredTensor result = context.tape().tensor(destination);
        Descriptor pooling = Descriptor.pooling(
                context.scope(),
                false,
                Pooling.AVERAGE,
                source.layout(),
                destination,
                window,
                new PostOps(false, Eltwise.LINEAR, count));
        context.tape().call(node, "sum", pooling, Map.of(Argument.SOURCE, source, Argument.DESTINATION, result));
        return result;
    }

    /** The window that is as large as the map. */
    private static Geometry whole(int rows, int columns) {
        return LoweredConvolution.geometry(new Window(rows, columns, 1, 1, Window.Padding.NONE, 1, 1));
    }

    /**
     * Maps as oneDNN can pool their channels. In plain order, a map's channels lie one behind the other like the rows of
     * a map of one column, whose own channels run fastest: those are the places of the real one.
     */
    static final class Columns {
        private final Context context;
        private final Extent extent;
        private final Geometry window;

        Columns(Context context, Extent extent) {
            this.context = context;
            this.extent = extent;
            this.window = whole(extent.channels(), 1);
        }

        Geometry window() {
            return window;
        }

        /** {@code map}, of the extent. */
        LoweredTensor of(LoweredTensor map, String reader) {
            return new LoweredTensor(
                    layout(extent.channels()),
                    context.convert(reader, map, plain(extent.channels())).buffer());
        }

        /** The layout of what is pooled. */
        Layout layout() {
            return layout(extent.channels());
        }

        /** The layout of what a pooling leaves. */
        Layout pooled() {
            return layout(1);
        }

        /** What a pooling has left, 1×H×W in the common order. */
        LoweredTensor map(LoweredTensor pooled, String reader) {
            LoweredTensor plain = new LoweredTensor(plain(1), pooled.buffer());
            return context.convert(reader, plain, context.map(new Extent(1, extent.height(), extent.width())));
        }

        /** The reverse: 1×H×W in the layout that a pooling leaves. */
        LoweredTensor pooled(LoweredTensor map, String reader) {
            return new LoweredTensor(
                    pooled(), context.convert(reader, map, plain(1)).buffer());
        }

        /** The reverse: what goes into a pooling, as C×H×W in the common order. */
        LoweredTensor unpooled(LoweredTensor columns, String reader) {
            return context.convert(
                    reader, new LoweredTensor(plain(extent.channels()), columns.buffer()), context.map(extent));
        }

        private Layout plain(int channels) {
            return Layout.of(context.scope(), Order.PLAIN, context.batch(), channels, extent.height(), extent.width());
        }

        private Layout layout(int rows) {
            long places = (long) extent.height() * extent.width();
            return Layout.of(context.scope(), Order.NHWC, context.batch(), places, rows, 1);
        }
    }
}
