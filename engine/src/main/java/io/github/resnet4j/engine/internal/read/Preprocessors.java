package io.github.resnet4j.engine.internal.read;

import io.github.resnet4j.engine.internal.ir.Extent;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;

/**
 * DL4J's preprocessors, which change the form of a layer's input, one row each. DL4J flattens maps in C order, which
 * is how they are stored, so that these only change what a value is called.
 */
final class Preprocessors {
    private static final Table<InputPreProcessor, UnaryOperator<VertexOutput>> PREPROCESSORS = new Table<
                    InputPreProcessor, UnaryOperator<VertexOutput>>()
            .row(CnnToFeedForwardPreProcessor.class, Preprocessors::flatten)
            .row(FeedForwardToCnnPreProcessor.class, Preprocessors::unflatten);

    private Preprocessors() {}

    /**
     * What {@code preprocessor} does to a value.
     *
     * @param preprocessor null for none
     */
    static UnaryOperator<VertexOutput> read(InputPreProcessor preprocessor, Vertex vertex) {
        if (preprocessor == null) {
            return UnaryOperator.identity();
        }
        if (!PREPROCESSORS.knows(preprocessor)) {
            vertex.obstacle("the engine does not support " + Vertex.className(preprocessor));
            return in -> {
                throw new UnreadableVertexException();
            };
        }
        return PREPROCESSORS.read(preprocessor, vertex);
    }

    private static UnaryOperator<VertexOutput> flatten(CnnToFeedForwardPreProcessor preprocessor, Vertex vertex) {
        vertex.requireChannelsFirst(preprocessor.getFormat());
        long channels = preprocessor.getNumChannels();
        long height = preprocessor.getInputHeight();
        long width = preprocessor.getInputWidth();
        boolean any = channels == 0 && height == 0 && width == 0;
        return in -> {
            vertex.require(
                    in.flat() || any || isSize(in.extent(), channels, height, width),
                    "it flattens maps of " + channels + "×" + height + "×" + width + " but gets " + in);
            return in.as(true);
        };
    }

    /** DL4J lets maps through as they are. */
    private static UnaryOperator<VertexOutput> unflatten(FeedForwardToCnnPreProcessor preprocessor, Vertex vertex) {
        long channels = preprocessor.getNumChannels();
        long height = preprocessor.getInputHeight();
        long width = preprocessor.getInputWidth();
        return in -> {
            vertex.require(
                    !in.flat() || isSize(in.extent(), channels, height, width),
                    "it reshapes " + in.extent() + " to a map of " + channels + "×" + height + "×" + width
                            + "; the engine does not reshape");
            return in.as(false);
        };
    }

    private static boolean isSize(Extent extent, long channels, long height, long width) {
        return extent.channels() == channels && extent.height() == height && extent.width() == width;
    }
}
