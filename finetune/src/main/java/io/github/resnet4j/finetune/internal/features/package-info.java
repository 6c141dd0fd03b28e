/**
 * Values that a frozen part of a network has for the images of a data set, kept on disk: files that are whole or absent,
 * verified before they are used, in a folder of bounded size. Knows neither DL4J nor networks.
 */
package io.github.resnet4j.finetune.internal.features;
