package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.ir.Passes;
import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.ir.ProgramNode;
import io.github.resnet4j.engine.internal.lower.Lowering;
import io.github.resnet4j.engine.internal.lower.Prepared;
import io.github.resnet4j.engine.internal.onednn.Dnnl;
import io.github.resnet4j.engine.internal.onednn.Scope;
import io.github.resnet4j.engine.internal.read.GraphReader;
import io.github.resnet4j.engine.internal.read.Start;
import io.github.resnet4j.engine.report.PlanProfile;
import io.github.resnet4j.engine.report.PlanReport;
import io.github.resnet4j.files.Suggest;
import io.github.resnet4j.zoo.network.Shape;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A graph compiled for inference: batch normalisation folded into the convolutions, sums and activations fused into
 * them. It is a snapshot of the graph's parameters, taken at compilation and by {@link #refresh()}. The graph itself is
 * needed only for that, and when you name vertices for the first time.
 *
 * <p>Safe for use by several threads. A thread on its own uses all cores: they work together on one image, or each take
 * a part of a batch. Concurrent threads share the cores, whether they run this plan or others; those of one plan beyond
 * the number of cores wait. All share the parameters. On a core of its own, 3×3 convolutions are computed by Winograd's
 * method where that is faster, so the last digits of an answer may depend on the size of the batch.
 *
 * <p>An image with a value that is not finite gives NaN, and does not affect the others; a parameter that is not finite
 * makes everything NaN. So does an image for which any value inside the network overflows, although a ReLU of oneDNN would
 * turn the NaN that follows into zero.
 */
public final class InferencePlan implements Inference {
    /** Images go through in pieces that need about this much memory, for the caches' sake. */
    private static final long PIECE_BYTES = 192L << 20;

    /** The same where maps grow unevenly: normalisations and 1×1 convolutions of narrow layers wait for memory. */
    private static final long UNEVEN_PIECE_BYTES = 32L << 20;

    /** Sets of vertices whose programs are kept; what was lowered of them is bounded on its own. */
    private static final int MOST_BRANCHES = 64;

    /** Threads that run a plan, this one or another: the cores are the same. */
    private static final AtomicInteger CALLERS = new AtomicInteger();

    private final ComputationGraph graph;
    private final GraphState state;
    private final List<String> outputs;
    private final Start start;
    private final Shape input;
    private final int maxBatch;
    private final Native compiled;
    private final Cleaner.Cleanable cleanable;
    private final Branch whole;
    private final Map<List<String>, Branch> branches = new LinkedHashMap<>(16, 0.75f, true);

    private InferencePlan(ComputationGraph graph, Start start, int maxBatch) {
        if (maxBatch < 1) {
            throw new IllegalArgumentException("the largest batch must have at least 1 image, got " + maxBatch);
        }
        Dnnl.require();
        this.graph = graph;
        this.start = start;
        this.input = start.shape();
        this.maxBatch = maxBatch;
        this.state = GraphState.forInference(graph);
        this.outputs = GraphReader.outputs(graph.getConfiguration());
        int cores = Math.min(Runtime.getRuntime().availableProcessors(), OpenMp.threads());
        this.compiled = new Native(new Prepared(state.parameters()), cores);
        this.cleanable = Native.CLEANER.register(this, compiled);
        try {
            this.whole = read(List.of());
            if (together(maxBatch)) {
                compiled.wide.lowering(whole, whole.piece);
            } else {
                prepareLanes(lanes(maxBatch, compiled.cores));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Compiles what the largest batch needs on so many cores, so that the first one does not wait for it. */
    private void prepareLanes(int count) {
        List<Lane> taken = Stream.generate(compiled::take).limit(count).toList();
        taken.forEach(lane -> lane.lowering(whole, whole.piece));
        taken.forEach(compiled::giveBack);
    }

    /**
     * Compiles {@code graph} for batches of 1 to {@code maxBatch} images.
     *
     * @param image size of the images
     * @throws IllegalArgumentException if {@code maxBatch} is below 1
     * @throws UnsupportedGraphException if the graph has anything that the engine does not support
     * @throws EngineUnavailableException if oneDNN is not available for this platform
     */
    public static InferencePlan compile(ComputationGraph graph, Shape image, int maxBatch) {
        return new InferencePlan(graph, Start.at(image), maxBatch);
    }

    /**
     * Compiles what stands behind a vertex of {@code graph}. The plan takes that vertex's values in place of images, as
     * {@link #featureMaps} of a plan for the whole graph puts them out.
     *
     * @param vertex whose values {@link #output} takes, as N×C×H×W (N×C×1×1 for what DL4J has as rows)
     * @param image size of the images
     * @throws IllegalArgumentException if {@code maxBatch} is below 1, or the graph has no such vertex
     * @throws UnsupportedGraphException if the graph has anything that the engine does not support, or its output reads
     *     the image past the vertex
     * @throws EngineUnavailableException if oneDNN is not available for this platform
     */
    public static InferencePlan compileBehind(ComputationGraph graph, String vertex, Shape image, int maxBatch) {
        return new InferencePlan(graph, GraphReader.behind(graph, vertex, image), maxBatch);
    }

    /**
     * The graph's output for each image.
     *
     * @param features N×C×H×W, N at most the maximum
     * @return N×classes, as from {@code graph.outputSingle}: probabilities after a softmax
     * @throws IllegalArgumentException if the shape is not the graph's
     * @throws IllegalStateException if the plan is closed, or the graph has several outputs
     */
    @Override
    public INDArray output(INDArray features) {
        InputArrays.requireOne(outputs);
        return run(List.of(), features).get(0);
    }

    @Override
    public Map<String, INDArray> outputs(INDArray features) {
        List<INDArray> values = run(List.of(), features);
        Map<String, INDArray> named = new LinkedHashMap<>();
        for (int i = 0; i < outputs.size(); i++) {
            named.put(outputs.get(i), values.get(i));
        }
        return named;
    }

    /**
     * The values at the named vertices; the layers after them do not run. The sets of vertices that were named last
     * stay compiled.
     *
     * @param features as for {@link #output}
     * @return by name, N×C×H×W, or N×C after a dense layer or a global pooling
     * @throws IllegalArgumentException if the shape is not the graph's, if it has no such vertex, or if you name none
     * @throws StalePlanException if this set of vertices is new, or was last named long ago, and the graph has changed
     *     since
     * @throws IllegalStateException if the plan is closed
     */
    @Override
    public Map<String, INDArray> featureMaps(INDArray features, List<String> vertices) {
        if (vertices.isEmpty()) {
            throw new IllegalArgumentException("name at least one vertex");
        }
        vertices.forEach(this::requireVertex);
        // In whatever order they are named, it is the same program.
        List<String> names = vertices.stream().distinct().sorted().toList();
        List<INDArray> values = run(names, features);
        Map<String, INDArray> maps = new LinkedHashMap<>();
        vertices.forEach(name -> maps.put(name, values.get(names.indexOf(name))));
        return maps;
    }

    private void requireVertex(String name) {
        if (graph.getVertex(name) == null) {
            List<String> all = Arrays.stream(graph.getVertices())
                    .map(GraphVertex::getVertexName)
                    .toList();
            throw new IllegalArgumentException("the graph has no vertex \"" + name + "\""
                    + Suggest.nearest(name, all)
                            .map(near -> "; did you mean " + near + "?")
                            .orElse(""));
        }
    }

    private List<INDArray> run(List<String> outputs, INDArray features) {
        INDArray images = InputArrays.dense(features, input);
        if (images.size(0) > maxBatch) {
            throw new IllegalArgumentException(
                    "a batch of " + images.size(0) + " images; the plan is compiled for at most " + maxBatch);
        }
        compiled.running.readLock().lock();
        try {
            compiled.requireOpen();
            Branch branch = branch(outputs);
            int callers = CALLERS.incrementAndGet();
            try {
                List<INDArray> results = run(branch, images, Math.max(1, compiled.cores / callers));
                InputArrays.markNotFinite(images, results);
                return branch.shaped(results);
            } finally {
                CALLERS.decrementAndGet();
            }
        } finally {
            compiled.running.readLock().unlock();
        }
    }

    /** @param share cores for this caller */
    private List<INDArray> run(Branch branch, INDArray images, int share) {
        if (share == compiled.cores && together(images.size(0))) {
            synchronized (compiled.wide) {
                return compiled.wide.run(branch, images);
            }
        }
        List<List<INDArray>> parts =
                apart(images, lanes(images.size(0), share), (lane, part) -> lane.run(branch, part));
        if (parts.size() == 1) {
            return parts.get(0);
        }
        List<INDArray> whole = new ArrayList<>();
        for (int i = 0; i < parts.get(0).size(); i++) {
            int output = i;
            whole.add(
                    Nd4j.concat(0, parts.stream().map(part -> part.get(output)).toArray(INDArray[]::new)));
        }
        return whole;
    }

    /** Whether the cores work together on this many images, which are too few to have one each. */
    private boolean together(long count) {
        return count == 1 && compiled.cores > 1;
    }

    /** Cores, of so many, that take a part each of this many images. */
    private static int lanes(long count, int cores) {
        return Math.toIntExact(Math.min(cores, count));
    }

    /** Does {@code work} on so many parts of the images, each on a core of its own. */
    private <R> List<R> apart(INDArray images, int lanes, BiFunction<Lane, INDArray, R> work) {
        List<CompletableFuture<R>> others = new ArrayList<>();
        for (int lane = 1; lane < lanes; lane++) {
            INDArray part = part(images, lane, lanes);
            others.add(CompletableFuture.supplyAsync(() -> alone(part, work), compiled.pool));
        }
        List<R> results = new ArrayList<>();
        try {
            results.add(alone(part(images, 0, lanes), work));
        } finally {
            // Nobody may be left behind in memory that the caller is free to release.
            CompletableFuture.allOf(others.toArray(CompletableFuture[]::new))
                    .exceptionally(failed -> null)
                    .join();
        }
        for (CompletableFuture<R> other : others) {
            try {
                results.add(other.join());
            } catch (CompletionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
        return results;
    }

    /** The first parts are the larger ones. */
    private static INDArray part(INDArray images, int lane, int lanes) {
        long total = images.size(0);
        long from = (total * lane + lanes - 1) / lanes;
        long to = (total * (lane + 1) + lanes - 1) / lanes;
        return images.get(NDArrayIndex.interval(from, to));
    }

    private <R> R alone(INDArray images, BiFunction<Lane, INDArray, R> work) {
        compiled.free.acquireUninterruptibly();
        try {
            Lane lane = compiled.take();
            try {
                return OpenMp.alone(() -> work.apply(lane, images));
            } finally {
                compiled.giveBack(lane);
            }
        } finally {
            compiled.free.release();
        }
    }

    private Branch branch(List<String> outputs) {
        if (outputs.isEmpty()) {
            return whole;
        }
        synchronized (branches) {
            Branch branch = branches.computeIfAbsent(outputs, this::read);
            if (branches.size() > MOST_BRANCHES) {
                branches.remove(branches.keySet().iterator().next());
            }
            return branch;
        }
    }

    private Branch read(List<String> outputs) {
        state.require();
        Program read = GraphReader.inference(graph, start, outputs);
        Program program = Passes.optimise(read);
        List<Boolean> flat = (outputs.isEmpty() && this.outputs.size() > 1 ? this.outputs : outputs)
                .stream().map(name -> GraphReader.isFlat(graph, name, start)).toList();
        return new Branch(outputs, program, Passes.unfused(read), flat, piece(program));
    }

    private int piece(Program program) {
        long largest = 1;
        for (ProgramNode node : program.nodes()) {
            long alive = node.extent().elements();
            for (int input : node.inputs()) {
                alive += program.nodes().get(input).extent().elements();
            }
            largest = Math.max(largest, alive * Float.BYTES);
        }
        long bytes = MemoryFormat.growsUnevenly(program) ? UNEVEN_PIECE_BYTES : PIECE_BYTES;
        long fitting = Math.max(1, bytes / compiled.cores / largest);
        long most = (maxBatch + compiled.cores - 1L) / compiled.cores;
        return Math.toIntExact(fitting >= most ? most : Long.highestOneBit(fitting));
    }

    @Override
    public InferencePlan at(Shape image, int maxBatch) {
        return compile(graph, image, maxBatch);
    }

    /** Takes a new snapshot of the graph's parameters; waits for the batches in progress. */
    @Override
    public void refresh() {
        compiled.running.writeLock().lock();
        try {
            compiled.requireOpen();
            state.require();
            compiled.prepared.refresh();
        } finally {
            compiled.running.writeLock().unlock();
        }
    }

    /** What runs on every core for the largest piece of its part of a batch; on all cores if that is one image. */
    public PlanReport report() {
        compiled.running.readLock().lock();
        try {
            compiled.requireOpen();
            if (together(maxBatch)) {
                synchronized (compiled.wide) {
                    return compiled.wide.lowering(whole, whole.piece).report();
                }
            }
            compiled.free.acquireUninterruptibly();
            try {
                Lane lane = compiled.take();
                try {
                    return lane.lowering(whole, whole.piece).report().times(lanes(maxBatch, compiled.cores));
                } finally {
                    compiled.giveBack(lane);
                }
            } finally {
                compiled.free.release();
            }
        } finally {
            compiled.running.readLock().unlock();
        }
    }

    /**
     * The time of each step for the first piece of {@code features}, or of the first core's part of them.
     *
     * @param rounds number of executions, of which the median counts; at least 1
     */
    public PlanProfile profile(INDArray features, int rounds) {
        INDArray images = InputArrays.dense(features, input);
        compiled.running.readLock().lock();
        try {
            compiled.requireOpen();
            if (together(images.size(0))) {
                synchronized (compiled.wide) {
                    return compiled.wide.profile(whole, images, rounds);
                }
            }
            List<PlanProfile> lanes = apart(
                    images, lanes(images.size(0), compiled.cores), (lane, part) -> lane.profile(whole, part, rounds));
            return lanes.get(0).times(lanes.size());
        } finally {
            compiled.running.readLock().unlock();
        }
    }

    @Override
    public Engine engine() {
        return Engine.ONEDNN;
    }

    @Override
    public Optional<String> fallback() {
        return Optional.empty();
    }

    /** Frees the native memory once the batches in progress are done. */
    @Override
    public void close() {
        cleanable.clean();
    }

    /**
     * The program for one set of outputs.
     *
     * @param names of the outputs, in the program's order; none for the graph's own
     * @param unfused the same, with every value that an activation is applied to
     * @param flat which of the named outputs DL4J has as rows
     * @param piece images that go through together
     */
    private record Branch(List<String> names, Program program, Program unfused, List<Boolean> flat, int piece) {

        /** Images of the next piece when {@code left} are left. */
        int size(long left) {
            return Math.toIntExact(left >= piece ? piece : Long.highestOneBit(left));
        }

        List<INDArray> shaped(List<INDArray> results) {
            List<INDArray> shaped = new ArrayList<>(results);
            for (int i = 0; i < flat.size(); i++) {
                INDArray result = results.get(i);
                shaped.set(i, flat.get(i) ? result.reshape(result.size(0), -1) : result);
            }
            return shaped;
        }
    }

    /** A core, or all of them together: everything that is lowered for it, for one thread at a time. */
    private static final class Lane {
        private final Prepared prepared;
        private final Lowering.Use use;
        private final LoweringCache<Key> lowerings = new LoweringCache<>();

        private record Key(List<String> outputs, int batch, Lowering.Use use) {}

        Lane(Prepared prepared, Lowering.Use use) {
            this.prepared = prepared;
            this.use = use;
        }

        Lowering lowering(Branch branch, int batch) {
            return lowering(branch, branch.program, batch, use);
        }

        private Lowering lowering(Branch branch, Program program, int batch, Lowering.Use use) {
            return lowerings.get(new Key(branch.names, batch, use), arena -> {
                synchronized (prepared) {
                    return new Lowering(
                            program,
                            batch,
                            MemoryFormat.inference(program),
                            new Lowering.FlatArrays(0, 0),
                            prepared,
                            arena,
                            use,
                            0);
                }
            });
        }

        /** Batches of every size are put together from pieces of few sizes, so that few are compiled. */
        List<INDArray> run(Branch branch, INDArray images) {
            long total = images.size(0);
            long each = images.length() / total * Float.BYTES;
            List<INDArray> results = new ArrayList<>();
            for (long done = 0; done < total; ) {
                long left = total - done;
                int size = branch.size(left);
                Lowering lowering = lowering(branch, size);
                lowering.run(GraphState.address(images) + done * each);
                for (int i = 0; i < branch.program.outputs().size(); i++) {
                    if (done == 0) {
                        long[] shape = lowering.outputShape(i);
                        shape[0] = total;
                        results.add(Nd4j.createUninitialized(DataType.FLOAT, shape, 'c'));
                    }
                    INDArray result = results.get(i);
                    long elements = result.length() / total;
                    lowering.copyOutput(i, GraphState.address(result) + done * elements * Float.BYTES);
                }
                if (lowering.isBroken()) {
                    results.forEach(result -> result.assign(Double.NaN));
                } else if (lowering.mayHideOverflow()) {
                    markOverflows(branch, GraphState.address(images), each, done, size, results);
                }
                done += size;
            }
            Reference.reachabilityFence(images); // native code knows addresses only
            Reference.reachabilityFence(results);
            return results;
        }

        /** Makes all results NaN of images for which some value is not finite, which need not show in them. */
        private void markOverflows(
                Branch branch, long images, long each, long from, int count, List<INDArray> results) {
            Lowering check = lowering(branch, branch.unfused, 1, Lowering.Use.CHECK);
            for (long image = from; image < from + count; image++) {
                check.run(images + image * each);
                if (check.mayHideOverflow()) {
                    for (INDArray result : results) {
                        result.slice(image).assign(Double.NaN);
                    }
                }
            }
        }

        PlanProfile profile(Branch branch, INDArray images, int rounds) {
            try {
                return lowering(branch, branch.size(images.size(0))).profile(GraphState.address(images), rounds);
            } finally {
                Reference.reachabilityFence(images); // native code knows its address only
            }
        }

        void close() {
            lowerings.close();
        }
    }

    /** The native side, which must not know the plan: it outlives it until the cleaner has run. */
    private static final class Native implements Runnable {
        private static final Cleaner CLEANER = Cleaner.create();

        private final Prepared prepared;
        private final int cores;
        private final Semaphore free;
        private final ThreadPoolExecutor pool;
        private final Lane wide;
        private final List<Lane> lanes = new ArrayList<>();
        private final Deque<Lane> idle = new ArrayDeque<>();
        private final ReadWriteLock running = new ReentrantReadWriteLock();
        private boolean closed;

        Native(Prepared prepared, int cores) {
            this.prepared = prepared;
            this.cores = cores;
            this.wide = new Lane(prepared, Lowering.Use.INFERENCE);
            this.free = new Semaphore(cores);
            this.pool = new ThreadPoolExecutor(cores, cores, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), body -> {
                Thread thread = new Thread(body, "resnet4j-inference");
                thread.setDaemon(true);
                return thread;
            });
            pool.allowCoreThreadTimeOut(true);
        }

        /** A lane that nobody uses; whoever has one of the free cores may take one. */
        synchronized Lane take() {
            if (idle.isEmpty()) {
                Lane lane = new Lane(prepared, Lowering.Use.INFERENCE_ALONE);
                lanes.add(lane);
                return lane;
            }
            return idle.pop();
        }

        synchronized void giveBack(Lane lane) {
            idle.push(lane);
        }

        void requireOpen() {
            if (closed) {
                throw new IllegalStateException("this plan is closed");
            }
        }

        @Override
        public void run() {
            running.writeLock().lock();
            try {
                closed = true;
                pool.shutdown();
                try (Scope everything = new Scope()) {
                    everything.onClose(prepared::close);
                    everything.onClose(wide::close);
                    lanes.forEach(lane -> everything.onClose(lane::close));
                }
            } finally {
                running.writeLock().unlock();
            }
        }
    }
}
