package io.github.resnet4j.spark.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resnet4j.spark.ChildProcesses;
import io.github.resnet4j.spark.Cluster;
import io.github.resnet4j.spark.ClusterSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Executors in JVMs of their own, one of which is killed. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the cluster was not tried there")
final class SparkTrainingIT {
    @TempDir
    static Path shared;

    private static Cluster cluster;

    @TempDir
    Path runs;

    private TinyTraining tiny;

    @BeforeAll
    static void begin() throws IOException {
        TinyTraining.write(shared.resolve("data"));
        cluster = Cluster.open(new ClusterSpec(
                Optional.empty(),
                OptionalInt.of(2),
                OptionalInt.empty(),
                Optional.empty(),
                // Tests run side by side on machines with few cores.
                Map.of("spark.scheduler.maxRegisteredResourcesWaitingTime", "300s")));
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @BeforeEach
    void folders() {
        tiny = new TinyTraining(shared.resolve("data"), runs);
    }

    private byte[] simulated(Agreement agreement) throws IOException {
        try (SimulatedCluster simulated = new SimulatedCluster(2, agreement)) {
            return tiny.train(simulated, "name=simulated");
        }
    }

    @Test
    void executorsEqualTheirSimulationToTheBit() throws IOException {
        assertThat(ChildProcesses.executors()).hasSize(2);
        byte[] together = tiny.train(
                new SparkTraining(cluster, 2, Agreement.every(1), Optional.empty(), remark -> {}), "name=spark");
        assertThat(simulated(Agreement.every(1))).isEqualTo(together);
        assertThat(Files.readString(runs.resolve("spark/executors.csv"))).contains("1,0,127.0.0.1,", "1,1,127.0.0.1,");
    }

    /** In the second stretch; Spark starts another in its place. */
    @Test
    void anExecutorThatIsKilledChangesNothing() throws IOException {
        Agreement agreement = Agreement.every(1);
        List<String> remarks = new ArrayList<>();
        SparkTraining training = new SparkTraining(cluster, 2, agreement, Optional.empty(), remarks::add);
        int[] polls = {0};
        byte[] together = tiny.train(training, false, () -> {
            if (Files.exists(runs.resolve("tiny/checkpoints")) && polls[0]++ == 1) {
                ChildProcesses.executors().get(0).destroyForcibly();
            }
            return false;
        });
        assertThat(remarks)
                .anyMatch(remark -> remark.matches("warning: steps \\d+ to \\d+ of epoch \\d are taken again: .*"));
        assertThat(simulated(agreement)).isEqualTo(together);
    }
}
