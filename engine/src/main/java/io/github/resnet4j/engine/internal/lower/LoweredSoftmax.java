package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import java.nio.FloatBuffer;
import java.util.List;

/** Softmax; in training with the cross-entropy of its result with the labels. A few thousand values, done in Java. */
final class LoweredSoftmax extends LoweredLoss {
    /** DL4J's LossMCXENT takes no smaller probability, so that the loss stays finite. */
    private static final double SMALLEST_LOG = Math.log(1e-10);

    private final Operation.SoftmaxCrossEntropy op;
    private LoweredTensor logits;
    private LoweredTensor probabilities;
    private Lowering.Wanted.Rows wanted;

    LoweredSoftmax(Context context, int position, Operation.SoftmaxCrossEntropy op, Losses losses) {
        super(context, position, losses);
        this.op = op;
    }

    @Override
    LoweredTensor forward() {
        logits = context.vectorValue(input(0), node.name());
        if (!logits.fits()) {
            throw new LoweringException(
                    node.name(), "its " + logits.layout() + " values need more than the 2 GiB that Java can address");
        }
        probabilities = context.tape().tensor(logits.layout());
        int classes = node.extent().channels();
        context.tape().host(node.name(), "softmax", List.of(logits, probabilities), () -> {
            FloatBuffer in = logits.floats();
            FloatBuffer out = probabilities.floats();
            for (int row = 0; row < context.batch(); row++) {
                softmax(in, out, row * classes, classes);
            }
        });
        return probabilities;
    }

    private static void softmax(FloatBuffer in, FloatBuffer out, int from, int classes) {
        double largest = in.get(from + largest(in, from, classes));
        double sum = 0;
        for (int i = from; i < from + classes; i++) {
            sum += Math.exp(in.get(i) - largest);
        }
        for (int i = from; i < from + classes; i++) {
            out.put(i, (float) (Math.exp(in.get(i) - largest) / sum));
        }
    }

    private static int largest(FloatBuffer values, int from, int classes) {
        int largest = 0;
        for (int i = 1; i < classes; i++) {
            if (values.get(from + i) > values.get(from + largest)) {
                largest = i;
            }
        }
        return largest;
    }

    @Override
    void backward(LoweredTensor none) {
        LoweredTensor result = context.tape().tensor(logits.layout());
        context.tape().host(node.name(), "cross-entropy", List.of(logits, probabilities, result), () -> {
            FloatBuffer in = logits.floats();
            FloatBuffer out = probabilities.floats();
            FloatBuffer gradient = result.floats();
            wanted = (Lowering.Wanted.Rows) losses.wanted();
            sum = 0;
            correct = 0;
            total = context.batch();
            counted = context.batch();
            int classes = node.extent().channels();
            for (int row = 0; row < context.batch(); row++) {
                cross(in, out, gradient, row * classes, classes);
            }
        });
        context.addGradient(input(0), node.name(), result, true);
    }

    private void cross(FloatBuffer in, FloatBuffer out, FloatBuffer gradient, int from, int classes) {
        int largest = largest(in, from, classes);
        correct += largest == largest(wanted.rows(), from, classes) ? 1 : 0;
        double exponentials = 0;
        for (int i = from; i < from + classes; i++) {
            exponentials += Math.exp(in.get(i) - in.get(from + largest));
        }
        double logSum = Math.log(exponentials) + in.get(from + largest);
        // DL4J multiplies the probabilities by the weight of the labels only where there are class weights.
        boolean weighted = !op.classWeights().isEmpty() || wanted.classWeights().isPresent();
        double mass = weighted ? 0 : 1;
        for (int i = 0; i < classes && weighted; i++) {
            mass += weight(i) * wanted.rows().get(from + i);
        }
        for (int i = 0; i < classes; i++) {
            if (!Float.isFinite(in.get(from + i))) {
                losses.poison(); // a loss that is clipped hides a logit of minus infinity
            }
            double label = weight(i) * wanted.rows().get(from + i);
            if (label != 0) {
                double log = in.get(from + i) - logSum;
                sum -= label * Math.max(log, SMALLEST_LOG);
            }
            gradient.put(from + i, (float) (out.get(from + i) * mass - label));
        }
    }

    /** How much a class counts: by the graph's own loss, and in this step. */
    private double weight(int of) {
        double own = op.classWeights().isEmpty() ? 1 : op.classWeights().get(of);
        return wanted.classWeights().isPresent() ? own * wanted.classWeights().get()[of] : own;
    }
}
