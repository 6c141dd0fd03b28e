package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.internal.ir.Extent;
import io.github.resnet4j.zoo.network.Shape;
import java.util.Optional;

/**
 * Where a program begins.
 *
 * @param vertex whose value the program is given, in place of the graph's input
 * @param extent size of that value, or of the image
 * @param flat DL4J has the value as N×(C·H·W)
 */
public record Start(Optional<String> vertex, Extent extent, boolean flat) {

    /** At the graph's input. */
    public static Start at(Extent image) {
        return new Start(Optional.empty(), image, false);
    }

    /** At the graph's input. */
    public static Start at(Shape image) {
        return at(new Extent(image.channels(), image.height(), image.width()));
    }

    /** Of what a plan is given: maps, also where DL4J has rows. */
    public Shape shape() {
        return new Shape(extent.channels(), extent.height(), extent.width());
    }
}
