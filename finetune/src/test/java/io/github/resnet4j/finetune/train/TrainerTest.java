package io.github.resnet4j.finetune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.datasets.loader.BatchLoader;
import io.github.resnet4j.datasets.loader.LoaderOptions;
import io.github.resnet4j.datasets.transform.HorizontalFlip;
import io.github.resnet4j.datasets.transform.Normalize;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.ParameterLayout;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.engine.UpdateRule;
import io.github.resnet4j.finetune.config.LossConfig;
import io.github.resnet4j.finetune.config.MixConfig;
import io.github.resnet4j.finetune.config.MonitoringConfig;
import io.github.resnet4j.finetune.config.ScheduleConfig;
import io.github.resnet4j.finetune.config.StepConfig;
import io.github.resnet4j.finetune.config.TrainConfig;
import io.github.resnet4j.finetune.internal.checkpoint.Checkpoints;
import io.github.resnet4j.finetune.internal.checkpoint.Snapshot;
import io.github.resnet4j.finetune.internal.task.classification.LabelObjective;
import io.github.resnet4j.zoo.family.ResNetSpec;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A residual network of two blocks, 20 training images in batches of 6 (4 iterations an epoch), 7 to evaluate. */
final class TrainerTest {
    private static final List<String> CLASSES = List.of("red", "green", "blue");
    private static final Network NETWORK = ResNetSpec.of(
                    ResNetSpec.Stem.CIFAR,
                    4,
                    ResNetSpec.Block.BASIC,
                    List.of(new ResNetSpec.Stage(1, 4, 1), new ResNetSpec.Stage(1, 8, 2)))
            .network("tiny", Shape.square(3, MemoryImages.SIDE), CLASSES.size());
    private static final int PER_EPOCH = 4;

    /** As every command does before it builds a graph. */
    @BeforeAll
    static void enableOneDnn() {
        OneDnn.enable();
    }

    /** A trainer's parts, and everything that its observer was told. */
    private static class Session implements Trainer.Observer {
        final ComputationGraph graph;
        final TrainingStep training;
        final Optional<WeightAverage> average;
        final Inference inference;
        final TrainConfig config;
        final List<String> events = new ArrayList<>();
        final List<State> checkpoints = new ArrayList<>();
        final List<TrainingSteps.Step> steps = new ArrayList<>();
        final List<Trainer.EpochResult> epochs = new ArrayList<>();
        BooleanSupplier stop = () -> false;

        Session(TrainConfig config, Optional<String> freeze) {
            this(
                    config,
                    NetworkGraph.create(
                            NETWORK, NetworkGraph.Options.seeded(config.seed()).frozenUpTo(freeze)),
                    Engine.AUTO);
        }

        Session(TrainConfig config, ComputationGraph graph, Engine engine) {
            this.config = config;
            this.graph = graph;
            this.training =
                    TrainingStep.of(graph, NETWORK.input(), config.batchSize(), UpdateRule.of(Sgd.paper()), engine);
            this.average = config.step()
                    .emaDecay()
                    .map(decay -> new WeightAverage(decay, graph.params().data().asNioFloat()));
            this.inference = Inference.of(graph, NETWORK.input(), config.batchSize(), training.engine());
        }

        Session(TrainConfig config) {
            this(config, Optional.empty());
        }

        Optional<Evaluation> run(Position from, EpochProgress done) {
            Pipeline augmenting = new Pipeline(List.of(new HorizontalFlip(0.5)), Normalize.CIFAR10);
            Pipeline plain = new Pipeline(List.of(), Normalize.CIFAR10);
            LearningRate rate =
                    new LearningRate(new ScheduleConfig.Cosine(0, Optional.empty()), 0.05, config.epochs(), PER_EPOCH);
            LoaderOptions shuffled = new LoaderOptions(config.batchSize(), config.seed(), 2, 2, true, BadImages.FAIL);
            LoaderOptions inOrder = new LoaderOptions(config.batchSize(), config.seed(), 2, 2, false, BadImages.FAIL);
            int side = MemoryImages.SIDE;
            try (BatchLoader train = new BatchLoader(
                            new MemoryImages(CLASSES, 20, 1), augmenting::write, 3, side, side, shuffled);
                    BatchLoader val =
                            new BatchLoader(new MemoryImages(CLASSES, 7, 2), plain::write, 3, side, side, inOrder)) {
                assertThat(train.batchesPerEpoch()).isEqualTo(PER_EPOCH);
                LabelObjective objective = new LabelObjective(config, CLASSES.size(), Optional.empty());
                return new Trainer<>(
                                new TrainingSteps(training, train, config, objective, average),
                                average,
                                inference,
                                val,
                                rate,
                                config,
                                objective,
                                this,
                                () -> stop.getAsBoolean())
                        .run(from, done, config.epochs());
            }
        }

        Evaluation run() {
            return run(Position.START, EpochProgress.NONE).orElseThrow();
        }

        Evaluation resume(State state) {
            graph.params().data().asNioFloat().put(state.parameters());
            training.state().get("velocity").put(state.velocity());
            average.ifPresent(weights -> weights.values().put(state.average()));
            return run(state.position(), state.progress()).orElseThrow();
        }

        float[] average() {
            return average.map(weights -> floats(weights.values())).orElse(new float[0]);
        }

        float[] parameters() {
            return floats(graph.params().data().asNioFloat());
        }

        @Override
        public void step(Position position, EpochProgress progress, TrainingSteps.Step step) {
            events.add("step " + position.iteration());
            steps.add(step);
        }

        @Override
        public void evaluating(long done) {
            events.add("evaluating " + done);
        }

        @Override
        public void epoch(Trainer.EpochResult result) {
            events.add("epoch " + result.epoch() + (result.evaluation().isPresent() ? " evaluated" : ""));
            epochs.add(result);
        }

        @Override
        public void checkpoint(Position position, EpochProgress progress) {
            events.add("checkpoint " + position.iteration() + " in " + position.epoch() + "." + position.batch());
            checkpoints.add(new State(
                    position, progress, parameters(), floats(training.state().get("velocity")), average()));
        }
    }

    /** What a checkpoint holds. */
    private record State(
            Position position, EpochProgress progress, float[] parameters, float[] velocity, float[] average) {
        Snapshot snapshot() {
            return new Snapshot(
                    position,
                    progress,
                    FloatBuffer.wrap(parameters),
                    Map.of("velocity", FloatBuffer.wrap(velocity)),
                    Map.of());
        }

        static State of(Snapshot snapshot) {
            return new State(
                    snapshot.position(),
                    snapshot.progress(),
                    floats(snapshot.parameters()),
                    floats(snapshot.state().get("velocity")),
                    new float[0]);
        }
    }

    @Test
    void tellsOfStepsCheckpointEvaluationAndEpochInThisOrder() {
        Session session = new Session(config(2, 0, 1));
        Evaluation last = session.run();
        assertThat(session.events)
                .containsExactly(
                        "step 1",
                        "step 2",
                        "step 3",
                        "step 4",
                        "checkpoint 4 in 0.4",
                        "evaluating 6",
                        "evaluating 7",
                        "epoch 0 evaluated",
                        "step 5",
                        "step 6",
                        "step 7",
                        "step 8",
                        "checkpoint 8 in 1.4",
                        "evaluating 6",
                        "evaluating 7",
                        "epoch 1 evaluated");
        assertThat(session.epochs.get(1).evaluation().orElseThrow()).isSameAs(last);
        assertThat(session.epochs).extracting(Trainer.EpochResult::iterations).containsExactly(4L, 8L);
        assertThat(session.steps).extracting(TrainingSteps.Step::images).containsExactly(6, 6, 6, 2, 6, 6, 6, 2);
    }

    @Test
    void evaluatesEveryFewEpochsAndAfterTheLast() {
        Session session = new Session(config(7, 0, 3));
        session.run();
        assertThat(session.events.stream().filter(event -> event.startsWith("epoch")))
                .containsExactly(
                        "epoch 0",
                        "epoch 1",
                        "epoch 2 evaluated",
                        "epoch 3",
                        "epoch 4",
                        "epoch 5 evaluated",
                        "epoch 6 evaluated");
    }

    @Test
    void checkpointsEveryFewIterationsAndAfterEveryEpoch() {
        Session session = new Session(config(2, 3, 1));
        session.run();
        assertThat(session.events.stream().filter(event -> event.startsWith("checkpoint")))
                .containsExactly(
                        "checkpoint 3 in 0.3", "checkpoint 4 in 0.4", "checkpoint 6 in 1.2", "checkpoint 8 in 1.4");
    }

    @Test
    void anEpochSumsItsSteps() {
        Session session = new Session(config(1, 0, 1));
        session.run();
        EpochProgress sums = session.epochs.get(0).training();
        assertThat(sums.images()).isEqualTo(20);
        assertThat(sums.correct())
                .isEqualTo(session.steps.stream()
                        .mapToLong(TrainingSteps.Step::correct)
                        .sum());
        assertThat(sums.loss())
                .isCloseTo(
                        session.steps.stream()
                                .mapToDouble(step -> step.loss() * step.images())
                                .sum(),
                        within(1e-9));
        assertThat(sums.seconds())
                .isCloseTo(
                        session.steps.stream()
                                .mapToDouble(TrainingSteps.Step::seconds)
                                .sum(),
                        within(1e-9));
        assertThat(sums.waited())
                .isCloseTo(
                        session.steps.stream()
                                .mapToDouble(TrainingSteps.Step::waited)
                                .sum(),
                        within(1e-9));
        assertThat(session.epochs.get(0).lr()).isEqualTo(session.steps.get(3).lr());
    }

    /** Waiting is part of a step, and steps and evaluation of the run, in one unit. */
    @Test
    void secondsArePartsOfTheRuns() {
        Session session = new Session(config(1, 0, 1));
        long start = System.nanoTime();
        Evaluation evaluation = session.run();
        double whole = (System.nanoTime() - start) / 1e9;

        assertThat(session.steps).allSatisfy(step -> {
            assertThat(step.waited()).isPositive();
            assertThat(step.seconds()).isGreaterThan(step.waited());
        });
        assertThat(evaluation.seconds()).isPositive();
        assertThat(session.epochs.get(0).training().seconds() + evaluation.seconds())
                .isLessThan(whole);
    }

    @Test
    void aFinishedRunDoesNothing() {
        Session session = new Session(config(2, 0, 1));
        session.run();
        assertThat(session.run(new Position(2 * PER_EPOCH, 2, 0), EpochProgress.NONE))
                .isEmpty();
        assertThat(session.epochs).hasSize(2);
        assertThat(session.checkpoints).hasSize(2);
    }

    /** From within an epoch, from the end of one before its evaluation, from within the next, and from the end of the run. */
    @Test
    void aResumedRunEqualsAnUninterruptedOneToTheLastBit() {
        Session whole = new Session(config(2, 1, 1));
        Evaluation expected = whole.run();
        assertThat(whole.checkpoints).hasSize(2 * PER_EPOCH);
        for (int saved : new int[] {0, 3, 4, 6, 7}) {
            State state = whole.checkpoints.get(saved);
            Session resumed = new Session(config(2, 0, 1));
            Evaluation actual = resumed.resume(state);
            assertThat(resumed.parameters()).as("%s", state.position()).isEqualTo(whole.parameters());
            assertThat(floats(resumed.training.state().get("velocity")))
                    .as("%s", state.position())
                    .isEqualTo(floats(whole.training.state().get("velocity")));
            assertThat(actual.answers()).isEqualTo(expected.answers());
            assertThat(actual.loss()).isEqualTo(expected.loss());
            int left = 2 - state.position().epoch();
            assertThat(resumed.epochs).hasSize(left);
            for (int e = 0; e < left; e++) {
                EpochProgress sums = resumed.epochs.get(e).training();
                EpochProgress uninterrupted = whole.epochs.get(2 - left + e).training();
                assertThat(sums.images()).isEqualTo(uninterrupted.images());
                assertThat(sums.correct()).isEqualTo(uninterrupted.correct());
                assertThat(sums.loss()).as("%s", state.position()).isEqualTo(uninterrupted.loss());
            }
        }
    }

    @Test
    void theAverageIsWhatIsEvaluatedAndReported() {
        List<double[]> averages = new ArrayList<>();
        List<float[]> reported = new ArrayList<>();
        Session session = new Session(averaging(0.7)) {
            @Override
            public void step(Position position, EpochProgress progress, TrainingSteps.Step step) {
                super.step(position, progress, step);
                double[] last = averages.get(averages.size() - 1);
                double keep = Math.min(0.7, (1.0 + position.iteration()) / (10.0 + position.iteration()));
                float[] now = parameters();
                double[] next = new double[now.length];
                Arrays.setAll(next, i -> keep * last[i] + (1 - keep) * now[i]);
                averages.add(next);
            }

            @Override
            public void epoch(Trainer.EpochResult result) {
                super.epoch(result);
                reported.add(parameters());
            }
        };
        averages.add(doubles(session.parameters()));
        Evaluation last = session.run();

        assertThat(averages).hasSize(1 + 2 * PER_EPOCH);
        assertThat(doubles(reported.get(0))).containsExactly(averages.get(PER_EPOCH), within(1e-6));
        assertThat(doubles(reported.get(1))).containsExactly(averages.get(2 * PER_EPOCH), within(1e-6));
        assertThat(doubles(session.average())).containsExactly(averages.get(2 * PER_EPOCH), within(1e-6));
        Session plain = new Session(mixing());
        plain.run();
        assertThat(session.parameters()).as("training itself is as without").isEqualTo(plain.parameters());
        assertThat(last.loss())
                .isNotEqualTo(plain.epochs.get(1).evaluation().orElseThrow().loss());
        assertThat(session.checkpoints.get(1).parameters()).isEqualTo(plain.parameters());
    }

    /** The weights are well, and so is every loss: only the evaluation sees the average. */
    @Test
    void divergesWhereTheAverageIsNoNumber() {
        Session session = new Session(averaging(0.9)) {
            @Override
            public void checkpoint(Position position, EpochProgress progress) {
                super.checkpoint(position, progress);
                FloatBuffer values = average.orElseThrow().values();
                for (int i = 0; i < values.capacity(); i++) {
                    values.put(i, Float.NaN);
                }
            }
        };
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(session::run)
                .withMessageContaining("NaN or infinite");
        assertThat(session.epochs).hasSize(1);
        assertThat(session.parameters()).as("what is trained").doesNotContain(Float.NaN);
    }

    @Test
    void anAverageIsResumedToTheLastBit() {
        Session whole = new Session(averaging(0.9));
        Evaluation expected = whole.run();
        Session half = new Session(averaging(0.9));
        half.stop = () -> half.events.contains("step 3");
        assertThatExceptionOfType(StoppedException.class).isThrownBy(half::run);

        Session resumed = new Session(averaging(0.9));
        Evaluation actual = resumed.resume(half.checkpoints.get(0));

        assertThat(bits(resumed.parameters())).isEqualTo(bits(whole.parameters()));
        assertThat(bits(resumed.average())).isEqualTo(bits(whole.average()));
        assertThat(actual.answers()).isEqualTo(expected.answers());
    }

    /** Two epochs, a checkpoint on disk, and two more in a graph of its own: nothing of what dropout draws is left over. */
    @ParameterizedTest
    @EnumSource(names = {"DL4J", "ONEDNN"})
    void dropoutGoesOnWhereARunWasResumed(Engine engine, @TempDir Path folder) {
        Session whole = new Session(config(4, 0, 1), withDropout(), engine);
        whole.run();
        Session half = new Session(config(4, 0, 1), withDropout(), engine);
        half.stop = () -> half.events.contains("checkpoint 8 in 1.4");
        assertThatExceptionOfType(StoppedException.class).isThrownBy(half::run);
        assertThat(half.checkpoints.get(1).position()).isEqualTo(new Position(2 * PER_EPOCH, 1, PER_EPOCH));
        Checkpoints checkpoints = new Checkpoints(folder, 1);
        checkpoints.save(half.checkpoints.get(1).snapshot());

        Session resumed = new Session(config(4, 0, 1), withDropout(), engine);
        resumed.resume(
                State.of(checkpoints.newestValid(warning -> fail(warning)).orElseThrow()));
        assertThat(resumed.steps).hasSize(2 * PER_EPOCH);
        assertThat(bits(resumed.parameters())).isEqualTo(bits(whole.parameters()));
        assertThat(bits(floats(resumed.training.state().get("velocity"))))
                .isEqualTo(bits(floats(whole.training.state().get("velocity"))));
        assertThat(resumed.epochs.get(2).training().loss())
                .isEqualTo(whole.epochs.get(3).training().loss());
    }

    private static ComputationGraph withDropout() {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(3)
                .weightInit(WeightInit.XAVIER)
                .activation(Activation.IDENTITY)
                .graphBuilder()
                .addInputs("in")
                .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(5).build(), "in")
                .addLayer("bn", new BatchNormalization.Builder().build(), "conv")
                .addLayer("drop", new DropoutLayer(0.7), "bn")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "drop")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nOut(CLASSES.size())
                                .activation(Activation.SOFTMAX)
                                .dropOut(0.5)
                                .build(),
                        "pool")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(MemoryImages.SIDE, MemoryImages.SIDE, 3))
                .build());
        graph.init();
        return graph;
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToIntBits(values[i]));
        return bits;
    }

    @Test
    void asksToStopAfterEveryStepAndSavesFirst() {
        Session session = new Session(config(2, 0, 1));
        session.stop = () -> session.steps.size() == 2;
        assertThatExceptionOfType(StoppedException.class).isThrownBy(session::run);
        assertThat(session.events).containsExactly("step 1", "step 2", "checkpoint 2 in 0.2");
    }

    /** The epoch's steps are not lost, and its evaluation is made up for. */
    @Test
    void stoppedWithinAnEvaluationHasSavedTheEpochBeforeIt() {
        Session whole = new Session(config(2, 0, 1));
        whole.run();
        Session session = new Session(config(2, 0, 1));
        session.stop = () -> session.events.contains("evaluating 6");
        assertThatExceptionOfType(StoppedException.class).isThrownBy(session::run);
        assertThat(session.events)
                .containsExactly("step 1", "step 2", "step 3", "step 4", "checkpoint 4 in 0.4", "evaluating 6");

        Session resumed = new Session(config(2, 0, 1));
        resumed.resume(session.checkpoints.get(0));
        assertThat(resumed.events).startsWith("evaluating 6", "evaluating 7", "epoch 0 evaluated", "step 5");
        assertThat(resumed.epochs).hasSize(2);
        assertThat(resumed.parameters()).isEqualTo(whole.parameters());
    }

    /** An image that cannot be read costs no epoch. */
    @Test
    void aFailedEvaluationComesAfterTheCheckpointAndTheEpochsRow() {
        Session whole = new Session(config(2, 0, 1));
        whole.run();
        Session session = new Session(config(2, 0, 1)) {
            @Override
            public void evaluating(long done) {
                throw new IllegalStateException("a bad image");
            }
        };
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(session::run)
                .withMessage("a bad image");
        assertThat(session.events)
                .containsExactly("step 1", "step 2", "step 3", "step 4", "checkpoint 4 in 0.4", "epoch 0");
        Session resumed = new Session(config(2, 0, 1));
        resumed.resume(session.checkpoints.get(0));
        assertThat(resumed.epochs).hasSize(2);
        assertThat(resumed.parameters()).isEqualTo(whole.parameters());
    }

    /** Finite weights whose outputs are not: the loss of the training steps need not show it. */
    @Test
    void divergesWhereAnEvaluationsOutputsAreNoNumbers() {
        Session session = new Session(config(2, 0, 1)) {
            @Override
            public void checkpoint(Position position, EpochProgress progress) {
                super.checkpoint(position, progress);
                INDArray weights = graph.getLayer("fc").getParam("W");
                weights.assign(3e38);
            }
        };
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(session::run)
                .withMessageContaining("weights of epoch 1: the outputs for 7 of 7 images are NaN or infinite")
                .withMessageContaining("a lower learning rate");
        assertThat(session.epochs).hasSize(1);
        assertThat(session.epochs.get(0).evaluation()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void divergesInTheIterationWhoseLossIsNoNumberAndSavesNothingAfterwards(float broken) {
        Session session = new Session(config(2, 1, 1)) {
            @Override
            public void step(Position position, EpochProgress progress, TrainingSteps.Step step) {
                super.step(position, progress, step);
                if (position.iteration() == 2) {
                    float[] copy = parameters();
                    graph.getLayer("fc").getParam("b").assign(broken);
                    assertThat(copy).isNotEqualTo(parameters());
                }
            }

            @Override
            public void checkpoint(Position position, EpochProgress progress) {
                if (position.iteration() != 2) { // the state that the test broke
                    super.checkpoint(position, progress);
                }
            }
        };
        assertThatExceptionOfType(DivergedException.class)
                .isThrownBy(session::run)
                .withMessageContaining("the loss became NaN at iteration 3 (epoch 1, learning rate 0.0427)")
                .withMessageContaining(
                        "start over with a lower learning rate, a warm-up or a limit on the gradient norm");
        assertThat(session.events).containsExactly("step 1", "checkpoint 1 in 0.1", "step 2");
    }

    /** With the classifier's weights at zero the network says the same of every image, and the loss is known. */
    @ParameterizedTest
    @CsvSource({"0, false", "0.1, false", "0.6, false", "0, true", "0.1, true"})
    void smoothingAndWeightsAreInTheLoss(double smoothing, boolean weighted) {
        float[] weights = {weighted ? 2 : 1, weighted ? 0.5f : 1, 1};
        TrainConfig config = new TrainConfig(
                1, 20, 3, new LossConfig(smoothing, MixConfig.NONE), StepConfig.PLAIN, MonitoringConfig.PLAIN);
        Session session = new Session(config) {
            @Override
            public void evaluating(long done) {}
        };
        double[] said = {0.7, 0.2, 0.1};
        session.graph.getLayer("fc").getParam("W").assign(0);
        for (int c = 0; c < said.length; c++) {
            session.graph.getLayer("fc").getParam("b").putScalar(c, Math.log(said[c]));
        }
        double expected = 0;
        double total = 0;
        MemoryImages images = new MemoryImages(CLASSES, 20, 1);
        for (int i = 0; i < images.size(); i++) {
            for (int c = 0; c < said.length; c++) {
                double target = smoothing / said.length + (c == images.label(i) ? 1 - smoothing : 0);
                expected -= weights[c] * target * Math.log(said[c]);
            }
            total += weights[images.label(i)];
        }
        BatchLoader loader = new BatchLoader(
                images,
                new Pipeline(List.of(), Normalize.CIFAR10)::write,
                3,
                MemoryImages.SIDE,
                MemoryImages.SIDE,
                new LoaderOptions(20, 3, 1, 1, true, BadImages.FAIL));
        LearningRate rate = new LearningRate(new ScheduleConfig.Constant(Optional.empty()), 0.1, 1, 1);
        try (loader) {
            LabelObjective objective =
                    new LabelObjective(config, 3, weighted ? Optional.of(weights) : Optional.empty());
            new Trainer<>(
                            new TrainingSteps(session.training, loader, config, objective, Optional.empty()),
                            Optional.empty(),
                            session.inference,
                            loader,
                            rate,
                            config,
                            objective,
                            session,
                            () -> false)
                    .run(Position.START, EpochProgress.NONE, config.epochs());
        }
        assertThat(session.steps).hasSize(1);
        assertThat(session.steps.get(0).loss()).isCloseTo(expected / total, within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"stem", "layer1", "layer2.0.bn1"})
    void whatIsFrozenStaysToTheLastBit(String part) {
        Session session = new Session(config(2, 0, 1), Optional.of(part));
        float[] before = session.parameters();
        session.run();
        float[] after = session.parameters();
        List<String> frozenNames =
                NETWORK.upTo(part).stream().map(node -> node.name()).toList();
        int frozen = 0;
        int moved = 0;
        for (ParameterLayout.Segment segment : session.training.layout().segments()) {
            float[] was = Arrays.copyOfRange(before, segment.offset(), segment.offset() + segment.length());
            float[] is = Arrays.copyOfRange(after, segment.offset(), segment.offset() + segment.length());
            if (frozenNames.contains(segment.vertex())) {
                assertThat(is).as("%s", segment).isEqualTo(was);
                frozen++;
            } else {
                assertThat(is).as("%s", segment).isNotEqualTo(was);
                moved++;
            }
        }
        assertThat(frozen).isGreaterThanOrEqualTo(5);
        assertThat(moved).isGreaterThanOrEqualTo(7);
    }

    @Test
    void learns() {
        Session session = new Session(config(12, 0, 12));
        Evaluation result = session.run();
        assertThat(result.top1()).isGreaterThan(0.8);
        assertThat(session.epochs.get(11).training().meanLoss())
                .isLessThan(0.7 * session.epochs.get(0).training().meanLoss());
    }

    private static TrainConfig config(int epochs, int checkpointEvery, int evalEvery) {
        return new TrainConfig(
                epochs,
                6,
                3,
                LossConfig.PLAIN,
                StepConfig.PLAIN,
                new MonitoringConfig(Optional.empty(), checkpointEvery, evalEvery, 2));
    }

    private static TrainConfig mixing() {
        MixConfig mix = new MixConfig(Optional.of(0.5), Optional.of(1.0));
        return new TrainConfig(2, 6, 3, new LossConfig(0, mix), StepConfig.PLAIN, MonitoringConfig.PLAIN);
    }

    private static TrainConfig averaging(double decay) {
        MixConfig mix = new MixConfig(Optional.of(0.5), Optional.of(1.0));
        StepConfig step = new StepConfig(1, Optional.empty(), Optional.of(decay), Optional.empty());
        return new TrainConfig(2, 6, 3, new LossConfig(0, mix), step, MonitoringConfig.PLAIN);
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }

    private static float[] floats(FloatBuffer buffer) {
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }
}
