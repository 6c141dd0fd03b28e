package io.github.resnet4j.zoo.internal.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * Names that PyTorch's exporter loses and its nodes still tell. A node is called by the modules around it, {@code
 * /layer1/layer1.0/downsample/downsample.0/Conv}, where a member of a {@code Sequential} repeats that one's name: the
 * weight that it takes was {@code layer1.0.downsample.0.weight}. Tensors that the exporter has computed, as it does when it
 * folds a batch normalisation into a convolution, are called {@code onnx::Conv_193} instead.
 */
final class ModuleName {
    private ModuleName() {}

    /** The module of a node that PyTorch (1.13 or later) named; empty for other nodes. */
    static String of(String node) {
        if (!node.startsWith("/")) {
            return "";
        }
        String[] parts = node.substring(1).split("/");
        List<String> path = new ArrayList<>();
        for (int i = 0; i < parts.length - 1; i++) { // the last is the operation
            int last = path.size() - 1;
            if (last >= 0 && parts[i].startsWith(path.get(last) + ".")) {
                path.set(last, parts[i]);
            } else {
                path.add(parts[i]);
            }
        }
        return String.join(".", path);
    }

    /** Whether PyTorch calls weights and statistics so. */
    static boolean isOfWeights(String value) {
        return value.matches("(?s).*\\.(?:weight|bias|running_mean|running_var)");
    }

    /** Whether an exporter made this name up for a value: a number, or a node's name and a number. */
    static boolean isMadeUp(String value) {
        return value.startsWith("onnx::") || value.startsWith("/") || value.matches("[0-9]+|.*_output_[0-9]+");
    }
}
