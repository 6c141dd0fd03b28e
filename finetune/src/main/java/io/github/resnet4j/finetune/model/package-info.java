/** Trained models, whatever file or name they come by: what is known of them, and what they say of a picture. */
package io.github.resnet4j.finetune.model;
