/**
 * Programs become lists of oneDNN calls. {@link io.github.resnet4j.engine.internal.lower.Lowering} walks a program forward and,
 * for training, back; each operation has one class that knows both ways. A {@link
 * io.github.resnet4j.engine.internal.lower.Tape} collects the calls and the tensors between them, gives every tensor its place
 * in one block of memory, and becomes an {@link io.github.resnet4j.engine.internal.lower.Executable}.
 */
package io.github.resnet4j.engine.internal.lower;
