/** What the server answers: the Open Inference Protocol, images in the usual forms, health, metrics, the page. */
package io.github.resnet4j.serving.internal.api;
