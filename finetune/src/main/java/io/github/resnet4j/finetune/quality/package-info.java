/**
 * What a model's answers for labelled images say of it and of the images: calibration, intervals, suspected label errors,
 * near-duplicates; and what scores say of a detector of spoofed speech. Arithmetic alone: nothing here runs a network.
 */
package io.github.resnet4j.finetune.quality;
