package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Layout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A map that concatenations append channels to, one after the other, as those of a dense block do (Huang et al. 2017): each
 * one's value is the first channels of one tensor as large as the last one's, so that only what is new is written. It is a
 * {@link Layout#stack}: in the order of batches, each image has all of its channels together, and none of these values
 * would be in one piece.
 */
final class GrowingMap {
    private final Context context;
    /** Positions of the concatenations. */
    private final List<Integer> chain;

    private final Set<Integer> reserved = new HashSet<>();
    private LoweredTensor whole;

    private GrowingMap(Context context, List<Integer> chain) {
        this.context = context;
        this.chain = chain;
    }

    /** Those of a program, by the positions of their concatenations: of two or more, the first input is the one before. */
    static Map<Integer, GrowingMap> all(Context context) {
        Map<Integer, GrowingMap> all = new HashMap<>();
        if (context.order().block() == 1) {
            return all;
        }
        for (int i = 0; i < context.program().nodes().size(); i++) {
            if (isConcat(context, i) && !all.containsKey(i)) {
                List<Integer> chain = new ArrayList<>();
                for (int link = i; link >= 0; link = next(context, link)) {
                    chain.add(link);
                }
                if (chain.size() > 1) {
                    GrowingMap map = new GrowingMap(context, chain);
                    chain.forEach(link -> all.put(link, map));
                }
            }
        }
        return all;
    }

    private static boolean isConcat(Context context, int position) {
        return context.node(position).op() instanceof Operation.Concat;
    }

    private static int next(Context context, int position) {
        return context.readers(position).stream()
                .filter(reader -> isConcat(context, reader)
                        && context.node(reader).inputs().get(0) == position)
                .findFirst()
                .orElse(-1);
    }

    /** Whether the input {@code i} of the concatenation at {@code position} is the one before, and so there already. */
    boolean holds(int position, int i) {
        return i == 0 && chain.get(0) != position;
    }

    /** Where the value of {@code from} is to be written for the concatenation at {@code reader}; null if it must be copied. */
    LoweredTensor reserve(int reader, int from) {
        int channel = 0;
        for (int input : context.node(reader).inputs()) {
            if (input == from && channel % block() == 0 && reserved.add(from)) {
                return part(whole(), channel, context.node(from).extent());
            }
            channel += context.node(input).extent().channels();
        }
        return null;
    }

    /** Whether {@code value} lies at {@code channel} already. */
    boolean holds(LoweredTensor value, int channel) {
        Buffer place = whole().buffer().from(bytes(channel));
        return value.buffer().whole() == place.whole() && value.buffer().offset() == place.offset();
    }

    /** The value of a concatenation that has {@code extent}. */
    LoweredTensor first(Extent extent) {
        return part(whole(), 0, extent);
    }

    /** Those channels of {@code stack}, from {@code channel}, the first of a block. */
    LoweredTensor part(LoweredTensor stack, int channel, Extent extent) {
        return new LoweredTensor(context.stack(extent), stack.buffer().from(bytes(channel)));
    }

    /** Writes {@code value}, of {@code extent}, from {@code channel} on. */
    void append(String node, LoweredTensor value, Extent extent, int channel) {
        if (channel % block() == 0) {
            LoweredTensor from = value.layout().shape().length == 5
                    ? value
                    : context.stackedView(context.asMap(value, extent, node), extent);
            context.tape().copy(node, "place", from, part(whole(), channel, extent));
            return;
        }
        int end = channel + extent.channels();
        int last = (end - 1) / block() * block();
        if (last > channel && end % block() != 0) {
            // What the last block has no channels for yet is read as padding.
            LoweredTensor fresh = part(whole(), last, new Extent(block(), extent.height(), extent.width()));
            context.tape().host(node, "zeros", List.of(fresh), fresh::clear);
        }
        lanes(node, context.asStack(value, extent, node), 0, whole(), channel, extent.channels());
    }

    /** A copy of channels of {@code stack} that do not begin with a block. */
    LoweredTensor copy(String node, LoweredTensor stack, int channel, Extent extent) {
        LoweredTensor copy = context.tape().tensor(context.stack(extent));
        if (extent.channels() % block() != 0) {
            context.tape().host(node, "zeros", List.of(copy), copy::clear);
        }
        lanes(node, stack, channel, copy, 0, extent.channels());
        return copy;
    }

    /** Copies channels, as many at once as lie together on both sides. */
    private void lanes(String node, LoweredTensor from, int first, LoweredTensor to, int target, int count) {
        int run;
        for (int done = 0; done < count; done += run) {
            int here = first + done;
            int there = target + done;
            run = Math.min(count - done, block() - Math.max(here % block(), there % block()));
            context.tape().copy(node, "place", lane(from, here, run), lane(to, there, run));
        }
    }

    /** {@code run} channels of one block, as rows of places. */
    private LoweredTensor lane(LoweredTensor stack, int channel, int run) {
        Layout rows = Layout.strided(context.scope(), new long[] {places(), run}, new long[] {block(), 1});
        long inBlock = (long) channel % block() * Float.BYTES;
        return new LoweredTensor(rows, stack.buffer().from(bytes(channel / block() * block()) + inBlock));
    }

    private LoweredTensor whole() {
        if (whole == null) {
            whole = context.tape().tensor(context.stack(extent()));
        }
        return whole;
    }

    private Extent extent() {
        return context.node(chain.get(chain.size() - 1)).extent();
    }

    private long places() {
        return (long) context.batch() * extent().height() * extent().width();
    }

    /** Bytes of the blocks before {@code channel}, the first of a block. */
    private long bytes(int channel) {
        return channel * places() * Float.BYTES;
    }

    private int block() {
        return context.order().block();
    }
}
