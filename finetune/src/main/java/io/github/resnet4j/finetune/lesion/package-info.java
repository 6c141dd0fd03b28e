/**
 * What happens to a trained network when parts of it are removed, swapped or left out of the backward pass (Veit, Wilber and
 * Belongie 2016, "Residual networks behave like ensembles of relatively shallow networks", arXiv:1605.06431), and how
 * strongly its layers respond (He et al. 2015, arXiv:1512.03385, figure 7). {@link
 * io.github.resnet4j.finetune.lesion.LesionStudy} measures; nothing is trained.
 */
package io.github.resnet4j.finetune.lesion;
