/**
 * NumPy's {@code .npz} archives, as {@code numpy.savez} and {@code numpy.savez_compressed} write them: a zip archive with
 * one {@code .npy} file per array. Arrays of Python objects are pickles; they are left out, unread.
 */
package io.github.resnet4j.zoo.internal.npz;
