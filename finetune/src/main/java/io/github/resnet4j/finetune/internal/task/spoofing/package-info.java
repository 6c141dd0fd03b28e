/**
 * To tell real speech from what imitates it: sounds in class folders or of ASVspoof 2019, scores, the errors at every
 * threshold and the equal error rate.
 */
package io.github.resnet4j.finetune.internal.task.spoofing;
