/**
 * ONNX models, read for their weights. {@link io.github.resnet4j.zoo.internal.onnx.OnnxFile} is the format; {@code
 * Message} reads the wire format of protocol buffers (a number for the field and its type, then its value), {@code
 * ModelParser} the part of ONNX's messages that matters here, {@code Weights} finds out which constant is what to which
 * node.
 *
 * <p>Why not the generated classes that DL4J ships: they copy a whole file to the heap, and say of a damaged one neither
 * where nor what. This reader looks at a field at a time and jumps over the numbers of tensors, which stay in the file
 * until they are asked for. Messages lie in one another only as deep as ONNX's own do, five levels; graphs in attributes (the branches of
 * an {@code If}) and functions are skipped, so nothing recurses. Every length is checked against what lies around it before
 * anything is read, and all that is kept (names, edges, shapes) is limited in number and size.
 *
 * <p>Nothing is computed but the identity: constants behind {@code Identity}, {@code Constant} and {@code Transpose}
 * nodes are found, since exporters put weights there.
 */
package io.github.resnet4j.zoo.internal.onnx;
