/** Decoded pictures: one decoder, one pixel order (RGB, 8 bits), every file untrusted. */
package io.github.resnet4j.datasets.image;
