package io.github.resnet4j.zoo.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A map whose rows and columns are fixed weighted sums of the input's: N×C×H×W to rows × map × columnsᵀ, for every map.
 */
abstract class AxisWeightsVertex extends MapVertex {
    private static final long serialVersionUID = 1L;

    /** What every one of {@code out} outputs along an axis takes of {@code in} inputs: {@code out} rows of {@code in}. */
    abstract double[][] weights(int in, int out);

    @Override
    final void forward(INDArray[] in, INDArray out) {
        apply(weights(in[0], out, 2), in[0], weights(in[0], out, 3), out);
    }

    @Override
    final void backward(INDArray[] in, INDArray gradient, INDArray[] back) {
        apply(
                weights(in[0], gradient, 2).transpose(),
                gradient,
                weights(in[0], gradient, 3).transpose(),
                back[0]);
    }

    private INDArray weights(INDArray in, INDArray out, int axis) {
        double[][] weights = weights(Math.toIntExact(in.size(axis)), Math.toIntExact(out.size(axis)));
        return Nd4j.createFromArray(weights).castTo(in.dataType());
    }

    /** {@code rows} × map × {@code columns}ᵀ, for every map. */
    private static void apply(INDArray rows, INDArray maps, INDArray columns, INDArray into) {
        long count = maps.size(0) * maps.size(1);
        long height = maps.size(2);
        long width = columns.size(0);
        INDArray wide = maps.reshape('c', count * height, maps.size(3)).mmul(columns.transpose());
        INDArray byRow =
                wide.reshape('c', count, height, width).permute(1, 0, 2).reshape('c', height, count * width);
        INDArray tall = rows.mmul(byRow).reshape('c', rows.size(0), count, width);
        into.reshape('c', count, rows.size(0), width).assign(tall.permute(1, 0, 2));
    }
}
