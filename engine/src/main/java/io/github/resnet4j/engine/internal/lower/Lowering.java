package io.github.resnet4j.engine.internal.lower;

import io.github.resnet4j.engine.internal.ir.Operation;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.onednn.Descriptor.Pooling;
import io.github.resnet4j.engine.internal.onednn.Layout;
import io.github.resnet4j.engine.internal.onednn.Layout.Order;
import io.github.resnet4j.engine.internal.onednn.Scope;
import io.github.resnet4j.engine.report.PlanProfile;
import io.github.resnet4j.engine.report.PlanReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A program for one size of batch, made into oneDNN calls: forward, and back if it is for training. */
public final class Lowering implements AutoCloseable {
    /** What a step of training wants to see: one kind for each kind of loss. */
    public sealed interface Wanted {

        /**
         * Distributions of classes, for {@link Operation.SoftmaxCrossEntropy}.
         *
         * @param rows N×classes, row by row
         * @param classWeights how much each class counts; absent: 1
         */
        record Rows(java.nio.FloatBuffer rows, Optional<float[]> classWeights) implements Wanted {}

        /**
         * A class for each place, for {@link Operation.PlaceCrossEntropy}.
         *
         * @param classes N×H×W, unsigned, row by row; those that the loss does not have count for nothing
         * @param classWeights how much each class counts; absent: 1
         */
        record Places(byte[] classes, Optional<float[]> classWeights) implements Wanted {}

        /**
         * Values, for {@link Operation.Distance}.
         *
         * @param address of N×C×H×W values in plain order
         */
        record Values(long address) implements Wanted {}
    }

    /** What a program is lowered for. */
    public enum Use {
        /** Forward, and back from the losses among the program's outputs. */
        TRAINING,
        /** On all OpenMP threads of the calling thread. */
        INFERENCE,
        /** On the calling thread alone. */
        INFERENCE_ALONE,
        /** Forward only, and {@link #mayHideOverflow} looks at all values. */
        CHECK,
        /**
         * Forward, and back to the images from a gradient of the program's only output, as often as that is wanted. {@link
         * #mayHideOverflow} looks at all values.
         */
        GRADIENT
    }

    private static final Rows ROWS = new Rows()
            .row(Operation.Input.class, (l, i, op) -> new InputArrays(l.context, i, l.images))
            .row(Operation.Convolution.class, (l, i, op) -> LoweredWinograd.convolution(l.context, i, op))
            .row(Operation.Dense.class, (l, i, op) -> new LoweredDense(l.context, i, op))
            .row(Operation.BatchNorm.class, (l, i, op) -> new LoweredBatchNorm(l.context, i, op, l.losses))
            .row(Operation.Activation.class, (l, i, op) -> new LoweredActivation(l.context, i, op))
            .row(Operation.LocalResponseNorm.class, (l, i, op) -> new LoweredResponseNorm(l.context, i, op))
            .row(Operation.Prelu.class, (l, i, op) -> new LoweredPrelu(l.context, i, op))
            .row(Operation.Add.class, (l, i, op) -> new LoweredSum(l.context, i))
            .row(
                    Operation.StochasticSum.class,
                    (l, i, op) -> op.perImage()
                            ? new LoweredMaskedSum(l.context, i, op, l.dropout)
                            : new LoweredStochasticSum(l.context, i, op))
            .row(Operation.Multiply.class, (l, i, op) -> new LoweredProduct(l.context, i))
            .row(Operation.Scale.class, (l, i, op) -> new LoweredScale(l.context, i, op))
            .row(Operation.Shift.class, (l, i, op) -> new LoweredShift(l.context, i, op))
            .row(
                    Operation.Concat.class,
                    (l, i, op) -> l.context.growing(i) == null
                            ? LoweredPlacement.concat(l.context, i)
                            : new LoweredGrowth(l.context, i, l.context.growing(i)))
            .row(Operation.ZeroPad.class, (l, i, op) -> LoweredPlacement.pad(l.context, i, op.padding()))
            .row(Operation.MaxPool.class, (l, i, op) -> new LoweredPool(l.context, i, Pooling.MAX, op.window()))
            .row(Operation.AvgPool.class, (l, i, op) -> LoweredPool.mean(l.context, i, op))
            .row(Operation.AdaptiveAvgPool.class, (l, i, op) -> new LoweredAdaptiveAvgPool(l.context, i))
            .row(Operation.SpatialPool.class, (l, i, op) -> new LoweredSpatialPool(l.context, i, op))
            .row(Operation.DepthToSpace.class, (l, i, op) -> new LoweredDepthToSpace(l.context, i, op))
            .row(Operation.Resize.class, (l, i, op) -> new LoweredResize(l.context, i, op))
            .row(Operation.ZeroPadShortcut.class, (l, i, op) -> new LoweredShortcut(l.context, i, op))
            .row(Operation.Dropout.class, (l, i, op) -> new LoweredDropout(l.context, i, op, l.dropout))
            .row(Operation.SoftmaxCrossEntropy.class, (l, i, op) -> new LoweredSoftmax(l.context, i, op, l.losses))
            .row(Operation.PlaceCrossEntropy.class, (l, i, op) -> new LoweredPlaceSoftmax(l.context, i, op, l.losses))
            .row(Operation.Distance.class, (l, i, op) -> new LoweredDistance(l.context, i, op, l.losses));

    private final Scope scope = new Scope();
    private final Buffer images = Buffer.at(0);
    private final Buffer outputGradient = Buffer.at(0);
    private final Losses losses = new Losses();
    private final List<LoweredTensor> outputs = new ArrayList<>();
    private LoweredLoss main;
    private final DropoutMask dropout;
    private final Use use;
    private Magnitudes magnitudes;
    private int refreshes = -1;
    private boolean exceeded;
    private final Context context;
    private final Executable executable;
    /** Instructions of the forward pass. */
    private final int forward;

    private LoweredTensor imageGradient;

    /**
     * Lowers {@code program}.
     *
     * @param program as the passes left it
     * @param batch images in every execution
     * @param order of the maps between operations
     * @param flat addresses of DL4J's arrays; gradients are written there
     * @param prepared parameters of the frozen nodes
     * @param arena where its tensors are while it runs; outlives it
     * @param use what for
     * @param seed of dropout and stochastic depth
     * @throws LoweringException if oneDNN has no code for a node
     * @throws io.github.resnet4j.engine.BatchMemoryError if the arena cannot grow as large as this needs
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
        this.use = use;
        try {
            Tape tape = new Tape(scope);
            boolean training = use == Use.TRAINING;
            context = new Context(program, batch, use, order, tape, flat, prepared, dropout);
            List<Lowered> lowered = new ArrayList<>();
            for (int i = 0; i < program.nodes().size(); i++) {
                int position = i;
                LoweringException.naming(context.node(i).name(), () -> {
                    Lowered step = ROWS.lowered(this, position);
                    tape.when(present(position), () -> {
                        LoweredTensor value = step.forward();
                        context.value(position, value);
                        if (!training || isUnseen(position)) {
                            tape.watch(value, () -> look(position, value));
                        }
                    });
                    lowered.add(step);
                });
            }
            for (int output : program.outputs()) {
                outputs.add(readable(output));
            }
            forward = tape.instructions().size();
            if (training) {
                back(lowered, tape);
            } else if (use == Use.GRADIENT) {
                backToTheImages(lowered, tape);
            }
            outputs.forEach(tape::keep);
            executable = new Executable(tape, arena, batch);
            bound();
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    /**
     * The addresses of DL4J's flat arrays.
     *
     * @param parameters of the parameters
     * @param gradients of their gradients; 0 in inference
     */
    public record FlatArrays(long parameters, long gradients) {}

    /** That the node at {@code position} is in no branch that does not count. */
    private Condition present(int position) {
        return Condition.kept(context.coins(position));
    }

    /** Whether an activation may read the value, and hide a NaN, before a batch's statistics or the loss show it. */
    private boolean isUnseen(int position) {
        Operation op = context.node(position).op();
        return context.backward(position)
                && (op instanceof Operation.Convolution || op instanceof Operation.Dense)
                && context.readers(position).stream()
                        .map(reader -> context.node(reader).op())
                        .anyMatch(reader -> !(reader instanceof Operation.Loss)
                                && !(reader instanceof Operation.BatchNorm norm && norm.batchStatistics()));
    }

    private void look(int position, LoweredTensor value) {
        boolean every = use == Use.CHECK || use == Use.TRAINING || use == Use.GRADIENT;
        if (every || magnitudes.watched(position)) {
            float limit = every ? Float.MAX_VALUE : Magnitudes.USUAL;
            exceeded |= Floats.exceeds(value.buffer().address(), value.count(), limit);
        }
    }

    private void back(List<Lowered> lowered, Tape tape) {
        List<Integer> losses = context.program().losses();
        if (losses.isEmpty()) {
            throw new IllegalArgumentException("a program for training needs a loss among its outputs, this one has "
                    + context.program().outputs().stream()
                            .map(output -> context.node(output).name())
                            .toList());
        }
        main = (LoweredLoss) lowered.get(losses.get(0));
        for (int i = lowered.size() - 1; i > 0; i--) {
            if (losses.contains(i) || (context.backward(i) && context.gradient(i) != null)) {
                backward(lowered, i, tape);
            }
        }
    }

    private void backward(List<Lowered> lowered, int position, Tape tape) {
        LoweringException.naming(
                context.node(position).name(),
                () -> tape.when(present(position), () -> lowered.get(position).backward(context.gradient(position))));
    }

    /** What the forward pass leaves is kept, so that the way back can be gone again. */
    private void backToTheImages(List<Lowered> lowered, Tape tape) {
        List<Buffer> left = tape.buffers().stream().filter(Buffer::used).toList();
        int output = context.program().outputs().get(0);
        context.addGradient(
                output,
                context.node(output).name(),
                new LoweredTensor(outputs.get(0).layout(), outputGradient),
                false);
        for (int i = output; i > 0; i--) {
            if (context.gradient(i) != null) {
                backward(lowered, i, tape);
            }
        }
        imageGradient = readable(0, context.gradient(0));
        tape.keep(imageGradient);
        left.forEach(buffer -> buffer.use(Math.max(0, tape.instructions().size() - 1)));
    }

    private LoweredTensor readable(int position) {
        return readable(position, context.value(position));
    }

    private LoweredTensor readable(int position, LoweredTensor value) {
        ProgramNode node = context.node(position);
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

    /** The operations that can be lowered, each with its forward and backward pass. */
    static Set<Class<?>> operations() {
        return Set.copyOf(ROWS.rows.keySet());
    }

    /** One row for each operation. */
    private static final class Rows {
        private final Map<Class<?>, Row<Operation>> rows = new HashMap<>();

        interface Row<T> {
            Lowered lowered(Lowering lowering, int position, T op);
        }

        <T extends Operation> Rows row(Class<T> type, Row<T> row) {
            rows.put(type, (lowering, position, op) -> row.lowered(lowering, position, type.cast(op)));
            return this;
        }

        Lowered lowered(Lowering lowering, int position) {
            Operation op = lowering.context.node(position).op();
            Row<Operation> row = rows.get(op.getClass());
            if (row == null) {
                throw new IllegalStateException("no lowering for " + op);
            }
            return row.lowered(lowering, position, op);
        }
    }

    /** The images as the caller has them. */
    private static final class InputArrays extends Lowered {
        private final Buffer buffer;

        InputArrays(Context context, int position, Buffer buffer) {
            super(context, position);
            this.buffer = buffer;
        }

        @Override
        LoweredTensor forward() {
            Layout layout = Layout.of(
                    context.scope(),
                    Order.PLAIN,
                    context.batch(),
                    node.extent().channels(),
                    node.extent().height(),
                    node.extent().width());
            LoweredTensor plain = new LoweredTensor(layout, buffer);
            // Gradients are in the common order, and a value is where its gradient is.
            return context.backward(position) ? context.convert(node.name(), plain, context.map(node.extent())) : plain;
        }

        @Override
        void backward(LoweredTensor gradient) {}
    }

    /** Runs on the images at {@code address}, N×C×H×W. */
    public void run(long address) {
        bound();
        exceeded = false;
        executable.place(images, address);
        executable.run(0, use == Use.GRADIENT ? forward : executable.size());
    }

    /**
     * After a run for {@link Use#GRADIENT}, goes back from the gradient of the output, whose shape it has, and copies that of
     * the images, N×C×H×W. The images must still be where they were.
     *
     * @param from address of the output's gradient
     * @param to address for the images'
     */
    public void back(long from, long to) {
        executable.place(outputGradient, from);
        executable.run(forward, executable.size());
        Floats.copy(imageGradient.buffer().address(), to, imageGradient.count());
    }

    /** Finds out what to look at, with the parameters as they are now. */
    private void bound() {
        boolean inference = use == Use.INFERENCE || use == Use.INFERENCE_ALONE;
        if (inference && refreshes != context.prepared().refreshes()) {
            refreshes = context.prepared().refreshes();
            magnitudes = new Magnitudes(context.program(), context.prepared(), Magnitudes.USUAL);
        }
    }

    /**
     * Whether an activation may have hidden in the last run that a value overflowed. In inference, that is not sure: values
     * were large. After a {@link Use#CHECK} it is: a value is not finite.
     */
    public boolean mayHideOverflow() {
        return exceeded || magnitudes != null && !magnitudes.bounded();
    }

    /** Runs on the images at {@code address} once to warm up and then {@code rounds} times with a clock. */
    public PlanProfile profile(long address, int rounds) {
        if (rounds < 1) {
            throw new IllegalArgumentException("at least 1 round is needed, got " + rounds);
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
     * @param wanted what the program's losses compare with
     * @param iteration the number of the step, which dropout and stochastic depth depend on
     */
    public void next(Wanted wanted, long iteration) {
        losses.next(wanted);
        dropout.iteration(iteration);
    }

    /** Whether the next run computes the node at {@code position} of the program: a dropped branch is left out. */
    public boolean computes(int position) {
        return present(position).holds();
    }

    /** Sum of all losses of the last run's batch, NaN if something on the way was not finite. */
    public double lossSum() {
        return exceeded || isBroken() ? Double.NaN : losses.sum();
    }

    /** Whether a parameter of a frozen node is not finite, so that no result means anything. */
    public boolean isBroken() {
        return context.program().nodes().stream().map(ProgramNode::op).anyMatch(op -> context.prepared()
                .isBroken(op));
    }

    /** By the first loss, what the sum of all losses of the last run is divided by to get their mean. */
    public double total() {
        return main.total;
    }

    /** Images or places of the last run whose largest logit is at the label, by the first loss. */
    public int correct() {
        return main.correct;
    }

    /** Those that could have been. */
    public int counted() {
        return main.counted;
    }

    /** Copies the values of the program's {@code i}-th output after a run, N×C×H×W or N×C, to {@code address}. */
    public void copyOutput(int i, long address) {
        Floats.copy(outputs.get(i).buffer().address(), address, outputs.get(i).count());
    }

    /** Shape of the program's {@code i}-th output. */
    public long[] outputShape(int i) {
        return outputs.get(i).layout().shape();
    }

    /** Steps of every run; each takes some memory of oneDNN's besides the arena. */
    public int steps() {
        return executable.size();
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
