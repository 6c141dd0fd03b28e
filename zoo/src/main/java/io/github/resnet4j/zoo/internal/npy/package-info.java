/**
 * Tensors as a plain folder of NumPy's {@code .npy} files, for whatever other program is to read them: {@link
 * io.github.resnet4j.zoo.internal.npy.NpyFolder} writes it. Nothing here reads one.
 */
package io.github.resnet4j.zoo.internal.npy;
