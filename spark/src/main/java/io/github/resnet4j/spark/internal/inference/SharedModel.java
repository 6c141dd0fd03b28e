package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.files.FileHash;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.model.Predictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.SparkFiles;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * A model in the memory of an executor: loaded by the first task that needs it, and shared by all. It stays until a task
 * needs another while nobody uses this one.
 *
 * <p>An answer does not depend on what an image is computed with. The engine's bits depend on how many images a core
 * computes together, so it is always the same number: batches are full, filled up with zeros if need be, and one task at a time
 * computes one, on all cores. Two executors of different size therefore give equal rows.
 */
final class SharedModel {
    /** Held while a plan runs: of two at once, each would have fewer cores for its batch. */
    private static final Object ENGINE = new Object();

    /** Guarded by the class. */
    private static final Map<Key, SharedModel> LOADED = new HashMap<>();

    private final Predictor predictor;
    private final int batch;
    /** Tasks that use it. Guarded by the class. */
    private int users;

    private record Key(String hash, Engine engine, int imagesPerCore, int cores) {}

    private SharedModel(Predictor predictor, int batch) {
        this.predictor = predictor;
        this.batch = batch;
    }

    /**
     * The model of a job. Call {@link #release} in the end.
     *
     * @throws io.github.resnet4j.zoo.weights.BadWeightsException if its file cannot be used
     * @throws IOException if its file cannot be read, or is not the driver's
     */
    static synchronized SharedModel acquire(JobSpec job) throws IOException {
        Key key = new Key(job.modelHash(), job.engine(), job.imagesPerCore(), job.cores());
        SharedModel model = LOADED.get(key);
        if (model == null) {
            closeUnused();
            model = load(job);
            LOADED.put(key, model);
        }
        model.users++;
        return model;
    }

    private static void closeUnused() {
        for (Iterator<SharedModel> models = LOADED.values().iterator(); models.hasNext(); ) {
            SharedModel model = models.next();
            if (model.users == 0) {
                model.predictor.close();
                models.remove();
            }
        }
    }

    private static SharedModel load(JobSpec job) throws IOException {
        Path file = Path.of(SparkFiles.get(job.modelFile()));
        String hash = FileHash.Algorithm.SHA_256.of(file).hex();
        if (!hash.equals(job.modelHash())) {
            throw new IOException(file + ": is not the model that the driver sent, by its hash");
        }
        OneDnn.enable();
        Nd4j.getBackend(); // without one, the next line fails for good
        NativeOps ops = NativeOpsHolder.getInstance().getDeviceNativeOps();
        int before = ops.ompGetMaxThreads();
        int available = Math.min(Runtime.getRuntime().availableProcessors(), before);
        int cores = job.cores() == 0 ? available : Math.min(available, job.cores());
        int batch = job.imagesPerCore() * cores;
        // Other executors on this machine have the other cores. The number belongs to this thread; the plan keeps it.
        ops.setOmpNumThreads(cores);
        try {
            return new SharedModel(Predictor.open(file, batch, job.engine()), batch);
        } finally {
            ops.setOmpNumThreads(before);
        }
    }

    static void release(SharedModel model) {
        synchronized (SharedModel.class) {
            model.users--;
        }
    }

    Predictor predictor() {
        return predictor;
    }

    /** Images of a batch, all cores together. */
    int batch() {
        return batch;
    }

    /**
     * Computes a full batch.
     *
     * @param waited receives for how long another task computed, in nanoseconds
     * @throws NonFiniteOutputException if {@code computation} does
     */
    float[] compute(float[] images, Predictor.Computation computation, Waited waited) {
        long start = System.nanoTime();
        synchronized (ENGINE) {
            waited.add(System.nanoTime() - start);
            return computation.of(images, batch);
        }
    }

    /** Takes a time. */
    interface Waited {
        void add(long nanos);
    }
}
