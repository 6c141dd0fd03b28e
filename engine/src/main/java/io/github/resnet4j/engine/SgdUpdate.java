package io.github.resnet4j.engine;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
final class SgdUpdate {
    private static final int PIECE = 1 << 16;
    /** Three of these fit into the first-level cache. */
    private static final int BLOCK = 1024;

    private final Sgd sgd;
    private final ParameterLayout layout;
    private final List<Piece> pieces;

    /**
     * What the statistics of a batch normalisation are made of.
     *
     * @param positions height times width of its map; 1 for vectors
     * @param decay weight of the old running average
     */
    record Norm(long positions, double decay) {}

    private record Piece(int from, int to, boolean decays) {}

    SgdUpdate(Sgd sgd, ParameterLayout layout) {
        this.sgd = sgd;
        this.layout = layout;
        List<Piece> cut = new ArrayList<>();
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (segment.kind().trained() && !segment.frozen()) {
                int end = segment.offset() + segment.length();
                for (int from = segment.offset(); from < end; from += PIECE) {
                    cut.add(new Piece(from, Math.min(end, from + PIECE), sgd.decays(segment.kind())));
                }
            }
        }
        this.pieces = List.copyOf(cut);
    }

    /**
     * Updates what is not frozen.
     *
     * @param parameters the graph's
     * @param gradient of the same layout
     * @param velocity of the same layout; the optimiser's state
     * @param batch number of images that the gradients are sums over
     * @param norms by vertex, those that saw the batch: of the others, statistics stay
     * @param lr learning rate
     * @return whether all trained parameters are finite afterwards, and all statistics of the batch were
     */
    boolean apply(
            FloatBuffer parameters,
            FloatBuffer gradient,
            FloatBuffer velocity,
            long batch,
            Map<String, Norm> norms,
            double lr) {
        double scale = 1.0 / batch;
        if (sgd.clipNorm().isPresent()) {
            double norm = norm(gradient) * scale;
            scale *= Math.min(1, sgd.clipNorm().getAsDouble() / (norm + 1e-6));
        }
        double factor = scale;
        AtomicBoolean finite = new AtomicBoolean(true);
        IntStream.range(0, pieces.size()).parallel().forEach(i -> {
            if (!update(pieces.get(i), parameters, gradient, velocity, factor, lr)) {
                finite.set(false);
            }
        });
        for (ParameterLayout.Segment segment : layout.segments()) {
            if (!segment.kind().trained()
                    && !segment.frozen()
                    && norms.containsKey(segment.vertex())
                    && !average(segment, norms.get(segment.vertex()), parameters, gradient, batch)) {
                finite.set(false);
            }
        }
        return finite.get();
    }

    private boolean update(Piece piece, FloatBuffer p, FloatBuffer g, FloatBuffer v, double scale, double lr) {
        float[] parameters = new float[BLOCK];
        float[] gradients = new float[BLOCK];
        float[] velocities = new float[BLOCK];
        boolean finite = true;
        for (int at = piece.from(); at < piece.to(); at += BLOCK) {
            int count = Math.min(BLOCK, piece.to() - at);
            p.get(at, parameters, 0, count);
            g.get(at, gradients, 0, count);
            v.get(at, velocities, 0, count);
            sgd.update(parameters, gradients, velocities, count, scale, piece.decays(), lr);
            v.put(at, velocities, 0, count);
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
