/**
 * PyTorch's checkpoints: the zip archives that {@code torch.save} writes since 1.6, and the five pickles followed by the
 * bytes of the tensors that it wrote before.
 *
 * <p>Pickle is a program for a stack machine, and Python's machine can do anything. The one here knows the 34 instructions
 * that {@code torch.save} needs and a fixed list of names, and what it makes are values that do nothing: no class is looked
 * up, nothing is called. Tensors are descriptions of bytes of the file, checked to lie within it.
 */
package io.github.resnet4j.zoo.internal.torch;
