/** Requests and replies on Jetty: connections, bodies, routes, errors, who may ask, and what is written down of it. */
package io.github.resnet4j.serving.internal.http;
