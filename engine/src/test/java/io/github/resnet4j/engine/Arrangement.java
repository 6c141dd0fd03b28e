package io.github.resnet4j.engine;

import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Ways in which the same values lie in memory. What lies between those of a view is NaN. */
enum Arrangement {
    FORTRAN_ORDER(x -> x.dup('f')),
    AXES_REVERSED(x -> {
        int[] axes = new int[x.rank()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = axes.length - 1 - i;
        }
        return x.permute(axes).dup('c').permute(axes);
    }),
    EVERY_SECOND_COLUMN(x -> {
        int last = x.rank() - 1;
        long[] wide = x.shape().clone();
        wide[last] *= 2;
        INDArrayIndex[] some = all(x.rank());
        some[last] = NDArrayIndex.interval(0, 2, wide[last]);
        return Nd4j.valueArrayOf(wide, Double.NaN).get(some).assign(x);
    }),
    WITHOUT_THE_FIRST_CHANNEL(x -> {
        long[] more = x.shape().clone();
        more[1]++;
        INDArrayIndex[] some = all(x.rank());
        some[1] = NDArrayIndex.interval(1, more[1]);
        return Nd4j.valueArrayOf(more, Double.NaN).get(some).assign(x);
    }),
    MIDDLE_OF_A_LARGER_BATCH(x -> {
        long[] more = x.shape().clone();
        more[0] += 2;
        INDArrayIndex[] some = all(x.rank());
        some[0] = NDArrayIndex.interval(1, more[0] - 1);
        return Nd4j.valueArrayOf(more, Double.NaN).get(some).assign(x);
    }),
    DOUBLES(x -> x.castTo(DataType.DOUBLE)),
    HALVES(x -> x.castTo(DataType.FLOAT16)),
    HALVES_IN_FORTRAN_ORDER(x -> x.castTo(DataType.FLOAT16).dup('f')),
    BFLOATS(x -> x.castTo(DataType.BFLOAT16));

    private final UnaryOperator<INDArray> arrange;

    Arrangement(UnaryOperator<INDArray> arrange) {
        this.arrange = arrange;
    }

    private static INDArrayIndex[] all(int rank) {
        INDArrayIndex[] indexes = new INDArrayIndex[rank];
        for (int i = 0; i < rank; i++) {
            indexes[i] = NDArrayIndex.all();
        }
        return indexes;
    }

    /** The values of {@code plain}, arranged. */
    INDArray of(INDArray plain) {
        return arrange.apply(plain);
    }

    /** {@code values} between -16 and 16, rounded so that no type changes them. */
    static INDArray exact(INDArray values) {
        return Transforms.floor(values.mul(8)).divi(8);
    }
}
