package io.github.resnet4j.engine.lower;

import io.github.resnet4j.engine.ir.Node;
import io.github.resnet4j.engine.ir.Op;
import io.github.resnet4j.engine.ir.Program;
import io.github.resnet4j.engine.onednn.Descriptor.Pooling;
import io.github.resnet4j.engine.onednn.Layout;
import io.github.resnet4j.engine.onednn.Layout.Order;
import io.github.resnet4j.engine.onednn.Scope;
import io.github.resnet4j.engine.report.PlanProfile;
import io.github.resnet4j.engine.report.PlanReport;
import java.util.ArrayList;
import java.util.List;

/** A program for one size of batch, made into oneDNN calls: forward, and back if it is for training. */
public final class Lowering implements AutoCloseable {
    /** What a program is lowered for. */
    public enum Use {
        /** Forward, and back from the loss, which is the program's last node. */
        TRAINING,
        /** On all OpenMP threads of the calling thread. */
        INFERENCE,
        /** On the calling thread alone. */
        INFERENCE_ALONE
    }

    private final Scope scope = new Scope();
    private final Buffer pictures = Buffer.at(0);
    private final LoweredSoftmax.Loss loss = new LoweredSoftmax.Loss();
    private final List<Tensor> outputs = new ArrayList<>();
    private final DropoutMask dropout;
    private final Context context;
    private final Executable executable;

    /**
     * Lowers {@code program}.
     *
     * @param program as the passes left it
     * @param batch pictures in every execution
     * @param order of the maps between operations
     * @param flat addresses of DL4J's arrays; gradients are written there
     * @param prepared parameters of the frozen nodes
     * @param arena where its tensors are while it runs; outlives it
     * @param use what for
     * @param seed of dropout
     * @throws LoweringException if oneDNN has no code for a node
     * @throws OutOfMemoryError if the arena cannot grow as large as this needs
     */
    public Lowering(
            Program program,
            int batch,
            Order order,
            FlatArrays flat,
            Prepared prepared,
            SharedArena arena,
            Use use,
            long seed) {
        this.dropout = new DropoutMask(seed);
        try {
            Tape tape = new Tape(scope);
            boolean training = use == Use.TRAINING;
            context = new Context(program, batch, use, order, tape, flat, prepared);
            List<Lowered> lowered = new ArrayList<>();
            for (int i = 0; i < program.nodes().size(); i++) {
                int position = i;
                LoweringException.naming(context.node(i).name(), () -> {
                    Lowered step = step(position);
                    context.value(position, step.forward());
                    lowered.add(step);
                });
            }
            for (int output : program.outputs()) {
                outputs.add(readable(output));
            }
            if (training) {
                back(lowered);
            }
            outputs.forEach(tape::keep);
            executable = new Executable(tape, arena);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    /**
     * Addresses of DL4J's flat arrays.
     *
     * @param parameters of the parameters
     * @param gradients of their gradients; 0 in inference
     */
    public record FlatArrays(long parameters, long gradients) {}

    private void back(List<Lowered> lowered) {
        int last = lowered.size() - 1;
        if (!(context.node(last).op() instanceof Op.SoftmaxCrossEntropy)) {
            throw new IllegalArgumentException("a program for training must end with its loss, this one ends with "
                    + context.node(last).name());
        }
        for (int i = last; i > 0; i--) {
            if (i == last || (context.backward(i) && context.gradient(i) != null)) {
                int position = i;
                LoweringException.naming(
                        context.node(i).name(), () -> lowered.get(position).backward(context.gradient(position)));
            }
        }
    }

    private Tensor readable(int position) {
        Node node = context.node(position);
        Tensor value = context.value(position);
        if (value.layout().shape().length == 2) {
            return value;
        }
        return context.convert(
                node.name(),
                value,
                Layout.of(
                        scope,
                        Order.PLAIN,
                        context.batch(),
                        node.extent().channels(),
                        node.extent().height(),
                        node.extent().width()));
    }

    private Lowered step(int position) {
        Op op = context.node(position).op();
        if (op instanceof Op.Input) {
            return new Pictures(context, position, pictures);
        } else if (op instanceof Op.Convolution c) {
            return LoweredWinograd.convolution(context, position, c);
        } else if (op instanceof Op.Dense d) {
            return new LoweredDense(context, position, d);
        } else if (op instanceof Op.BatchNorm bn) {
            return new LoweredBatchNorm(context, position, bn, loss);
        } else if (op instanceof Op.Activation a) {
            return new LoweredActivation(context, position, a);
        } else if (op instanceof Op.Add) {
            return new LoweredElementwise(context, position, false);
        } else if (op instanceof Op.Multiply) {
            return new LoweredElementwise(context, position, true);
        } else if (op instanceof Op.Scale s) {
            return new LoweredScale(context, position, s);
        } else if (op instanceof Op.Concat) {
            return LoweredPlacement.concat(context, position);
        } else if (op instanceof Op.ZeroPad p) {
            return LoweredPlacement.pad(
                    context, position, p.padding().top(), p.padding().left());
        } else if (op instanceof Op.MaxPool p) {
            return new LoweredPool(context, position, Pooling.MAX, p.window());
        } else if (op instanceof Op.AvgPool p) {
            Pooling kind = p.paddingCounts() ? Pooling.AVERAGE_WITH_PADDING : Pooling.AVERAGE;
            return new LoweredPool(context, position, kind, p.window());
        } else if (op instanceof Op.ZeroPadShortcut s) {
            return new LoweredShortcut(context, position, s);
        } else if (op instanceof Op.Dropout d) {
            return new LoweredDropout(context, position, d, dropout);
        } else if (op instanceof Op.SoftmaxCrossEntropy s) {
            return new LoweredSoftmax(context, position, s, loss);
        }
        throw new IllegalStateException("no lowering for " + op);
    }

    /** The pictures as the caller has them. */
    private static final class Pictures extends Lowered {
        private final Buffer buffer;

        Pictures(Context context, int position, Buffer buffer) {
            super(context, position);
            this.buffer = buffer;
        }

        @Override
        Tensor forward() {
            Layout layout = Layout.of(
                    context.scope(),
                    Order.PLAIN,
                    context.batch(),
                    node.extent().channels(),
                    node.extent().height(),
                    node.extent().width());
            return new Tensor(layout, buffer);
        }

        @Override
        void backward(Tensor gradient) {}
    }

    /** Runs on the pictures at {@code address}, N×C×H×W. */
    public void run(long address) {
        executable.place(pictures, address);
        executable.run();
    }

    /** Runs on the pictures at {@code address} once to warm up and then {@code rounds} times with a clock. */
    public PlanProfile profile(long address, int rounds) {
        if (rounds < 1) {
            throw new IllegalArgumentException(rounds + " rounds measure nothing");
        }
        run(address);
        List<long[]> nanoseconds = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            nanoseconds.add(executable.timedRun());
        }
        return PlanProfile.of(context.batch(), executable.steps(), nanoseconds);
    }

    /**
     * Says what the next run of a program for training is.
     *
     * @param rows labels, N×classes, row by row
     * @param iteration the number of the step, which dropout depends on
     */
    public void next(java.nio.FloatBuffer rows, long iteration) {
        loss.labels(rows);
        dropout.iteration(iteration);
    }

    /** Sum of the losses of the last run's batch. */
    public double lossSum() {
        return loss.sum();
    }

    /** Pictures of the last run whose largest logit is at the largest label. */
    public int correct() {
        return loss.correct();
    }

    /** Copies the values of the program's {@code i}-th output after a run, N×C×H×W or N×C, to {@code address}. */
    public void copyOutput(int i, long address) {
        Floats.copy(outputs.get(i).buffer().address(), address, outputs.get(i).count());
    }

    /** Shape of the program's {@code i}-th output. */
    public long[] outputShape(int i) {
        return outputs.get(i).layout().shape();
    }

    /** Steps of every run, each of which takes some memory of oneDNN's beside the arena. */
    public int steps() {
        return executable.steps().size();
    }

    /** What it runs. */
    public PlanReport report() {
        return new PlanReport(
                context.batch(),
                1,
                executable.steps(),
                executable.arenaBytes(),
                executable.leastBytes(),
                context.prepared().bytes());
    }

    @Override
    public void close() {
        scope.close();
    }
}
