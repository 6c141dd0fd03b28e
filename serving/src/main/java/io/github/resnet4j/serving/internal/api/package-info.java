/** What the server answers: the Open Inference Protocol, pictures in the usual forms, health, metrics, the page. */
package io.github.resnet4j.serving.internal.api;
