/**
 * The task {@code super-resolution}: to make images larger, learnt from photographs and what bicubic interpolation makes of
 * them, and measured as the papers do.
 */
package io.github.resnet4j.finetune.internal.task.superresolution;
