package io.github.resnet4j.zoo.internal.onnx;

import java.util.List;
import java.util.Map;

/**
 * A model, as far as it matters for weights: a {@code ModelProto} and its graph.
 *
 * @param metadata what it says about itself
 * @param nodes in an order in which they can be computed
 * @param constants the stored tensors by name, in the file's order
 */
record Model(Map<String, String> metadata, List<Node> nodes, Map<String, Stored> constants) {}
