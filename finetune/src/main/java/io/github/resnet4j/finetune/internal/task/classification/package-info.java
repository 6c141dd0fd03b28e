/** To name the class of an image: labels, accuracy, calibration, confusion, labels to check and duplicates. */
package io.github.resnet4j.finetune.internal.task.classification;
