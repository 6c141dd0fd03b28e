package io.github.resnet4j.zoo.network;

/** What a node computes: the closed set of operations that the zoo's networks are made of. */
public sealed interface Op {

    /**
     * Convolution with a square kernel and symmetric zero padding, output size {@code floor((n + 2p - k) / s) + 1}.
     *
     * @param outChannels number of filters
     * @param kernel kernel size
     * @param stride step in both directions
     * @param padding zeros on each of the four sides
     * @param groups into how many equal parts the channels fall; a filter reads one part of the input's (Xie et al.
     *     2017, figure 3c)
     * @param bias whether every filter adds a trained constant; behind it, a BN makes one superfluous
     */
    record Convolution(int outChannels, int kernel, int stride, int padding, int groups, boolean bias) implements Op {

        /** A convolution whose filters read all channels. */
        public Convolution(int outChannels, int kernel, int stride, int padding, boolean bias) {
            this(outChannels, kernel, stride, padding, 1, bias);
        }
    }

    /**
     * Batch normalisation (Ioffe and Szegedy 2015).
     *
     * @param zeroInit gamma starts at 0 instead of 1, so that a residual block starts as the identity (Goyal et al.
     *     2017, section 5.1)
     * @param eps added to the variance
     * @param decay weight of the old running average; PyTorch's momentum is 1 minus this
     */
    record BatchNorm(boolean zeroInit, double eps, double decay) implements Op {}

    /** Rows and columns of zeros around the map, for padding that differs from side to side. */
    record ZeroPad(int top, int bottom, int left, int right) implements Op {}

    /** Rectified linear unit. */
    record Relu() implements Op {}

    /** Maximum over square windows; padding never wins. */
    record MaxPool(int kernel, int stride, int padding) implements Op {}

    /** Mean over all rows and columns: C×H×W to C×1×1. */
    record GlobalAvgPool() implements Op {}

    /** Element-wise sum of all inputs, which have equal shapes. */
    record Add() implements Op {}

    /**
     * The parameter-free shortcut of He et al. 2015 (option A): every {@code stride}-th row and column, and channels of
     * zeros up to {@code outChannels}.
     *
     * @param outChannels channels after padding
     * @param stride step in both directions
     * @param padding where the zero channels go
     */
    record ZeroPadShortcut(int outChannels, int stride, ChannelPadding padding) implements Op {}

    /** Fully connected layer with bias, on a C×1×1 input. */
    record Dense(int out) implements Op {}
}
