package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.lower.Lowering.Wanted;
import io.github.resnet4j.zoo.network.Output;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Targets as a program's loss reads them.
 *
 * @param wanted what the loss compares with
 * @param memory of it, to be kept as long as that is used
 */
record Comparison(Wanted wanted, Optional<INDArray> memory) {

    /**
     * Checks targets against a loss.
     *
     * @throws IllegalArgumentException if they are of another kind, of another shape, or have a label without a meaning
     */
    static Comparison of(ProgramNode loss, Targets targets, int batch) {
        Extent extent = loss.extent();
        if (loss.op() instanceof Operation.SoftmaxCrossEntropy && targets instanceof Targets.Classes classes) {
            INDArray rows = InputArrays.labels(classes.labels(), batch, extent.channels());
            return new Comparison(new Wanted.Rows(rows.data().asNioFloat(), classes.classWeights()), Optional.of(rows));
        }
        if (loss.op() instanceof Operation.PlaceCrossEntropy && targets instanceof Targets.ClassMaps maps) {
            return places(maps, extent, batch);
        }
        if (loss.op() instanceof Operation.Distance && targets instanceof Targets.Values values) {
            INDArray dense = InputArrays.values(values.values(), batch, extent);
            return new Comparison(new Wanted.Values(GraphState.address(dense)), Optional.of(dense));
        }
        throw otherKind(loss.name(), targets);
    }

    private static Comparison places(Targets.ClassMaps maps, Extent extent, int batch) {
        if (maps.images() != batch || maps.height() != extent.height() || maps.width() != extent.width()) {
            throw new IllegalArgumentException("the batch needs " + batch + " maps of " + extent.height() + "×"
                    + extent.width() + " classes, got " + maps);
        }
        int classes = extent.channels();
        if (classes > Output.VOID) {
            throw new IllegalArgumentException(
                    "a byte has no room for " + classes + " classes; " + Output.VOID + " are possible");
        }
        maps.classWeights().ifPresent(weights -> {
            if (weights.length != classes) {
                throw new IllegalArgumentException(
                        "the graph has " + classes + " classes, but there are weights of " + weights.length);
            }
        });
        requireKnown(maps, classes);
        return new Comparison(new Wanted.Places(maps.classes(), maps.classWeights()), Optional.empty());
    }

    private static void requireKnown(Targets.ClassMaps maps, int classes) {
        byte[] labels = maps.classes();
        int[] counts = new int[1 << Byte.SIZE];
        for (byte label : labels) {
            counts[Byte.toUnsignedInt(label)]++;
        }
        for (int label = classes; label < Output.VOID; label++) {
            if (counts[label] > 0) {
                int at = 0;
                while (Byte.toUnsignedInt(labels[at]) != label) {
                    at++;
                }
                int places = maps.height() * maps.width();
                throw new IllegalArgumentException("image " + at / places + " has the label " + label + " in row "
                        + at % places / maps.width() + ", column " + at % maps.width() + "; its classes are 0 to "
                        + (classes - 1) + ", and " + Output.VOID + " where there is none");
            }
        }
    }

    /** The refusal of targets that do not belong to a loss. */
    static IllegalArgumentException otherKind(String loss, Targets targets) {
        return new IllegalArgumentException("the loss of " + loss + " does not compare with "
                + targets.getClass().getSimpleName() + "; give it the targets of the network's output");
    }
}
