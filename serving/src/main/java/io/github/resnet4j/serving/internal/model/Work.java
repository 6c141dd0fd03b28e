package io.github.resnet4j.serving.internal.model;

/**
 * What a network is asked.
 *
 * @param image prepared, C×H×W
 * @param map whether the class-activation map of the most probable class is wanted
 * @param client who waits
 * @param since when it was put into the queue, in the nanoseconds of the system's clock
 */
public record Work(float[] image, boolean map, Client client, long since) {
    public Work(float[] image, boolean map, Client client) {
        this(image, map, client, System.nanoTime());
    }
}
