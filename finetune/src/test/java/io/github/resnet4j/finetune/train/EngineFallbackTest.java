package io.github.resnet4j.finetune.train;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.Inference;
import io.github.resnet4j.engine.Sgd;
import io.github.resnet4j.engine.TrainingStep;
import io.github.resnet4j.zoo.network.Shape;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.LoggerFactory;

/** A graph with a layer that the oneDNN engine does not know, where the choice is free. */
final class EngineFallbackTest {
    private static final Shape PICTURE = Shape.square(3, 4);

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
    void trainsWithDl4jAfterOneWarning() {
        INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}});
        try (TrainingStep training = TrainingStep.of(graph(), PICTURE, Sgd.paper(), Engine.AUTO)) {
            for (int i = 0; i < 3; i++) {
                training.step(Nd4j.rand(2, 3, 4, 4), labels, 0.1);
            }
            assertThat(training.engine()).isEqualTo(Engine.DL4J);
            isToldOnce(training.fallback().orElseThrow());
        }
    }

    @Test
    void answersWithDl4jAfterOneWarning() {
        try (Inference inference = Inference.of(graph(), PICTURE, 2, Engine.AUTO)) {
            for (int i = 0; i < 3; i++) {
                inference.output(Nd4j.rand(2, 3, 4, 4));
            }
            assertThat(inference.engine()).isEqualTo(Engine.DL4J);
            isToldOnce(inference.fallback().orElseThrow());
        }
    }

    private void isToldOnce(String reason) {
        List<ILoggingEvent> events = List.copyOf(warnings.list);
        assertThat(events).hasSize(1);
        assertThat(events.get(0).getLevel()).isEqualTo(Level.WARN);
        assertThat(events.get(0).getFormattedMessage()).contains("DL4J", reason);
    }

    private static ComputationGraph graph() {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(1)
                .graphBuilder()
                .addInputs("input")
                .addLayer("enlarge", new Upsampling2D.Builder(2).build(), "input")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "enlarge")
                .addLayer("out", new OutputLayer.Builder().nOut(2).build(), "pool")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(4, 4, 3))
                .build());
        graph.init();
        return graph;
    }
}
