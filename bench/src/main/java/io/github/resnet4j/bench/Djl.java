package io.github.resnet4j.bench;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.Platform;
import io.github.resnet4j.zoo.network.Network;

/** The Deep Java Library on its PyTorch engine: DJL's blocks, trainer and optimiser. */
final class Djl implements JvmContestant {
    private static final String ENGINE = "PyTorch";

    @Override
    public Work train(Network network, int batch) throws AbsentException {
        Started djl = start(network, batch);
        Trainer trainer = djl.model()
                .newTrainer(new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                        .optOptimizer(Optimizer.sgd()
                                .setLearningRateTracker(Tracker.fixed(0.01f))
                                .optMomentum(0.9f)
                                .optWeightDecays(1e-4f)
                                .build()));
        trainer.initialize(djl.images().getShape());
        NDArray labels =
                djl.manager().arange(batch).toType(DataType.INT64, false).mod(network.classes());
        return djl.work("Trainer", () -> {
            try (NDManager step = djl.manager().newSubManager()) {
                djl.images().tempAttach(step);
                labels.tempAttach(step);
                NDArray logits;
                NDArray loss;
                try (GradientCollector gradients = trainer.newGradientCollector()) {
                    logits = trainer.forward(new NDList(djl.images())).head();
                    loss = trainer.getLoss().evaluate(new NDList(labels), new NDList(logits));
                    gradients.backward(loss);
                }
                trainer.step();
                loss.getFloat();
                logits.argMax(1).eq(labels).sum().getLong();
            }
        });
    }

    @Override
    public Work infer(Network network, int batch) throws AbsentException {
        Started djl = start(network, batch);
        djl.block().initialize(djl.manager(), DataType.FLOAT32, djl.images().getShape());
        ParameterStore store = new ParameterStore(djl.manager(), false);
        return djl.work("Block.forward", () -> {
            try (NDManager step = djl.manager().newSubManager()) {
                djl.images().tempAttach(step);
                djl.block()
                        .forward(store, new NDList(djl.images()), false)
                        .head()
                        .softmax(1)
                        .toFloatArray();
            }
        });
    }

    /** Loads the native library. */
    static void load() throws AbsentException {
        Setup setup = Setup.ofThisProcess();
        // No downloads and no telemetry; the native library is unpacked from the class path.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("DJL_CACHE_DIR", setup.cache().toString());
        System.setProperty("ENGINE_CACHE_DIR", setup.cache().toString());
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(setup.threads()));
        if (Platform.detectPlatform("pytorch").isPlaceholder()) {
            throw new AbsentException("DJL's PyTorch for this platform is not on the class path; name its"
                    + " ai.djl.pytorch:pytorch-native-cpu in bench/pom.xml, then mvn package");
        }
        Engine.getEngine(ENGINE).setRandomSeed(1);
    }

    private static Started start(Network network, int batch) throws AbsentException {
        load();
        DjlNetwork block;
        try {
            block = new DjlNetwork(network);
        } catch (IllegalArgumentException e) {
            throw new AbsentException(e.getMessage());
        }
        Model model = Model.newInstance(network.name(), ENGINE);
        model.setBlock(block);
        NDManager manager = model.getNDManager();
        NDArray images = manager.randomNormal(new Shape(
                batch,
                network.input().channels(),
                network.input().height(),
                network.input().width()));
        return new Started(model, block, manager, images);
    }

    private record Started(Model model, DjlNetwork block, NDManager manager, NDArray images) {
        Work work(String how, Runnable step) {
            String versions = "DJL " + Engine.getDjlVersion() + ", " + ENGINE + " "
                    + Engine.getEngine(ENGINE).getVersion();
            return new Work(block.trainedValues(), versions + ", " + how, step);
        }
    }
}
