/** Class-activation maps: what in an image the answer of a network rests on. */
package io.github.resnet4j.finetune.explain;
