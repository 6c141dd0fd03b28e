package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Softmax over the channels at each place; in training, the cross-entropy of its result with a class for each place, and
 * the gradient of that, in one pass over the logits.
 */
final class LoweredPlaceSoftmax extends LoweredLoss {
    private final Operation.PlaceCrossEntropy op;
    private final int classes;
    private final int places;
    private LoweredTensor logits;

    LoweredPlaceSoftmax(Context context, int position, Operation.PlaceCrossEntropy op, Losses losses) {
        super(context, position, losses);
        this.op = op;
        Extent map = node.extent();
        this.classes = map.channels();
        this.places = Math.multiplyExact(map.height(), map.width());
    }

    /** In plain order, in which a channel's places are neighbours. Training needs no probabilities. */
    @Override
    LoweredTensor forward() {
        Extent map = node.extent();
        Layout plain =
                Layout.of(context.scope(), Order.PLAIN, context.batch(), map.channels(), map.height(), map.width());
        logits = context.convert(node.name(), context.mapValue(input(0), node.name()), plain);
        if (context.backward(position)) {
            return logits;
        }
        LoweredTensor result = context.tape().tensor(plain);
        context.tape().host(node.name(), "softmax", List.of(logits, result), () -> {
            Blocks.each(blocks(), context.alone(), () -> {
                Block values = new Block();
                return number -> {
                    values.read(number);
                    values.softmax();
                    values.write(result);
                };
            });
        });
        return result;
    }

    private int blocks() {
        return Math.multiplyExact(context.batch(), blocksOfAnImage());
    }

    private int blocksOfAnImage() {
        return Blocks.count(places);
    }

    @Override
    void backward(LoweredTensor none) {
        LoweredTensor result = context.tape().tensor(logits.layout());
        context.tape().host(node.name(), "cross-entropy", List.of(logits, result), () -> cross(result));
        context.addGradient(
                input(0), node.name(), context.convert(node.name(), result, context.map(node.extent())), true);
    }

    private void cross(LoweredTensor result) {
        Lowering.Wanted.Places wanted = (Lowering.Wanted.Places) losses.wanted();
        float[] weights = weights(wanted.classWeights());
        double[] sums = new double[blocks()];
        double[] totals = new double[sums.length];
        int[] right = new int[sums.length];
        int[] all = new int[sums.length];
        Blocks.each(sums.length, context.alone(), () -> {
            Block values = new Block();
            return number -> {
                values.read(number);
                values.label(wanted.classes(), weights);
                right[number] = values.right();
                all[number] = values.labelled();
                totals[number] = values.total();
                sums[number] = values.cross();
                values.write(result);
            };
        });
        sum = op.weight() * Arrays.stream(sums).sum();
        total = Arrays.stream(totals).sum();
        correct = Arrays.stream(right).sum();
        counted = Arrays.stream(all).sum();
        if (!Double.isFinite(sum)) {
            losses.poison();
        }
    }

    /** How much each class counts: by the graph's own loss, and in this step. */
    private float[] weights(Optional<float[]> now) {
        float[] weights = new float[classes];
        for (int i = 0; i < classes; i++) {
            double own = op.classWeights().isEmpty() ? 1 : op.classWeights().get(i);
            weights[i] = (float) (now.isPresent() ? own * now.get()[i] : own);
        }
        return weights;
    }

    /** The channels of neighbouring places of one image. */
    private final class Block {
        private final float[][] channels = new float[classes][Blocks.SIZE];
        private final float[] largest = new float[Blocks.SIZE];
        private final double[] sums = new double[Blocks.SIZE];
        private final int[] labels = new int[Blocks.SIZE];
        private final float[] weights = new float[Blocks.SIZE];
        /** Of the first channel's first value. */
        private long offset;

        private int first;
        private int length;

        void read(int number) {
            int image = number / blocksOfAnImage();
            int from = number % blocksOfAnImage() * Blocks.SIZE;
            first = image * places + from;
            length = Math.min(Blocks.SIZE, places - from);
            offset = ((long) image * classes * places + from) * Float.BYTES;
            for (int c = 0; c < classes; c++) {
                Floats.get(logits.buffer().address() + offset + plane(c), channels[c], length);
            }
            Arrays.fill(largest, Float.NEGATIVE_INFINITY);
            for (float[] channel : channels) {
                for (int i = 0; i < length; i++) {
                    largest[i] = Math.max(largest[i], channel[i]);
                }
            }
        }

        private long plane(int channel) {
            return (long) channel * places * Float.BYTES;
        }

        void write(LoweredTensor to) {
            for (int c = 0; c < classes; c++) {
                Floats.put(to.buffer().address() + offset + plane(c), channels[c], length);
            }
        }

        /** @param of each class */
        void label(byte[] map, float[] of) {
            for (int i = 0; i < length; i++) {
                int label = Byte.toUnsignedInt(map[first + i]);
                labels[i] = label < classes ? label : -1;
                weights[i] = label < classes ? of[label] : 0;
            }
        }

        /** Places whose label has the largest logit, alone or before all others that have it. */
        int right() {
            int count = 0;
            for (int i = 0; i < length; i++) {
                boolean could = labels[i] >= 0 && channels[labels[i]][i] == largest[i];
                for (int c = 0; could && c < labels[i]; c++) {
                    could = channels[c][i] < largest[i];
                }
                count += could ? 1 : 0;
            }
            return count;
        }

        int labelled() {
            int count = 0;
            for (int i = 0; i < length; i++) {
                count += labels[i] >= 0 ? 1 : 0;
            }
            return count;
        }

        double total() {
            double total = 0;
            for (int i = 0; i < length; i++) {
                total += weights[i];
            }
            return total;
        }

        void softmax() {
            Arrays.fill(sums, 0);
            for (float[] channel : channels) {
                for (int i = 0; i < length; i++) {
                    channel[i] = (float) Math.exp(channel[i] - largest[i]);
                    sums[i] += channel[i];
                }
            }
            for (float[] channel : channels) {
                for (int i = 0; i < length; i++) {
                    channel[i] /= (float) sums[i];
                }
            }
        }

        /** The sum of the places' losses, whose gradients replace the logits; NaN if any logit is not finite. */
        double cross() {
            double loss = 0;
            for (float[] channel : channels) {
                float broken = 0;
                for (int i = 0; i < length; i++) {
                    broken += 0 * channel[i];
                }
                loss += broken;
            }
            for (int i = 0; i < length; i++) {
                loss += labels[i] < 0 ? 0 : weights[i] * ((double) largest[i] - channels[labels[i]][i]);
            }
            softmax();
            for (float[] channel : channels) {
                for (int i = 0; i < length; i++) {
                    channel[i] *= (float) op.weight() * weights[i];
                }
            }
            for (int i = 0; i < length; i++) {
                if (labels[i] >= 0) {
                    loss += weights[i] * Math.log(sums[i]);
                    channels[labels[i]][i] -= (float) op.weight() * weights[i];
                }
            }
            return loss;
        }
    }
}
