package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.util.Arrays;
import java.util.List;

/** The distance of a map's values from others, and its gradient, in one pass. */
final class LoweredDistance extends LoweredLoss {
    private final boolean squared;
    private LoweredTensor values;

    LoweredDistance(Context context, int position, Operation.Distance op, Losses losses) {
        super(context, position, losses);
        this.squared = op.squared();
    }

    /** In plain order, as the values to compare with are. */
    @Override
    LoweredTensor forward() {
        Extent map = node.extent();
        Layout plain =
                Layout.of(context.scope(), Order.PLAIN, context.batch(), map.channels(), map.height(), map.width());
        values = context.convert(node.name(), context.mapValue(input(0), node.name()), plain);
        return values;
    }

    @Override
    void backward(LoweredTensor none) {
        LoweredTensor result = context.tape().tensor(values.layout());
        context.tape().host(node.name(), squared ? "squared distance" : "distance", List.of(values, result), () -> {
            long wanted = ((Lowering.Wanted.Values) losses.wanted()).address();
            long from = values.buffer().address();
            long to = result.buffer().address();
            long count = values.count();
            double[] sums = new double[Blocks.count(count)];
            Blocks.each(sums.length, context.alone(), () -> {
                float[] own = new float[Blocks.SIZE];
                float[] other = new float[Blocks.SIZE];
                return block -> {
                    long begin = (long) block * Blocks.SIZE;
                    int length = (int) Math.min(Blocks.SIZE, count - begin);
                    long offset = begin * Float.BYTES;
                    Floats.get(from + offset, own, length);
                    Floats.get(wanted + offset, other, length);
                    sums[block] = squared ? squares(own, other, length) : absolutes(own, other, length);
                    Floats.put(to + offset, own, length);
                };
            });
            sum = Arrays.stream(sums).sum();
            total = count;
            if (!Double.isFinite(sum)) {
                losses.poison();
            }
        });
        context.addGradient(
                input(0), node.name(), context.convert(node.name(), result, context.map(node.extent())), true);
    }

    /** The sum of squared differences, whose gradients replace {@code values}. */
    private static double squares(float[] values, float[] wanted, int length) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            double difference = (double) values[i] - wanted[i];
            sum += difference * difference;
        }
        for (int i = 0; i < length; i++) {
            values[i] = 2 * (values[i] - wanted[i]);
        }
        return sum;
    }

    /** The sum of absolute differences, whose gradients replace {@code values}. */
    private static double absolutes(float[] values, float[] wanted, int length) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += Math.abs((double) values[i] - wanted[i]);
        }
        for (int i = 0; i < length; i++) {
            values[i] = Math.signum(values[i] - wanted[i]);
        }
        return sum;
    }
}
