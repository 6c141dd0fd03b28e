package io.github.resnet4j.finetune.internal.task.classification;

import io.github.resnet4j.finetune.train.Evaluation;

/**
 * What is known of a model that was trained on all images: the answers of models that were trained alike, each for the images it
 * was not trained on.
 *
 * @param answers for all images, by their index in the whole
 * @param words how they were won, for people
 */
public record CrossValidated(Evaluation answers, String words) {}
