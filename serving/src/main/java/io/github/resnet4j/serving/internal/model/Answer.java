package io.github.resnet4j.serving.internal.model;

import io.github.resnet4j.finetune.explain.ActivationMap;
import java.util.Optional;

/**
 * What a network says.
 *
 * @param probabilities of all classes, calibrated if the model knows how
 * @param map of the most probable class, if one was wanted and the network has any
 * @param batch images that ran together
 */
public record Answer(float[] probabilities, Optional<ActivationMap> map, int batch) {}
