package io.github.resnet4j.zoo.pretrained;

/**
 * The order of the colours that the first convolution of a file expects. Images are red, green, blue everywhere in
 * resnet4j; loading weights of the other order reverses the input channels of that convolution.
 */
public enum ChannelOrder {
    /** Red, green, blue: PyTorch's networks. */
    RGB,
    /** Blue, green, red: networks that were trained in Caffe, or read their images with OpenCV. */
    BGR
}
