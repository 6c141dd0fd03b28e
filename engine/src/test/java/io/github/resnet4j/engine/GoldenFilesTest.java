package io.github.resnet4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GoldenFilesTest {
    @Test
    void eachIsReadBySomeTestAndAllAreSmall() throws IOException, URISyntaxException {
        Set<String> read = EvaluationParityTest.cases().map(ParityCase::name).collect(Collectors.toSet());
        TrainingParityTest.recipes().forEach(recipe -> read.add(TrainingParityTest.RECIPES + recipe.get()[0]));
        TrainingParityTest.rules().forEach(recipe -> read.add(TrainingParityTest.RECIPES + recipe.get()[0]));
        List.of("accumulated", "weighted", "weightedmix")
                .forEach(recipe -> read.add(TrainingParityTest.RECIPES + recipe));
        FreezePlanTest.plans().forEach(plan -> read.add(plan.get()[0].toString()));
        FreezingTest.above().forEach(frozen -> read.add(frozen.get()[0].toString()));
        StochasticDepthTest.pyTorchs().forEach(parity -> read.add(parity.name()));
        ParityCase.trajectories().forEach(parity -> read.add(parity.name()));
        PyramidParityTest.cases().forEach(parity -> read.add(parity.name()));
        SegmentationParityTest.cases().forEach(parity -> read.add(parity.name()));
        read.add("sgd");
        read.add("adamw");

        Set<String> there = new TreeSet<>();
        long bytes = 0;
        Path folder =
                Path.of(GoldenFilesTest.class.getResource("/golden/parity").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                there.add(file.getFileName().toString().replace(".bin.gz", ""));
                assertThat(Files.size(file)).as("%s, bytes", file).isLessThan(200_000);
                bytes += Files.size(file);
            }
        }
        assertThat(there).isEqualTo(read);
        assertThat(bytes / there.size()).as("bytes of a file, on average").isLessThan(19_000);
    }
}
