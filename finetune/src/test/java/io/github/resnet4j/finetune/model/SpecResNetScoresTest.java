package io.github.resnet4j.finetune.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.resnet4j.datasets.audio.LogSpectrogram;
import io.github.resnet4j.datasets.audio.SoundDecoder;
import io.github.resnet4j.engine.InferencePlan;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.graph.NetworkGraph;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.weights.load.GraphWeights;
import io.github.resnet4j.zoo.weights.load.LoadOptions;
import io.github.resnet4j.zoo.weights.load.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** From sound files to the scores that PyTorch gives with the authors' weights. Skipped where they are absent. */
class SpecResNetScoresTest {
    private static final Path DATA = Path.of("../../shared/data/families");

    @Test
    void scoresRealSpeechAsPyTorchDoes() throws IOException {
        Path weights = DATA.resolve("asvspoof2019/spec_logical.pth");
        Assumptions.assumeTrue(Files.exists(weights), weights + " is not there");
        OneDnn.enable();
        Network network = Zoo.find("spec-resnet-stft").network();
        GraphWeights.Loaded loaded = GraphWeights.load(
                WeightFile.open(weights), network, NetworkGraph.Options.seeded(1), LoadOptions.STRICT);
        List<String> lines = Files.readAllLines(DATA.resolve("asvspoof2019/spec_logical.maxpool_form.scores.csv"));
        double most = 0;
        try (InferencePlan plan = InferencePlan.compile(loaded.graph(), network.input(), 1)) {
            for (String line : lines.subList(1, lines.size())) {
                String[] fields = line.split(",");
                double expected = Double.parseDouble(fields[5]);
                float[] map = LogSpectrogram.SPEC_RESNET.of(
                        SoundDecoder.decode(DATA.resolve("speech16k").resolve(fields[0])));
                INDArray output = plan.output(Nd4j.create(map, new long[] {1, 1, 1025, 126}, 'c'));
                double spoof = output.getDouble(0, 0);
                double bonafide = output.getDouble(0, 1);
                double score = Math.log(bonafide) - Math.log(spoof);
                most = Math.max(most, Math.abs(score - expected));
                assertThat(score).as(fields[0]).isEqualTo(expected, within(1e-3 * Math.max(1, Math.abs(expected))));
            }
        }
        System.out.println((lines.size() - 1) + " scores, largest deviation " + most);
    }
}
