/**
 * The state of a training run on disk, so that it survives whatever ends the process: written aside, verified, made
 * visible in one step. Knows neither DL4J nor what the numbers mean.
 */
package io.github.resnet4j.finetune.internal.checkpoint;
