/** One file per family of networks, each holding its table of variants and nothing else. */
package io.github.resnet4j.zoo.family;
