package io.github.resnet4j.engine;

import io.github.resnet4j.engine.UnsupportedGraphException.UnsupportedReason;
import io.github.resnet4j.engine.internal.lower.Lowering;
import io.github.resnet4j.engine.internal.lower.LoweringException;
import io.github.resnet4j.engine.internal.lower.SharedArena;
import io.github.resnet4j.engine.internal.onednn.Scope;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What was lowered for one thread at a time. All of it shares one arena, so that what takes memory is the largest alone;
 * what each takes besides, oneDNN's objects, is bounded: those that were not used for longest go first.
 *
 * @param <K> what a lowering is for
 */
final class LoweringCache<K> implements AutoCloseable {
    /** About what oneDNN's objects and code for one step of a plan were seen to add to the resident set of ResNet-50. */
    private static final long STEP_BYTES = 24 << 10;

    /** Some ten sizes of batch of ResNet-50. */
    private static final long MOST_BYTES = 128 << 20;

    /** So many stay whatever they take: a common size of batch, that of the last one, and one between. */
    private static final int LEAST = 3;

    private final Map<K, Lowering> lowerings = new LinkedHashMap<>(16, 0.75f, true);
    private final SharedArena arena = new SharedArena();
    private final long mostBytes;

    LoweringCache() {
        this(MOST_BYTES);
    }

    /** @param mostBytes of all lowerings together, beside the arena, unless they are {@link #LEAST} */
    LoweringCache(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * The lowering for {@code key}, which {@code lower} makes if there is none.
     *
     * @throws UnsupportedGraphException if oneDNN has no code for it
     */
    Lowering get(K key, Function<SharedArena, Lowering> lower) {
        Lowering known = lowerings.get(key);
        if (known != null) {
            return known;
        }
        try {
            lowerings.put(key, lower.apply(arena));
        } catch (LoweringException e) {
            UnsupportedGraphException unsupported =
                    new UnsupportedGraphException(List.of(new UnsupportedReason(e.node(), e.getMessage())));
            unsupported.initCause(e);
            throw unsupported;
        }
        evict();
        return lowerings.get(key);
    }

    private void evict() {
        Iterator<Lowering> oldest = lowerings.values().iterator();
        while (bytes() > mostBytes && lowerings.size() > LEAST) {
            Lowering lowering = oldest.next();
            oldest.remove();
            lowering.close();
        }
    }

    private long bytes() {
        return lowerings.values().stream().mapToLong(Lowering::steps).sum() * STEP_BYTES;
    }

    @Override
    public void close() {
        try (Scope everything = new Scope()) {
            lowerings.values().forEach(lowering -> everything.onClose(lowering::close));
            lowerings.clear();
            everything.onClose(arena::close); // first, so that it does not shrink with everyone who leaves
        }
    }
}
