package io.github.resnet4j.engine.internal.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Runs a program forward in double precision, one loop for each definition: what everything faster is compared with.
 * Values are flat, N×C×H×W. Running statistics are read and never updated, and dropout must be frozen.
 */
public final class Interpreter {
    private final Program program;
    private final double[] parameters;
    private final int batch;

    /** Of a program whose parameters stand in {@code parameters}, for {@code batch} images. */
    public Interpreter(Program program, double[] parameters, int batch) {
        this.program = program;
        this.parameters = parameters;
        this.batch = batch;
    }

    /** The program's outputs in their order. */
    public List<double[]> outputs(double[] images) {
        List<double[]> values = values(images);
        return program.outputs().stream().map(values::get).toList();
    }

    /** The value of every node, by position. */
    public List<double[]> values(double[] images) {
        List<double[]> values = new ArrayList<>();
        for (ProgramNode node : program.nodes()) {
            values.add(value(node, values, images));
        }
        return values;
    }

    private double[] value(ProgramNode node, List<double[]> values, double[] images) {
        boolean adds = node.epilogue().addsLastInput();
        List<Integer> own = node.inputs().subList(0, node.inputs().size() - (adds ? 1 : 0));
        List<Maps> inputs = own.stream()
                .map(i -> new Maps(batch, program.nodes().get(i).extent(), values.get(i)))
                .toList();
        Maps out = Maps.zeros(batch, node.extent());
        Operation op = node.op();
        if (op instanceof Operation.Input) {
            out.fill((n, c, h, w) -> images[out.at(n, c, h, w)]);
        } else if (op instanceof Operation.Convolution c) {
            convolve(c, inputs.get(0), out);
            c.norm().ifPresent(norm -> normalise(norm, out.copy(), out));
            Maps plain = out.copy();
            out.fill((n, k, h, w) -> c.factor() * plain.get(n, k, h, w));
        } else if (op instanceof Operation.Dense d) {
            dense(d, inputs.get(0), out);
        } else if (op instanceof Operation.BatchNorm norm) {
            normalise(norm, inputs.get(0), out);
        } else if (op instanceof Operation.Activation a) {
            out.fill((n, c, h, w) -> activate(a, inputs.get(0).get(n, c, h, w)));
        } else if (op instanceof Operation.LocalResponseNorm norm) {
            normaliseResponses(norm, inputs.get(0), out);
        } else if (op instanceof Operation.Prelu p) {
            int each = p.slopes().length() == 1 ? 0 : 1;
            out.fill((n, c, h, w) -> {
                double x = inputs.get(0).get(n, c, h, w);
                return x > 0 ? x : parameter(p.slopes(), each * c) * x;
            });
        } else if (op instanceof Operation.Add) {
            out.fill((n, c, h, w) ->
                    inputs.stream().mapToDouble(in -> in.get(n, c, h, w)).sum());
        } else if (op instanceof Operation.StochasticSum s) {
            if (s.survival() < 1) {
                throw new IllegalArgumentException(node.name() + " draws numbers");
            }
            out.fill((n, c, h, w) ->
                    s.factor() * inputs.get(0).get(n, c, h, w) + inputs.get(1).get(n, c, h, w));
        } else if (op instanceof Operation.Multiply) {
            out.fill((n, c, h, w) ->
                    inputs.stream().mapToDouble(in -> in.repeated(n, c, h, w)).reduce(1, (x, y) -> x * y));
        } else if (op instanceof Operation.Shift s) {
            out.fill((n, c, h, w) -> inputs.get(0).get(n, c, h, w) + s.by().get(c));
        } else if (op instanceof Operation.Scale s) {
            out.fill((n, c, h, w) -> s.factor() * inputs.get(0).get(n, c, h, w));
        } else if (op instanceof Operation.Concat) {
            concatenate(inputs, out);
        } else if (op instanceof Operation.MaxPool p) {
            maximum(p.window(), inputs.get(0), out);
        } else if (op instanceof Operation.AvgPool p) {
            mean(p, inputs.get(0), out);
        } else if (op instanceof Operation.AdaptiveAvgPool) {
            adaptiveMean(inputs.get(0), out);
        } else if (op instanceof Operation.SpatialPool p) {
            out.fill((n, c, h, w) -> p.maximum()
                    ? inputs.get(0).place(n, h, w).max().orElseThrow()
                    : inputs.get(0).place(n, h, w).average().orElseThrow());
        } else if (op instanceof Operation.DepthToSpace d) {
            int f = d.factor();
            out.fill((n, c, h, w) -> inputs.get(0).get(n, (c * f + h % f) * f + w % f, h / f, w / f));
        } else if (op instanceof Operation.Resize r) {
            resize(r, inputs.get(0), out);
        } else if (op instanceof Operation.ZeroPad z) {
            Window.Padding padding = z.padding();
            out.fill((n, c, h, w) -> inputs.get(0).getOrZero(n, c, h - padding.top(), w - padding.left()));
        } else if (op instanceof Operation.ZeroPadShortcut s) {
            out.fill((n, c, h, w) -> inputs.get(0).getOrZero(n, c - s.firstChannel(), h * s.stride(), w * s.stride()));
        } else if (op instanceof Operation.Dropout d) {
            if (!node.frozen() && d.retain() < 1) {
                throw new IllegalArgumentException(node.name() + " draws numbers; freeze it");
            }
            out.fill((n, c, h, w) -> inputs.get(0).get(n, c, h, w));
        } else if (op instanceof Operation.SoftmaxCrossEntropy || op instanceof Operation.PlaceCrossEntropy) {
            softmax(inputs.get(0), out);
        } else {
            throw new IllegalArgumentException(node.toString());
        }
        if (adds) {
            double[] summand = values.get(node.inputs().get(own.size()));
            Arrays.setAll(out.values, i -> out.values[i] + summand[i]);
        }
        node.epilogue().activation().ifPresent(a -> Arrays.setAll(out.values, i -> activate(a, out.values[i])));
        return out.values;
    }

    private void convolve(Operation.Convolution op, Maps in, Maps out) {
        Window window = op.window();
        int inChannels = in.extent.channels() / op.groups();
        int outChannels = op.outChannels() / op.groups();
        out.fill((n, c, h, w) -> {
            double sum = op.bias().map(bias -> parameter(bias, c)).orElse(0.0);
            for (int i = 0; i < inChannels; i++) {
                for (int kh = 0; kh < window.kernelHeight(); kh++) {
                    for (int kw = 0; kw < window.kernelWidth(); kw++) {
                        int weight = ((c * inChannels + i) * window.kernelHeight() + kh) * window.kernelWidth() + kw;
                        int channel = c / outChannels * inChannels + i;
                        sum += parameter(op.weight(), weight)
                                * in.getOrZero(n, channel, row(window, h, kh), column(window, w, kw));
                    }
                }
            }
            return sum;
        });
    }

    private void dense(Operation.Dense op, Maps in, Maps out) {
        int inputs = (int) in.extent.elements();
        out.fill((n, c, h, w) -> {
            double sum = op.bias().map(bias -> parameter(bias, c)).orElse(0.0);
            for (int i = 0; i < inputs; i++) {
                sum += parameter(op.weight(), c * inputs + i) * in.values[n * inputs + i];
            }
            return sum;
        });
    }

    private void normalise(Operation.BatchNorm op, Maps in, Maps out) {
        for (int channel = 0; channel < in.extent.channels(); channel++) {
            int c = channel;
            double mean;
            double variance;
            if (op.batchStatistics()) {
                double[] values = in.channel(c);
                double average = Arrays.stream(values).average().orElseThrow();
                mean = average;
                variance = Arrays.stream(values)
                        .map(x -> (x - average) * (x - average))
                        .average()
                        .orElseThrow();
            } else {
                double stored = parameter(op.variance(), c);
                mean = parameter(op.mean(), c);
                variance = op.logDeviation() ? Math.pow(10, 2 * stored) : stored;
            }
            double factor = parameter(op.gamma(), c) / Math.sqrt(variance + op.eps());
            double shift = parameter(op.beta(), c);
            out.fillChannel(c, (n, i, h, w) -> (in.get(n, i, h, w) - mean) * factor + shift);
        }
    }

    private static void normaliseResponses(Operation.LocalResponseNorm op, Maps in, Maps out) {
        out.fill((n, c, h, w) -> {
            double squares = IntStream.rangeClosed(c - op.size() / 2, c + op.size() / 2)
                    .mapToDouble(i -> in.getOrZero(n, i, h, w))
                    .map(x -> x * x)
                    .sum();
            return in.get(n, c, h, w) / Math.pow(op.k() + op.alpha() / op.size() * squares, op.beta());
        });
    }

    private static void resize(Operation.Resize op, Maps in, Maps out) {
        double rows = (double) in.extent.height() / out.extent.height();
        double columns = (double) in.extent.width() / out.extent.width();
        if (!op.bilinear()) {
            int height = out.extent.height();
            int width = out.extent.width();
            out.fill((n, c, h, w) -> in.get(n, c, h * in.extent.height() / height, w * in.extent.width() / width));
            return;
        }
        int last = in.extent.height() - 1;
        int end = in.extent.width() - 1;
        out.fill((n, c, h, w) -> {
            double y = Math.max(0, (h + 0.5) * rows - 0.5);
            double x = Math.max(0, (w + 0.5) * columns - 0.5);
            int top = (int) y;
            int left = (int) x;
            int bottom = Math.min(top + 1, last);
            int right = Math.min(left + 1, end);
            double above = (1 - x + left) * in.get(n, c, top, left) + (x - left) * in.get(n, c, top, right);
            double below = (1 - x + left) * in.get(n, c, bottom, left) + (x - left) * in.get(n, c, bottom, right);
            return (1 - y + top) * above + (y - top) * below;
        });
    }

    private static double activate(Operation.Activation op, double x) {
        return switch (op.function()) {
            case RELU -> x > 0 ? x : op.slope() * x;
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
        };
    }

    private static void concatenate(List<Maps> inputs, Maps out) {
        int first = 0;
        for (Maps in : inputs) {
            int start = first;
            for (int c = start; c < start + in.extent.channels(); c++) {
                out.fillChannel(c, (n, i, h, w) -> in.get(n, i - start, h, w));
            }
            first += in.extent.channels();
        }
    }

    private static void maximum(Window window, Maps in, Maps out) {
        out.fill((n, c, h, w) -> {
            double maximum = Double.NEGATIVE_INFINITY;
            for (int kh = 0; kh < window.kernelHeight(); kh++) {
                for (int kw = 0; kw < window.kernelWidth(); kw++) {
                    if (in.has(row(window, h, kh), column(window, w, kw))) {
                        maximum = Math.max(maximum, in.get(n, c, row(window, h, kh), column(window, w, kw)));
                    }
                }
            }
            return maximum;
        });
    }

    private static void mean(Operation.AvgPool op, Maps in, Maps out) {
        Window window = op.window();
        out.fill((n, c, h, w) -> {
            double sum = 0;
            int seen = 0;
            for (int kh = 0; kh < window.kernelHeight(); kh++) {
                for (int kw = 0; kw < window.kernelWidth(); kw++) {
                    sum += in.getOrZero(n, c, row(window, h, kh), column(window, w, kw));
                    seen += in.has(row(window, h, kh), column(window, w, kw)) ? 1 : 0;
                }
            }
            return sum / (op.paddingCounts() ? window.kernelHeight() * window.kernelWidth() : seen);
        });
    }

    private static void adaptiveMean(Maps in, Maps out) {
        int height = in.extent.height();
        int width = in.extent.width();
        out.fill((n, c, h, w) -> {
            int rows = out.extent.height();
            int columns = out.extent.width();
            double sum = 0;
            int seen = 0;
            for (int y = h * height / rows; y < Math.ceil((h + 1.0) * height / rows); y++) {
                for (int x = w * width / columns; x < Math.ceil((w + 1.0) * width / columns); x++) {
                    sum += in.get(n, c, y, x);
                    seen++;
                }
            }
            return sum / seen;
        });
    }

    private static void softmax(Maps in, Maps out) {
        int channels = in.extent.channels();
        out.fill((n, c, h, w) -> Math.exp(in.get(n, c, h, w))
                / IntStream.range(0, channels)
                        .mapToDouble(i -> Math.exp(in.get(n, i, h, w)))
                        .sum());
    }

    private static int row(Window window, int position, int tap) {
        return position * window.strideHeight() - window.padding().top() + tap * window.dilationHeight();
    }

    private static int column(Window window, int position, int tap) {
        return position * window.strideWidth() - window.padding().left() + tap * window.dilationWidth();
    }

    private double parameter(Parameter parameter, int index) {
        if (index >= parameter.length()) {
            throw new IllegalArgumentException(parameter + " has no value at " + index);
        }
        return parameters[parameter.offset() + index];
    }

    /** N×C×H×W. */
    private record Maps(int batch, Extent extent, double[] values) {
        interface At {
            double value(int n, int c, int h, int w);
        }

        static Maps zeros(int batch, Extent extent) {
            return new Maps(batch, extent, new double[Math.toIntExact(batch * extent.elements())]);
        }

        Maps copy() {
            return new Maps(batch, extent, values.clone());
        }

        int at(int n, int c, int h, int w) {
            return ((n * extent.channels() + c) * extent.height() + h) * extent.width() + w;
        }

        boolean has(int h, int w) {
            return h >= 0 && h < extent.height() && w >= 0 && w < extent.width();
        }

        double get(int n, int c, int h, int w) {
            return values[at(n, c, h, w)];
        }

        double getOrZero(int n, int c, int h, int w) {
            return c >= 0 && c < extent.channels() && has(h, w) ? get(n, c, h, w) : 0;
        }

        /** The value, where one channel or one row and column stand for all. */
        double repeated(int n, int c, int h, int w) {
            return get(
                    n,
                    Math.min(c, extent.channels() - 1),
                    Math.min(h, extent.height() - 1),
                    Math.min(w, extent.width() - 1));
        }

        /** All channels at one place. */
        DoubleStream place(int n, int h, int w) {
            return IntStream.range(0, extent.channels()).mapToDouble(c -> get(n, c, h, w));
        }

        double[] channel(int c) {
            return IntStream.range(0, batch)
                    .mapToObj(n -> Arrays.stream(values, at(n, c, 0, 0), at(n, c + 1, 0, 0)))
                    .flatMapToDouble(stream -> stream)
                    .toArray();
        }

        void fill(At at) {
            for (int c = 0; c < extent.channels(); c++) {
                fillChannel(c, at);
            }
        }

        void fillChannel(int c, At at) {
            for (int n = 0; n < batch; n++) {
                for (int h = 0; h < extent.height(); h++) {
                    for (int w = 0; w < extent.width(); w++) {
                        values[at(n, c, h, w)] = at.value(n, c, h, w);
                    }
                }
            }
        }
    }
}
