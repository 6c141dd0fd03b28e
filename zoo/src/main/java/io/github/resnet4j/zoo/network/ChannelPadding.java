package io.github.resnet4j.zoo.network;

/** Where an option A shortcut puts its channels of zeros; published weights use both. */
public enum ChannelPadding {
    /** Half before and half after the input's channels. */
    BOTH_SIDES,
    /** All after the input's channels. */
    END
}
