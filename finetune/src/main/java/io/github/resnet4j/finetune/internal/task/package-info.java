/**
 * What networks are trained for. A {@link io.github.resnet4j.finetune.internal.task.Task} says what its name and figures are
 * and opens its samples; an {@link io.github.resnet4j.finetune.internal.task.OpenTask} loads these, gives the {@link
 * io.github.resnet4j.finetune.train.Objective} to the trainer and tells the report what only it knows. Everything else
 * about a run, from checkpoints to learning rates, is the same for all. A new task is a package below this one and a line in
 * {@link io.github.resnet4j.finetune.internal.task.Tasks}.
 */
package io.github.resnet4j.finetune.internal.task;
