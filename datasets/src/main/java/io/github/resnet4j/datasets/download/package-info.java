/** Data sets fetched once into a cache folder: verified, resumed, extracted safely. */
package io.github.resnet4j.datasets.download;
