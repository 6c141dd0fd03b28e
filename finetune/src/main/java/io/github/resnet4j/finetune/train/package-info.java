/** The training loop and its parts: learning rate, evaluation, stopping. */
package io.github.resnet4j.finetune.train;
