package io.github.resnet4j.serving.internal.model;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.explain.ActivationMap;
import io.github.resnet4j.finetune.explain.ClassActivationMaps;
import io.github.resnet4j.finetune.model.BatchQueue;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.finetune.model.SourceModel;
import io.github.resnet4j.serving.ServerOptions;
import io.github.resnet4j.zoo.network.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One loading of a model's file: its network, and the queue of what it is asked. One thread runs it. */
public final class Replica implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    private final Predictor predictor;
    private final Optional<ClassActivationMaps> maps;
    private final BatchQueue<Work, Answer> queue;
    private final BatchListener listener;
    private volatile boolean broken;

    /** Hears of every batch. */
    public interface BatchListener {
        /**
         * @param waited nanoseconds that each item waited
         * @param took nanoseconds that the batch took
         */
        void ran(List<Long> waited, long took);
    }

    private Replica(
            String name,
            Predictor predictor,
            Optional<ClassActivationMaps> maps,
            BatchQueue.Options options,
            BatchListener listener) {
        this.predictor = predictor;
        this.maps = maps;
        this.listener = listener;
        this.queue = new BatchQueue<>(name, options, work -> work.client().begin(), this::answers);
    }

    /**
     * Loads a model and requires its {@link Golden} answers.
     *
     * @param name of its thread
     * @throws io.github.resnet4j.serving.ModelRefusedException if it answers otherwise
     * @throws RuntimeException as {@link Predictor#open(SourceModel, int, Engine)}
     */
    static Replica load(String name, SourceModel source, ServerOptions options, BatchListener listener) {
        Golden golden = Golden.of(source);
        int maxBatch = options.batching().maxBatch();
        Predictor predictor = Predictor.open(source, Math.max(1, maxBatch), options.engine());
        try {
            golden.require(predictor, maxBatch);
            return new Replica(
                    name, predictor, maps(predictor), options.batching().queueOptions(), listener);
        } catch (RuntimeException | Error e) {
            predictor.close();
            throw e;
        }
    }

    private static Optional<ClassActivationMaps> maps(Predictor predictor) {
        try {
            return predictor.activationMaps();
        } catch (UnsupportedGraphException | EngineUnavailableException e) {
            LOG.warn("{}: no heat maps: {}", predictor.origin(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Names, classes, preprocessing. */
    public Predictor predictor() {
        return predictor;
    }

    /** Whether it can draw heat maps. */
    public boolean hasMaps() {
        return maps.isPresent();
    }

    /** What waits for it. */
    public BatchQueue<Work, Answer> queue() {
        return queue;
    }

    /** Whether a computation failed for a reason that does not lie in its images, so that it should be loaded again. */
    boolean isBroken() {
        return broken;
    }

    private List<Answer> answers(List<Work> batch) {
        long start = System.nanoTime();
        try {
            List<float[]> rows = predictor.rows(batch.stream().map(Work::image).toList(), predictor::probabilities);
            List<Answer> answers = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                Work work = batch.get(i);
                answers.add(new Answer(
                        rows.get(i), work.map() ? map(work.image(), rows.get(i)) : Optional.empty(), batch.size()));
            }
            listener.ran(batch.stream().map(work -> start - work.since()).toList(), System.nanoTime() - start);
            return answers;
        } catch (NonFiniteOutputException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            broken |= batch.size() == 1;
            throw e;
        }
    }

    private Optional<ActivationMap> map(float[] image, float[] probabilities) {
        Shape in = predictor.network().input();
        return maps.map(known -> known.of(
                        Nd4j.createFromArray(image).reshape(1, in.channels(), in.height(), in.width()),
                        Predictor.best(probabilities))
                .get(0));
    }

    /** Answers what has a place in the queue, and frees the memory. */
    @Override
    public void close() {
        queue.close();
        maps.ifPresent(ClassActivationMaps::close);
        predictor.close();
    }
}
