package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Operation.Activation.Function;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.lower.Prepared.Gain;

/**
 * How large the values of a program for inference can be. An activation of oneDNN turns a NaN into zero, so that an
 * overflow need not show in a result; but values that are known to be small cannot overflow. What an operation makes of
 * values of some magnitude follows from its parameters ({@link Prepared#gain}). The bound of a deep network would soon be
 * beyond all floats, though its values are small; so before it is, values are looked at: if none is unusual, the bounds of
 * what follows begin anew.
 */
final class Magnitudes {
    /** Not unusual; looked at as a whole, see {@link Floats#exceeds}. */
    static final float USUAL = 1 << 20;

    /** Below, nothing overflows on the way: no sum of a map, no transform of Winograd's. */
    private static final double SAFE = 1e32;

    /** The sum of squares of such values. */
    private static final double SAFE_SQUARED = 1e15;

    private final double[] bounds;
    private final boolean[] watched;
    private final boolean bounded;

    /**
     * Bounds all values.
     *
     * @param prepared the program's parameters
     * @param usual largest value of images, and of what is looked at; {@link #USUAL}
     */
    Magnitudes(Program program, Prepared prepared, double usual) {
        int count = program.nodes().size();
        this.bounds = new double[count];
        this.watched = new boolean[count];
        boolean safe = true;
        for (int i = 0; i < count; i++) {
            ProgramNode node = program.nodes().get(i);
            watched[i] = i == 0;
            bounds[i] = i == 0 ? usual : bound(node, prepared);
            if (!(bounds[i] <= SAFE)) {
                for (int input : node.inputs()) {
                    watched[input] = true;
                    bounds[input] = Math.min(usual, bounds[input]);
                }
                bounds[i] = bound(node, prepared);
                safe &= bounds[i] <= SAFE;
            }
        }
        this.bounded = safe;
    }

    /** Whether nothing overflows if none of the watched values is unusual. */
    boolean bounded() {
        return bounded;
    }

    /** Whether the value at {@code position} is to be looked at. */
    boolean watched(int position) {
        return watched[position];
    }

    /** How large the value at {@code position} can be if no watched one is unusual. */
    double bound(int position) {
        return bounds[position];
    }

    /** Of the node's value, given those before it. */
    private double bound(ProgramNode node, Prepared prepared) {
        boolean adds = node.epilogue().addsLastInput();
        int own = node.inputs().size() - (adds ? 1 : 0);
        double largest = 0;
        double sum = 0;
        double product = 1;
        for (int i = 0; i < own; i++) {
            double input = bounds[node.inputs().get(i)];
            largest = Math.max(largest, input);
            sum += input;
            product *= input;
        }
        double added = adds ? bounds[node.inputs().get(own)] : 0;
        double bound = bound(node.op(), largest, sum, product, prepared) + added;
        // One that squashes its input must be given a finite one, too.
        return bound > SAFE
                ? bound
                : node.epilogue()
                        .activation()
                        .map(activation -> activated(activation, bound))
                        .orElse(bound);
    }

    private static double bound(Operation op, double largest, double sum, double product, Prepared prepared) {
        if (op instanceof Operation.Convolution
                || op instanceof Operation.Dense
                || op instanceof Operation.BatchNorm
                || op instanceof Operation.Prelu) {
            Gain gain = prepared.gain(op);
            return gain.slope() * largest + gain.offset();
        }
        if (op instanceof Operation.Activation activation) {
            return activated(activation, largest);
        }
        if (op instanceof Operation.LocalResponseNorm norm) {
            boolean safe = largest <= SAFE_SQUARED && norm.k() > 0 && norm.alpha() >= 0 && norm.beta() >= 0;
            return safe ? largest * Math.pow(norm.k(), -norm.beta()) : Double.POSITIVE_INFINITY;
        }
        if (op instanceof Operation.Add) {
            return sum;
        }
        if (op instanceof Operation.StochasticSum drawn) {
            return Math.max(1, drawn.factor()) * sum;
        }
        if (op instanceof Operation.Multiply) {
            return product;
        }
        if (op instanceof Operation.Scale scale) {
            return Math.abs(scale.factor()) * largest;
        }
        if (op instanceof Operation.Shift shift) {
            return largest + shift.by().stream().mapToDouble(Math::abs).max().orElse(0);
        }
        // All others choose among their input's values, or take a mean of them.
        return largest;
    }

    private static double activated(Operation.Activation activation, double bound) {
        return activation.function() == Function.RELU ? Math.max(1, Math.abs(activation.slope())) * bound : 1;
    }
}
