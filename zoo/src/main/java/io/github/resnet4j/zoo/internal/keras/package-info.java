/**
 * Keras' weight files: {@link io.github.resnet4j.zoo.internal.keras.KerasFile} finds tensors and names in them, the rest
 * reads the part of HDF5 that h5py writes unless told otherwise, which is all that Keras writes: superblocks 0 to 3,
 * groups by symbol table or by link messages, numbers and text, arrays in one piece or in chunks under gzip, shuffle
 * and fletcher32.
 *
 * <p>Why not a library: the one there is in Java (jHDF 0.13) follows every address it finds. A B-tree that points to
 * itself ends in a {@code StackOverflowError}; 64 KiB of B-tree nodes that share their children fill the memory; gzip is
 * inflated without end; checksums of chunks are not looked at, and a chunk that a filter left out is decoded with it all
 * the same, to wrong numbers. Checking a file before would take a second reader that understands all of it: this one.
 * It visits nothing twice, counts what it reads, checks every size before it takes memory, and is done in time
 * proportional to the file on the caller's own thread.
 *
 * <p>What a file says of its model ({@code model_config}, {@code training_config}) is never read, not even as text.
 */
package io.github.resnet4j.zoo.internal.keras;
