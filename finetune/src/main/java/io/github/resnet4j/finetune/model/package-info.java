/** Trained models from any file or published name: their metadata, and their predictions for images. */
package io.github.resnet4j.finetune.model;
