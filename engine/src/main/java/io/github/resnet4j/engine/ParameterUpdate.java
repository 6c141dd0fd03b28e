package io.github.resnet4j.engine;

import io.github.resnet4j.engine.Optimizer.DecayOn;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * One step of the optimiser over a graph's flat arrays, in place. Gradients are DL4J's: sums over the batch, and for
 * BN's running averages {@code (1 - decay) * (running - batch)} with the biased variance. The running variance becomes
 * PyTorch's, an average of unbiased ones.
 *
 * <p>The arrays are cut into pieces that do not depend on the number of cores, so that a step always gives the same
 * bytes. Memory is the limit: every piece goes through the cache once, in blocks that the compiler vectorises.
 */
final class ParameterUpdate {
    private static final int PIECE = 1 << 16;
    /** Four of these fit into the first-level cache. */
    private static final int BLOCK = 1024;

    private final Optimizer optimizer;
    private final ParameterLayout layout;
    private final List<Piece> pieces;

    /**
     * What the statistics of a batch normalisation are made of.
     *
     * @param positions height times width of its map; 1 for vectors
     * @param decay weight of the old running average
     */
    record Norm(long positions, double decay) {}

    private record Piece(int from, int to, double lrFactor, double decay, long since) {}

    /** @throws IllegalArgumentException if a group has a vertex without parameters */
    ParameterUpdate(UpdateRule rule, ParameterLayout layout) {
        this.optimizer = rule.optimizer();
        this.layout = layout;
        Map<String, ParameterGroup> groups = groups(rule, layout);
        List<Piece> cut = new ArrayList<>();
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (segment.kind().trained() && !segment.frozen()) {
                cut.addAll(pieces(segment, Optional.ofNullable(groups.get(segment.vertex()))));
            }
        }
        this.pieces = List.copyOf(cut);
    }

    private static Map<String, ParameterGroup> groups(UpdateRule rule, ParameterLayout layout) {
        Map<String, ParameterGroup> groups = new HashMap<>();
        rule.groups().forEach(group -> group.vertices().forEach(vertex -> groups.put(vertex, group)));
        Set<String> unknown = new TreeSet<>(groups.keySet());
        layout.segments().forEach(segment -> unknown.remove(segment.vertex()));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "no parameters of these vertices of a group: " + String.join(", ", unknown));
        }
        return groups;
    }

    private List<Piece> pieces(ParameterLayout.Segment segment, Optional<ParameterGroup> group) {
        boolean decays = segment.kind() == ParameterLayout.Kind.WEIGHT || optimizer.decayOn() == DecayOn.ALL;
        double decay = group.map(ParameterGroup::weightDecay)
                .orElse(OptionalDouble.empty())
                .orElse(optimizer.weightDecay());
        List<Piece> cut = new ArrayList<>();
        int end = segment.offset() + segment.length();
        for (int from = segment.offset(); from < end; from += PIECE) {
            cut.add(new Piece(
                    from,
                    Math.min(end, from + PIECE),
                    group.map(ParameterGroup::lrFactor).orElse(1.0),
                    decays ? decay : 0,
                    group.map(ParameterGroup::since).orElse(0L)));
        }
        return cut;
    }

    /** What the optimiser remembers at first: nothing, as zeros in arrays as long as the parameters. */
    static Map<String, FloatBuffer> begin(Optimizer optimizer, long parameters) {
        Map<String, FloatBuffer> state = new LinkedHashMap<>();
        optimizer.stateNames().forEach(name -> state.put(name, FloatBuffer.allocate(Math.toIntExact(parameters))));
        return state;
    }

    /** Arrays of the same memory that move by themselves. */
    static Map<String, FloatBuffer> views(Map<String, FloatBuffer> state) {
        Map<String, FloatBuffer> views = new LinkedHashMap<>();
        state.forEach((name, values) -> views.put(name, values.duplicate()));
        return Collections.unmodifiableMap(views);
    }

    /**
     * Takes the statistics of a batch over into running averages.
     *
     * @param parameters the graph's
     * @param gradient of the same layout
     * @param batch number of images
     * @param norms by vertex, those that saw the batch: of the others, statistics stay
     * @return whether all statistics of the batch are finite
     */
    boolean average(FloatBuffer parameters, FloatBuffer gradient, long batch, Map<String, Norm> norms) {
        boolean finite = true;
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (!segment.kind().trained() && !segment.frozen() && norms.containsKey(segment.vertex())) {
                finite &= average(segment, norms.get(segment.vertex()), parameters, gradient, batch);
            }
        }
        return finite;
    }

    /**
     * Updates what is trained and not frozen.
     *
     * @param parameters the graph's
     * @param gradient of the same layout
     * @param state of the same layout: what the optimiser remembers
     * @param total what the gradients, which are sums, are divided by
     * @param lr learning rate
     * @param iteration steps done before
     * @return whether all trained parameters are finite afterwards
     */
    boolean apply(
            FloatBuffer parameters,
            FloatBuffer gradient,
            Map<String, FloatBuffer> state,
            double total,
            double lr,
            long iteration) {
        double scale = 1.0 / total;
        if (optimizer.clipNorm().isPresent()) {
            double norm = norm(gradient) * scale;
            scale *= Math.min(1, optimizer.clipNorm().getAsDouble() / (norm + 1e-6));
        }
        double factor = scale;
        AtomicBoolean finite = new AtomicBoolean(true);
        FloatBuffer[] arrays = optimizer.stateNames().stream().map(state::get).toArray(FloatBuffer[]::new);
        IntStream.range(0, pieces.size()).parallel().forEach(i -> {
            if (!update(pieces.get(i), parameters, gradient, arrays, factor, lr, iteration)) {
                finite.set(false);
            }
        });
        return finite.get();
    }

    private boolean update(
            Piece piece, FloatBuffer p, FloatBuffer g, FloatBuffer[] state, double scale, double lr, long iteration) {
        float[] parameters = new float[BLOCK];
        float[] gradients = new float[BLOCK];
        float[][] remembered = new float[state.length][BLOCK];
        double rate = lr * piece.lrFactor();
        boolean finite = true;
        for (int at = piece.from(); at < piece.to(); at += BLOCK) {
            int count = Math.min(BLOCK, piece.to() - at);
            p.get(at, parameters, 0, count);
            g.get(at, gradients, 0, count);
            for (int i = 0; i < state.length; i++) {
                state[i].get(at, remembered[i], 0, count);
            }
            if (optimizer instanceof Sgd sgd) {
                sgd.update(parameters, gradients, remembered[0], count, scale, piece.decay(), rate);
            } else if (optimizer instanceof AdamW adam) {
                long t = iteration + 1 - piece.since();
                adam.update(parameters, gradients, remembered[0], remembered[1], count, scale, piece.decay(), rate, t);
            }
            for (int i = 0; i < state.length; i++) {
                state[i].put(at, remembered[i], 0, count);
            }
            p.put(at, parameters, 0, count);
            finite &= InputArrays.finite(parameters, count);
        }
        return finite;
    }

    /** Whether the statistics of the batch are finite; a ReLU behind them may have hidden that they are not. */
    private static boolean average(
            ParameterLayout.Segment segment, Norm norm, FloatBuffer parameters, FloatBuffer gradient, long batch) {
        if (norm.decay() == 1) {
            return true; // nothing of the batch is taken over
        }
        boolean finite = true;
        double samples = (double) batch * norm.positions();
        double bessel = samples > 1 ? samples / (samples - 1) : 1;
        double keep = 1 - norm.decay();
        for (int i = segment.offset(); i < segment.offset() + segment.length(); i++) {
            float running = parameters.get(i);
            float change = gradient.get(i);
            finite &= Float.isFinite(change);
            parameters.put(
                    i,
                    switch (segment.kind()) {
                        case RUNNING_VAR -> {
                            double biased = running - change / keep;
                            yield (float) (running - keep * (running - biased * bessel));
                        }
                        case RUNNING_LOG_DEVIATION -> {
                            double before = Math.pow(10, 2.0 * running);
                            double biased = (Math.pow(10, 2.0 * (running - change)) - before) / keep + before;
                            yield (float) (Math.log10(before - keep * (before - biased * bessel)) / 2);
                        }
                        default -> running - change;
                    });
        }
        return finite;
    }

    /** The L2 norm of all trained gradients, summed in the order of the pieces. */
    private double norm(FloatBuffer gradient) {
        double[] sums = IntStream.range(0, pieces.size())
                .parallel()
                .mapToDouble(i -> sumOfSquares(pieces.get(i), gradient))
                .toArray();
        double sum = 0;
        for (double part : sums) {
            sum += part;
        }
        return Math.sqrt(sum);
    }

    /** Four sums side by side: one alone would wait for each addition. */
    private static double sumOfSquares(Piece piece, FloatBuffer gradient) {
        float[] block = new float[BLOCK];
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        for (int at = piece.from(); at < piece.to(); at += BLOCK) {
            int count = Math.min(BLOCK, piece.to() - at);
            gradient.get(at, block, 0, count);
            int i = 0;
            for (; i + 3 < count; i += 4) {
                a += (double) block[i] * block[i];
                b += (double) block[i + 1] * block[i + 1];
                c += (double) block[i + 2] * block[i + 2];
                d += (double) block[i + 3] * block[i + 3];
            }
            for (; i < count; i++) {
                a += (double) block[i] * block[i];
            }
        }
        return a + b + c + d;
    }
}
