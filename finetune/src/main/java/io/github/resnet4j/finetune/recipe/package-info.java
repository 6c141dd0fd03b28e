/**
 * The recipe {@code auto}: from what is known of the images, the model and the machine ({@link
 * io.github.resnet4j.finetune.recipe.Evidence}) to settings, each with its reason ({@link
 * io.github.resnet4j.finetune.recipe.Choice}). Pure functions: nothing here reads images or measures time.
 */
package io.github.resnet4j.finetune.recipe;
