package io.github.resnet4j.zoo.weights.names;

import java.nio.FloatBuffer;
import java.util.List;

/** In which order a file has the dimensions of a layer's weights. */
public enum WeightLayout {
    /** PyTorch's, and the zoo's: convolutions out × in × rows × columns, dense layers out × in. */
    TORCH,
    /** Keras': convolutions rows × columns × in × out, dense layers in × out. */
    KERAS;

    /** PyTorch's shape of a tensor of this shape; other than of rank 2 and 4 there is only one. */
    public List<Long> torchShape(List<Long> shape) {
        return switch (reordered(shape) ? shape.size() : 0) {
            case 2 -> List.of(shape.get(1), shape.get(0));
            case 4 -> List.of(shape.get(3), shape.get(2), shape.get(0), shape.get(1));
            default -> shape;
        };
    }

    /** Whether values of this shape stand in another order than PyTorch's. */
    public boolean reordered(List<Long> shape) {
        return this == KERAS && (shape.size() == 2 || shape.size() == 4);
    }

    /**
     * Puts values into PyTorch's order.
     *
     * @param values of a tensor of this layout, row-major
     * @param shape the tensor's own
     * @param into gets them row-major in {@link #torchShape}
     */
    public void toTorch(float[] values, List<Long> shape, FloatBuffer into) {
        if (!reordered(shape)) {
            into.put(values);
            return;
        }
        int outs = Math.toIntExact(shape.get(shape.size() - 1));
        int ins = Math.toIntExact(shape.get(shape.size() - 2));
        int area = shape.size() == 4 ? Math.toIntExact(shape.get(0) * shape.get(1)) : 1;
        for (int out = 0; out < outs; out++) {
            for (int in = 0; in < ins; in++) {
                for (int at = 0; at < area; at++) {
                    into.put(values[(at * ins + in) * outs + out]);
                }
            }
        }
    }
}
