/** Trained models, whatever file or name they come by: what is known of them, and what they say of an image. */
package io.github.resnet4j.finetune.model;
