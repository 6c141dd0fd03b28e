package io.github.resnet4j.engine.internal.ir;

import io.github.resnet4j.engine.internal.ir.Operation.Activation.Function;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Small programs of all operations. */
public final class RandomProgram {
    private RandomProgram() {}

    /** What of a program is trained. */
    public enum Trained {
        NOTHING,
        ALL,
        BEHIND_A_PREFIX,
        HERE_AND_THERE
    }

    /** Up to 14 nodes, most of which read the last value, and up to 3 outputs. */
    public static Program of(ProgramWriter writer, long seed, Trained trained) {
        SplittableRandom random = new SplittableRandom(seed);
        int size = 2 + random.nextInt(13);
        int prefix = random.nextInt(size);
        int last = 0;
        for (int i = 0; i < size; i++) {
            boolean frozen =
                    switch (trained) {
                        case NOTHING -> true;
                        case ALL -> false;
                        case BEHIND_A_PREFIX -> i < prefix;
                        case HERE_AND_THERE -> random.nextBoolean();
                    };
            ProgramWriter w = frozen ? writer.frozen() : writer.trained();
            last = write(w, random, random.nextInt(4) > 0 ? last : random.nextInt(last + 1), last, frozen);
        }
        int[] outputs = new int[1 + random.nextInt(3)];
        outputs[0] = last;
        for (int i = 1; i < outputs.length; i++) {
            outputs[i] = random.nextInt(last + 1);
        }
        return writer.program(outputs);
    }

    private static int write(ProgramWriter w, SplittableRandom random, int input, int last, boolean frozen) {
        int channels = w.extent(input).channels();
        Function function = Function.values()[random.nextInt(3)];
        switch (random.nextInt(26)) {
            case 0, 1, 2, 3:
                boolean grouped = channels % 2 == 0 && random.nextBoolean();
                int filters = random.nextBoolean() ? channels : 2 * (1 + random.nextInt(2));
                return w.convolution(
                        input,
                        filters,
                        window(random, w.extent(input)),
                        grouped && filters % 2 == 0 ? 2 : 1,
                        random.nextBoolean());
            case 4, 5, 6:
                return w.norm(input, !frozen && random.nextBoolean(), random.nextBoolean());
            case 7, 8:
                return w.relu(input);
            case 9:
                return w.activation(input, function, function == Function.RELU ? 0.1 : 0);
            case 10:
                int other = partner(w, random, input, last);
                return last % 3 == 0 ? w.stochasticSum(input, other, last % 2 == 0) : w.sum(input, other);
            case 11:
                return w.sum(w.convolution(input), partner(w, random, input, last));
            case 12:
                return w.product(input, partner(w, random, input, last));
            case 13, 24, 25:
                return w.zeroPad(input, random.nextInt(2), random.nextInt(3), random.nextInt(3), random.nextInt(2));
            case 14:
                return w.maxPool(input, undilated(window(random, w.extent(input))));
            case 15:
                return random.nextInt(3) == 0
                        ? w.adaptiveAvgPool(input, 1 + random.nextInt(4), 1 + random.nextInt(4))
                        : w.avgPool(input, undilated(window(random, w.extent(input))), random.nextBoolean());
            case 16:
                return w.dropout(input, frozen ? 0.5 : 1);
            case 17:
                return random.nextBoolean()
                        ? w.dense(input, 3)
                        : random.nextBoolean() ? w.scale(input, -0.5) : w.shift(input);
            case 18:
                return w.zeroPadShortcut(input, channels + 1, 1 + random.nextInt(2), random.nextInt(2));
            case 19:
                return w.prelu(input, random.nextBoolean());
            case 20:
                return w.responseNorm(input, 3, 0.5, 0.75, 1);
            case 21:
                // a gate by channel or by place
                return random.nextBoolean()
                        ? w.product(input, w.avgPool(input, whole(w.extent(input)), false))
                        : w.product(input, w.spatialPool(input, random.nextBoolean()));
            case 22:
                return enlarged(w, random, input);
            default:
                return channels < 8 ? w.concat(input, input) : w.softmax(input);
        }
    }

    /** Of other numbers of rows and columns, but not of very many. */
    private static int enlarged(ProgramWriter w, SplittableRandom random, int input) {
        Extent in = w.extent(input);
        if (in.height() * in.width() > 40) {
            return w.maxPool(input, Window.square(2, 2, 0));
        }
        return in.channels() % 4 == 0 && random.nextBoolean()
                ? w.depthToSpace(input, 2)
                : w.resize(
                        input,
                        1 + random.nextInt(2 * in.height()),
                        1 + random.nextInt(2 * in.width()),
                        random.nextBoolean());
    }

    /** Poolings have no dilation. */
    private static Window undilated(Window window) {
        return new Window(
                window.kernelHeight(),
                window.kernelWidth(),
                window.strideHeight(),
                window.strideWidth(),
                window.padding(),
                1,
                1);
    }

    private static Window whole(Extent map) {
        return new Window(map.height(), map.width(), 1, 1, Window.Padding.NONE, 1, 1);
    }

    /** The last other value of the same extent, or the value itself. */
    private static int partner(ProgramWriter w, SplittableRandom random, int input, int last) {
        List<Integer> alike = IntStream.rangeClosed(0, last)
                .filter(i -> i != input && w.extent(i).equals(w.extent(input)))
                .boxed()
                .toList();
        return alike.isEmpty() || random.nextInt(8) == 0 ? input : alike.get(alike.size() - 1);
    }

    /** One that fits; its own padding is less than the kernel, so every place sees a value. */
    private static Window window(SplittableRandom random, Extent in) {
        int height = 1 + random.nextInt(Math.min(3, in.height()));
        int width = 1 + random.nextInt(Math.min(3, in.width()));
        Window.Padding padding = new Window.Padding(
                random.nextInt(height), random.nextInt(height), random.nextInt(width), random.nextInt(width));
        int dilation = (height - 1) * 2 < in.height() && (width - 1) * 2 < in.width() && random.nextInt(4) == 0 ? 2 : 1;
        return new Window(
                height,
                width,
                1 + random.nextInt(2),
                1 + random.nextInt(2),
                dilation == 1 && random.nextBoolean() ? padding : Window.Padding.NONE,
                dilation,
                dilation);
    }
}
