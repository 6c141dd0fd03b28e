/**
 * Hugging Face's safetensors: the length of a header (8 bytes, little-endian), the header (JSON: type, shape and place of
 * every tensor), and the bytes of the tensors without a gap. {@link
 * io.github.resnet4j.zoo.internal.safetensors.Safetensors} reads and writes it.
 *
 * <p>Everything that is read here, the format's reference implementation (0.8) reads too, and equally. Not the other way
 * round. Refused here and not there are, as no honest file needs them:
 *
 * <ol>
 *   <li>a name twice: of a tensor, of a field, in the metadata;
 *   <li>more than 65,536 tensors or entries of metadata, or 4 Mi characters in their names and values;
 *   <li>names that are empty, of more than 512 bytes, or with control characters;
 *   <li>nesting deeper than 3;
 *   <li>numbers that are not plain integers up to 2^53;
 *   <li>fields besides {@code dtype}, {@code shape} and {@code data_offsets};
 *   <li>metadata that is null;
 *   <li>more than 8 dimensions;
 *   <li>types of numbers besides {@link io.github.resnet4j.zoo.weights.DType}'s ten.
 * </ol>
 *
 * White space around the header's JSON is read, as the reference does, and tensors may lie at any byte.
 */
package io.github.resnet4j.zoo.internal.safetensors;
