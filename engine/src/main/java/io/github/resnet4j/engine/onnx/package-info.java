/**
 * Graphs as ONNX models (Open Neural Network Exchange, https://onnx.ai): {@link io.github.resnet4j.engine.onnx.OnnxExport}
 * writes any graph that the engine can run, from the program that the engine runs.
 */
package io.github.resnet4j.engine.onnx;
