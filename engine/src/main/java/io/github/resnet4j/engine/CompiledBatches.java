package io.github.resnet4j.engine;

import io.github.resnet4j.engine.internal.ir.Program;
import io.github.resnet4j.engine.internal.lower.Lowering;
import io.github.resnet4j.engine.internal.lower.Prepared;
import io.github.resnet4j.engine.internal.onednn.Scope;
import java.lang.ref.Cleaner;

/**
 * The native side of a plan that runs in one thread at a time: a program lowered for each size of batch. It must not know
 * its plan, which it outlives until the cleaner has run. Whoever uses it holds its monitor, so that nothing is freed
 * meanwhile.
 */
final class CompiledBatches implements Runnable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Program program;
    private final Lowering.FlatArrays arrays;
    private final Lowering.Use use;
    private final long seed;
    private final Prepared prepared;
    private final LoweringCache<Integer> sizes = new LoweringCache<>();
    private boolean closed;

    /**
     * Nothing is lowered yet.
     *
     * @param seed of everything random
     */
    CompiledBatches(Program program, Lowering.FlatArrays arrays, Lowering.Use use, long seed, Prepared prepared) {
        this.program = program;
        this.arrays = arrays;
        this.use = use;
        this.seed = seed;
        this.prepared = prepared;
    }

    /** Frees everything when {@code plan} is gone, or when the result is cleaned. */
    Cleaner.Cleanable belongsTo(Object plan) {
        return CLEANER.register(plan, this);
    }

    /**
     * The steps for batches of {@code batch} images.
     *
     * @throws UnsupportedGraphException if oneDNN has no code for it
     */
    Lowering lowering(int batch) {
        return sizes.get(
                batch,
                arena -> new Lowering(program, batch, MemoryFormat.training(), arrays, prepared, arena, use, seed));
    }

    /** Reads the prepared parameters again. */
    void refresh() {
        prepared.refresh();
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this plan is closed");
        }
    }

    @Override
    public synchronized void run() {
        closed = true;
        try (Scope everything = new Scope()) {
            everything.onClose(prepared::close);
            everything.onClose(sizes::close);
        }
    }
}
