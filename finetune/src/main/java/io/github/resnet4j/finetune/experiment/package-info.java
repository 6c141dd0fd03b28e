/**
 * Experiments: several runs, one folder, one report, and a verdict.
 *
 * <p>{@link io.github.resnet4j.finetune.experiment.Experiment} plans what a configuration asks for against what is there,
 * trains what is missing, and writes the results. Every run is an ordinary one in a folder of its own.
 */
package io.github.resnet4j.finetune.experiment;
