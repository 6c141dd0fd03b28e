/**
 * Trained models as ONNX files: {@link io.github.resnet4j.finetune.onnx.CheckedExport} writes one and compares what ONNX
 * Runtime makes of images with what the model itself does.
 */
package io.github.resnet4j.finetune.onnx;
