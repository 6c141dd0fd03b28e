/**
 * Training, evaluation, prediction, configurations, checkpoints and reports, as a library. The public packages:
 *
 * <ul>
 *   <li>{@code finetune}: exceptions that every part throws
 *   <li>{@code finetune.config}: configurations, and the YAML files that hold them
 *   <li>{@code finetune.run}: whole runs: data and weights in, a folder with the model and its report out
 *   <li>{@code finetune.recipe}: a configuration for given images, weights and machine, with its reasons
 *   <li>{@code finetune.experiment}: several runs that answer a question
 *   <li>{@code finetune.train}: the training loop, learning rates, evaluation
 *   <li>{@code finetune.model}: models by name or file, and predictions with them
 *   <li>{@code finetune.onnx}: trained models as ONNX files
 *   <li>{@code finetune.explain}: class-activation maps, which show what an answer rests on
 *   <li>{@code finetune.quality}: what answers for labelled images say of a model: calibration, intervals, label errors
 *   <li>{@code finetune.lesion}: studies of trained networks with parts removed or swapped
 *   <li>{@code finetune.report}: progress, figures of epochs, pages and pictures
 * </ul>
 *
 * Checkpoints, kept features, reports and what tells the tasks apart are below {@code finetune.internal}.
 */
package io.github.resnet4j.finetune;
