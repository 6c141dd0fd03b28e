/**
 * What stands below a head of one's own: residual networks as the source of named feature maps, and pyramids of such maps.
 */
package io.github.resnet4j.zoo.body;
