package io.github.resnet4j.finetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.engine.UpdateRule;
import io.github.resnet4j.engine.internal.onednn.Dnnl;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Shape;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.LoggerFactory;

/** With a graph that the oneDNN engine does not know a layer of. */
final class EnginesTest {
    private static final Shape IMAGE = Shape.square(3, 4);

    private final Logger log = (Logger) LoggerFactory.getLogger("io.github.resnet4j.engine");
    private final ListAppender<ILoggingEvent> warnings = new ListAppender<>();

    @BeforeEach
    void listen() {
        warnings.start();
        log.addAppender(warnings);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(warnings);
    }

    @Test
    void wholeRunGivesOneWarningAndTheReason() {
        INDArray images = Nd4j.rand(2, 3, 4, 4);
        INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}});
        try (Engines engines = Engines.of(graph(), IMAGE, UpdateRule.of(Sgd.paper()), 2, Engine.AUTO)) {
            for (int i = 0; i < 3; i++) {
                engines.training().step(images, labels, 0.1);
                engines.inference().refresh();
                engines.inference().output(images);
            }
            assertThat(engines.use().running()).isEqualTo(Engine.DL4J);
            assertThat(engines.use().words()).contains("cut");
            isToldOnce(engines.use().fallback().orElseThrow());
        }
    }

    @Test
    void inferenceAloneGivesOneWarningAndTheReason() {
        try (Inference inference = Inference.of(graph(), IMAGE, 2, Engine.AUTO)) {
            inference.output(Nd4j.rand(2, 3, 4, 4));
            inference.output(Nd4j.rand(1, 3, 4, 4));
            assertThat(inference.engine()).isEqualTo(Engine.DL4J);
            isToldOnce(inference.fallback().orElseThrow());
        }
    }

    @Test
    void dl4jAsAskedNeedsNoWarning() {
        try (Engines engines = Engines.of(graph(), IMAGE, UpdateRule.of(Sgd.paper()), 2, Engine.DL4J)) {
            assertThat(engines.use().words()).isEqualTo("DL4J (as requested)");
            assertThat(warnings.list).isEmpty();
        }
    }

    @Test
    void oneDnnAsAskedNamesTheVertex() {
        assumeOneDnn();
        assertThatExceptionOfType(UnsupportedGraphException.class)
                .isThrownBy(() -> Engines.of(graph(), IMAGE, UpdateRule.of(Sgd.paper()), 2, Engine.ONEDNN))
                .withMessageContaining("cut: ");
    }

    @Test
    void namesBothEnginesWhereOneCannotDoBoth() {
        assumeOneDnn();
        ComputationGraph graph =
                NetworkGraph.create(Zoo.find("resnet8-mlperf").network(), NetworkGraph.Options.seeded(1));
        Shape image = Shape.square(3, 32);
        try (Engines engines = new Engines(
                TrainingStep.of(graph, image, 2, UpdateRule.of(Sgd.paper()), Engine.ONEDNN),
                Inference.of(graph, image, 2, Engine.DL4J))) {
            assertThat(engines.use().running()).isEqualTo(Engine.ONEDNN);
            assertThat(engines.use().words()).contains("oneDNN engine for training", "DL4J", "for evaluation");
        }
    }

    @Test
    void closesBoth() {
        Engines engines = Engines.of(graph(), IMAGE, UpdateRule.of(Sgd.paper()), 2, Engine.AUTO);
        engines.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> engines.training().step(Nd4j.rand(2, 3, 4, 4), Nd4j.zeros(2, 2), 0.1));
        assertThatIllegalStateException().isThrownBy(() -> engines.inference().output(Nd4j.rand(2, 3, 4, 4)));
    }

    private static void assumeOneDnn() {
        try {
            Dnnl.require();
        } catch (EngineUnavailableException e) {
            Assumptions.abort(e.getMessage());
        }
    }

    private void isToldOnce(String reason) {
        assertThat(warnings.list).hasSize(1);
        assertThat(warnings.list.get(0).getLevel()).isEqualTo(Level.WARN);
        assertThat(warnings.list.get(0).getFormattedMessage()).contains("DL4J", reason);
    }

    private static ComputationGraph graph() {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(1)
                .graphBuilder()
                .addInputs("input")
                .addLayer("cut", new Cropping2D(1, 1), "input")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "cut")
                .addLayer("out", new OutputLayer.Builder().nOut(2).build(), "pool")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(4, 4, 3))
                .build());
        graph.init();
        return graph;
    }
}
