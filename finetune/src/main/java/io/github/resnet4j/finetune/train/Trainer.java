package io.github.resnet4j.finetune.train;

import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.config.TrainConfig;
import io.github.resnet4j.finetune.train.TrainingSteps.Step;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The training loop: epochs of steps, evaluations between them, checkpoints on the way. Everything it does is a function
 * of the position (iteration, epoch, batch) and of the arrays, so that a resumed run equals an uninterrupted one.
 *
 * @param <E> what an evaluation finds out
 */
public final class Trainer<E extends Measured> {
    private final Steps steps;
    private final Optional<WeightAverage> average;
    private final Inference inference;
    private final BatchLoader valData;
    private final LearningRate learningRate;
    private final TrainConfig config;
    private final Objective<E> objective;
    private final Observer observer;
    private final BooleanSupplier stop;

    /** Receives the run's progress, on the training thread. */
    public interface Observer {
        /** A step is done; {@code progress} includes it. */
        void step(Position position, EpochProgress progress, Step step);

        /** Images of the validation set evaluated so far. */
        void evaluating(long done);

        /** An epoch is done and, every {@code eval-every} epochs, evaluated; before a failure of the evaluation too. */
        void epoch(EpochResult result);

        /** Now is a good moment for a checkpoint: parameters and velocities belong to {@code position}. */
        void checkpoint(Position position, EpochProgress progress);
    }

    /**
     * A finished epoch.
     *
     * @param epoch from 0
     * @param iterations steps done so far
     * @param lr of its last step
     * @param training its sums
     * @param evaluation present every {@code eval-every} epochs and after the last, unless it failed
     */
    public record EpochResult(
            int epoch, long iterations, double lr, EpochProgress training, Optional<? extends Measured> evaluation) {}

    /**
     * @param average of what the steps train, which is evaluated in its place
     * @param inference runs the graph that the steps train
     * @param objective what is learnt and measured
     * @param stop polled after every step and between evaluated batches
     */
    public Trainer(
            Steps steps,
            Optional<WeightAverage> average,
            Inference inference,
            BatchLoader valData,
            LearningRate learningRate,
            TrainConfig config,
            Objective<E> objective,
            Observer observer,
            BooleanSupplier stop) {
        this.steps = steps;
        this.average = average;
        this.inference = inference;
        this.valData = valData;
        this.learningRate = learningRate;
        this.config = config;
        this.objective = objective;
        this.observer = observer;
        this.stop = stop;
    }

    /**
     * Trains from {@code from} until an epoch. Saves a checkpoint before an epoch's evaluation, so that an unreadable image
     * costs no epoch; a resumed run makes up for the missing evaluation. With an average, that is what is evaluated, and
     * what the graph holds while an epoch is reported.
     *
     * @param from where to start: {@link Position#START} or a checkpoint's position
     * @param done the sums of the epoch that {@code from} is in
     * @param until epochs that are done then
     * @return the last epoch's evaluation, if it was trained and is one that is evaluated
     * @throws DivergedException at the first loss that is NaN or infinite, at a checkpoint with such a parameter, and
     *     after an evaluation with such outputs; the last checkpoint is from before
     * @throws StoppedException if asked to stop, after a checkpoint
     */
    public Optional<E> run(Position from, EpochProgress done, int until) {
        Position position = from;
        EpochProgress progress = done;
        Optional<E> last = Optional.empty();
        steps.startAt(from.iteration());
        int perEpoch = steps.perEpoch();
        while (position.epoch() < until) {
            progress = trainEpoch(position, progress);
            int epoch = position.epoch();
            long iterations = (epoch + 1L) * perEpoch;
            if (position.batch() < perEpoch) {
                checkpoint(new Position(iterations, epoch, perEpoch), progress);
            }
            EpochProgress sums = progress;
            last = averaged(() -> finish(epoch, iterations, sums));
            position = new Position(iterations, epoch + 1, 0);
            progress = EpochProgress.NONE;
            System.gc(); // DL4J frees native memory through the collector, which a full heap alone would not wake
        }
        return last;
    }

    /** With the average in place of the parameters, if there is one. */
    private <T> T averaged(Supplier<T> measured) {
        average.ifPresent(WeightAverage::swap);
        try {
            return measured.get();
        } finally {
            average.ifPresent(WeightAverage::swap);
        }
    }

    /** Evaluates an epoch, if it is one of those, and reports it. */
    private Optional<E> finish(int epoch, long iterations, EpochProgress progress) {
        boolean evaluated = (epoch + 1) % config.monitoring().evalEvery() == 0 || epoch + 1 == config.epochs();
        Optional<E> evaluation = evaluated ? Optional.of(evaluate(epoch, iterations, progress)) : Optional.empty();
        observer.epoch(result(epoch, iterations, progress, evaluation));
        return evaluation;
    }

    /** Evaluates after the last step of an epoch, which is reported even if evaluation fails. */
    private E evaluate(int epoch, long iterations, EpochProgress progress) {
        try {
            return evaluate(epoch + 1);
        } catch (StoppedException e) {
            throw e;
        } catch (RuntimeException e) {
            observer.epoch(result(epoch, iterations, progress, Optional.empty()));
            throw e;
        }
    }

    private EpochResult result(int epoch, long iterations, EpochProgress progress, Optional<E> evaluation) {
        return new EpochResult(epoch, iterations, learningRate.at(iterations - 1), progress, evaluation);
    }

    private E evaluate(int epochs) {
        inference.refresh();
        try {
            return objective.evaluate(inference, valData, "weights of epoch " + epochs, observer::evaluating, stop);
        } catch (NonFiniteOutputException e) {
            throw new DivergedException(e);
        }
    }

    private void checkpoint(Position position, EpochProgress progress) {
        try {
            observer.checkpoint(position, progress);
        } catch (NonFiniteException e) {
            throw new DivergedException(position, e);
        }
    }

    private EpochProgress trainEpoch(Position from, EpochProgress done) {
        Pass pass = new Pass(from, done);
        steps.run(from.epoch(), from.batch(), learningRate, pass);
        return pass.progress;
    }

    /** The steps of an epoch, one after the other. */
    private final class Pass implements Steps.After {
        private Position position;
        private EpochProgress progress;

        Pass(Position from, EpochProgress done) {
            this.position = from;
            this.progress = done;
        }

        @Override
        public void step(Step step, boolean settled) {
            int epoch = position.epoch();
            long iteration = (long) epoch * steps.perEpoch() + position.batch() + 1;
            if (!Double.isFinite(step.loss())) {
                throw new DivergedException(iteration - 1, epoch, step.loss(), step.lr());
            }
            progress = plus(progress, step);
            position = new Position(iteration, epoch, position.batch() + 1);
            observer.step(position, progress, step);
            boolean stopping = settled && stop.getAsBoolean();
            // After an epoch's last step there is one in any case.
            boolean due = settled
                    && position.batch() < steps.perEpoch()
                    && config.monitoring().isCheckpointDue(iteration);
            if (stopping || due) {
                checkpoint(position, progress);
            }
            if (stopping) {
                throw new StoppedException();
            }
        }
    }

    private static EpochProgress plus(EpochProgress sums, Step step) {
        return new EpochProgress(
                sums.images() + step.images(),
                sums.correct() + step.correct(),
                sums.loss() + step.loss() * step.images(),
                sums.seconds() + step.seconds(),
                sums.waited() + step.waited());
    }
}
