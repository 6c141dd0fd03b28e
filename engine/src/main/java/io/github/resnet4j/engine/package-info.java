/** Runs zoo networks fast on a CPU: makes DL4J's layers reach oneDNN. */
package io.github.resnet4j.engine;
