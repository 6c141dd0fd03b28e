package io.github.resnet4j.engine.internal.ir;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a node of a program computes: everything that the engine can run. */
public sealed interface Operation {

    /** The parameters that a step of training changes unless it is frozen; running statistics are not among them. */
    default List<Parameter> trained() {
        return List.of();
    }

    /**
     * The images.
     *
     * @param differentiated whether gradients go back to them
     */
    record Input(boolean differentiated) implements Operation {
        /** Images that need no gradient. */
        public Input() {
            this(false);
        }
    }

    /**
     * Convolution; weights are outChannels × inChannels/groups × kernel height × kernel width.
     *
     * @param outChannels number of filters
     * @param window how the kernel moves
     * @param groups the channels fall into this many groups that do not see each other
     * @param weight the kernels
     * @param bias one value for each filter
     * @param norm a batch normalisation with fixed statistics whose scale and shift are multiplied into the weights
     * @param factor of the result, multiplied into the weights too; 1 while they are trained
     */
    record Convolution(
            int outChannels,
            Window window,
            int groups,
            Parameter weight,
            Optional<Parameter> bias,
            Optional<BatchNorm> norm,
            double factor)
            implements Operation {
        /** One with nothing folded into it. */
        public Convolution(int outChannels, Window window, int groups, Parameter weight, Optional<Parameter> bias) {
            this(outChannels, window, groups, weight, bias, Optional.empty(), 1);
        }

        @Override
        public List<Parameter> trained() {
            return Stream.concat(Stream.of(weight), bias.stream()).toList();
        }
    }

    /**
     * Fully connected layer: every output sees the whole C×H×W input. Weights are stored as DL4J does, input × output
     * with the input index running fastest, which is oneDNN's outputs × C × H × W.
     */
    record Dense(int outputs, Parameter weight, Optional<Parameter> bias) implements Operation {
        @Override
        public List<Parameter> trained() {
            return Stream.concat(Stream.of(weight), bias.stream()).toList();
        }
    }

    /**
     * Batch normalisation.
     *
     * @param gamma scale
     * @param beta shift
     * @param mean running mean
     * @param variance running variance, in the form that {@code logDeviation} says
     * @param eps added to the variance
     * @param decay weight of the old running average
     * @param logDeviation the running variance is kept as log10 of the standard deviation (DL4J's default)
     * @param batchStatistics normalises by the batch's own statistics and updates the running ones; otherwise by the
     *     running ones. Programs for inference have only the latter; in programs for training, one whose scale and shift
     *     are trained all the same keeps the variance itself
     */
    record BatchNorm(
            Parameter gamma,
            Parameter beta,
            Parameter mean,
            Parameter variance,
            double eps,
            double decay,
            boolean logDeviation,
            boolean batchStatistics)
            implements Operation {
        @Override
        public List<Parameter> trained() {
            return List.of(gamma, beta);
        }
    }

    /**
     * Local response normalisation over channels (Krizhevsky et al. 2012, section 3.3): each value divided by {@code (k +
     * alpha/size · sum of the squares around it)^beta}, where it stands in the middle of {@code size} channels.
     *
     * @param size odd
     */
    record LocalResponseNorm(int size, double alpha, double beta, double k) implements Operation {}

    /** Element-wise function. */
    record Activation(Function function, double slope) implements Operation {
        public static final Activation RELU = new Activation(Function.RELU, 0);

        /** Which one; {@code slope} is that of the negative side and belongs to RELU, where 0 is the plain one. */
        public enum Function {
            RELU,
            SIGMOID,
            TANH
        }
    }

    /**
     * Rectifier with trained slopes (He et al. 2015, arXiv:1502.01852): a positive value as it is, another times the slope.
     *
     * @param slopes one for each channel, or one for all
     */
    record Prelu(Parameter slopes) implements Operation {
        @Override
        public List<Parameter> trained() {
            return List.of(slopes);
        }
    }

    /** Element-wise sum of two or more inputs of one extent. */
    record Add() implements Operation {}

    /**
     * In training, the sum of a branch, its first input, and a shortcut of the same extent; sometimes the shortcut alone
     * (stochastic depth: Huang et al. 2016, arXiv:1603.09382). Elsewhere, it is an {@link Add}.
     *
     * @param name whose draws decide, whatever the node is called
     * @param survival probability of the branch to count
     * @param factor of a branch that counts
     * @param perImage each image is drawn for by itself; otherwise one draw is for all
     */
    record StochasticSum(String name, double survival, double factor, boolean perImage) implements Operation {}

    /**
     * Element-wise product of two or more inputs. The first has the product's extent; each other one has it too, or one
     * channel, which multiplies all, or one row and column, whose values multiply a channel each.
     */
    record Multiply() implements Operation {}

    /** Multiplication by a constant. */
    record Scale(double factor) implements Operation {}

    /** Addition of a constant to each channel. */
    record Shift(List<Double> by) implements Operation {
        public Shift {
            by = List.copyOf(by);
        }
    }

    /** The inputs' channels one after the other. */
    record Concat() implements Operation {}

    /** Maximum over windows; padding never wins. */
    record MaxPool(Window window) implements Operation {}

    /**
     * Mean over windows; over the whole map, it is the global average pooling.
     *
     * @param paddingCounts zeros of the padding count as values of the mean
     */
    record AvgPool(Window window, boolean paddingCounts) implements Operation {}

    /**
     * Mean over windows of a map's rows and columns, as many as the value has, that PyTorch's {@code AdaptiveAvgPool2d}
     * chooses: they may overlap.
     */
    record AdaptiveAvgPool() implements Operation {}

    /** Mean or maximum over all channels at each place, 1×H×W; the gradient of a maximum goes to the first that has it. */
    record SpatialPool(boolean maximum) implements Operation {}

    /**
     * A map of more rows and columns made of channels (Shi et al. 2016): at row {@code y·factor + i} and column {@code
     * x·factor + j}, channel {@code c} has the value of channel {@code (c·factor + i)·factor + j} at {@code (y, x)}.
     */
    record DepthToSpace(int factor) implements Operation {}

    /**
     * Other numbers of rows and columns, those of the value.
     *
     * @param bilinear interpolates between the middles of the values, as PyTorch does with {@code align_corners=False};
     *     otherwise each place has the nearest value, at {@code floor(i · in / out)}
     */
    record Resize(boolean bilinear) implements Operation {}

    /** Zeros around the map. */
    record ZeroPad(Window.Padding padding) implements Operation {}

    /**
     * The parameter-free shortcut of He et al. 2015 (option A): every {@code stride}-th row and column.
     *
     * @param outChannels channels of the output
     * @param stride step in both directions
     * @param firstChannel where the input's channels go; the others are zero
     */
    record ZeroPadShortcut(int outChannels, int stride, int firstChannel) implements Operation {}

    /** In training, keeps each value with this probability and divides it by it; identity otherwise. */
    record Dropout(double retain) implements Operation {}

    /** What a program for training ends in. */
    sealed interface Loss extends Operation {}

    /**
     * Softmax over the channels of a vector; in training, the loss is its cross-entropy with the labels.
     *
     * @param classWeights factors of the classes' losses, or empty for all 1
     */
    record SoftmaxCrossEntropy(List<Double> classWeights) implements Loss {
        public SoftmaxCrossEntropy {
            classWeights = List.copyOf(classWeights);
        }
    }

    /**
     * Softmax over the channels at each place of a map; in training, the loss is its cross-entropy with a class for each
     * place, and where there is none, nothing.
     *
     * @param weight factor of the whole loss
     * @param classWeights factors of the classes' losses, or empty for all 1
     */
    record PlaceCrossEntropy(double weight, List<Double> classWeights) implements Loss {
        public PlaceCrossEntropy {
            classWeights = List.copyOf(classWeights);
        }
    }

    /**
     * The distance of all values from what they are to be; only in programs for training.
     *
     * @param squared the square of the difference, otherwise its absolute value
     */
    record Distance(boolean squared) implements Loss {}
}
