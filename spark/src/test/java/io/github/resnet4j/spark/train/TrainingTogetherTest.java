package io.github.resnet4j.spark.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.run.TrainingCluster;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.spark.Cluster;
import io.github.resnet4j.spark.ClusterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Training by threads of one JVM: tasks of Spark's local mode, each with a replica of its own, and the same without Spark. {@code
 * SparkTrainingIT} has executors of their own.
 */
final class TrainingTogetherTest {
    @TempDir
    static Path shared;

    private static JavaSparkContext context;

    @TempDir
    Path runs;

    private TinyTraining tiny;

    @BeforeAll
    static void begin() throws IOException {
        TinyTraining.write(shared.resolve("data"));
        context = new JavaSparkContext(new SparkConf()
                .setMaster("local[3]")
                .setAppName("test")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1"));
    }

    @AfterAll
    static void end() {
        context.close();
    }

    @BeforeEach
    void folders() {
        tiny = new TinyTraining(shared.resolve("data"), runs);
    }

    private static SparkTraining spark(int count, Agreement agreement) {
        return new SparkTraining(Cluster.of(context), count, agreement, Optional.empty(), remark -> {});
    }

    private byte[] simulated(int count, Agreement agreement, String... settings) throws IOException {
        try (SimulatedCluster simulated = new SimulatedCluster(count, agreement)) {
            return tiny.train(simulated, TinyTraining.named("simulated", settings));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 1, RING", "3, 1, RING", "2, 3, RING", "2, 3, DRIVER", "3, 1, DRIVER"})
    void equalsItsSimulationToTheBit(int count, int every, Agreement.Exchange exchange) throws IOException {
        Agreement agreement = new Agreement(every, exchange);
        byte[] together = tiny.train(spark(count, agreement), "name=spark");
        assertThat(simulated(count, agreement)).isEqualTo(together);
        assertThat(tiny.trainAlone("name=alone")).isNotEqualTo(together);
    }

    @Test
    void theDriverAveragesToTheBitOfTheRing() throws IOException {
        byte[] ring = tiny.train(spark(2, new Agreement(3, Agreement.Exchange.RING)), "name=ring");
        assertThat(tiny.train(spark(2, new Agreement(3, Agreement.Exchange.DRIVER)), "name=driver"))
                .isEqualTo(ring);
    }

    @Test
    void equalsItsSimulationWithEveryLeverOfTraining() throws IOException {
        String[] levers = {
            "model.name=resnet20-cifar",
            "model.options={stochastic-depth: 0.6}",
            "train.accumulate=2",
            "train.ema-decay=0.9",
            "train.clip-norm=0.5",
            "train.label-smoothing=0.1",
            "train.mix={mixup: 0.2}",
            "train.lr-batch=7",
            "data.class-weights=balanced",
            "optimizer={type: adamw, lr: 0.01}"
        };
        byte[] together = tiny.train(spark(2, Agreement.every(1)), TinyTraining.named("spark", levers));
        assertThat(simulated(2, Agreement.every(1), levers)).isEqualTo(together);
    }

    /** A part that thaws later is another network for the executors. */
    @Test
    void phasesAreTheExecutorsToo() throws IOException {
        String[] phases = {"optimizer={type: sgd, lr: 0.05, groups: [{parts: [stem], lr-factor: 0.1, thaw: 1}]}"};
        byte[] together = tiny.train(spark(2, Agreement.every(1)), TinyTraining.named("spark", phases));
        assertThat(simulated(2, Agreement.every(1), phases)).isEqualTo(together);
    }

    @ParameterizedTest
    @CsvSource({"1, RING", "4, DRIVER"})
    void oneExecutorIsATrainingWithoutSpark(int every, Agreement.Exchange exchange) throws IOException {
        byte[] alone = tiny.trainAlone("name=alone");
        assertThat(tiny.train(spark(1, new Agreement(every, exchange)), "name=spark"))
                .isEqualTo(alone);
        assertThat(losses("spark")).isEqualTo(losses("alone")).hasSize(3);
    }

    private List<String> losses(String run) throws IOException {
        return Files.readAllLines(runs.resolve(run).resolve("log.csv")).stream()
                .map(line -> line.split(",")[3])
                .toList();
    }

    @Test
    void aRunThatIsResumedEqualsOneThatWasNot() throws IOException {
        TrainingCluster cluster = spark(2, Agreement.every(1));
        byte[] whole = tiny.train(cluster, "name=whole", "train.checkpoint-every=2");
        int[] polls = {0};
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> tiny.train(
                        cluster,
                        false,
                        () -> Files.exists(runs.resolve("stopped/checkpoints")) && polls[0]++ >= 3,
                        "name=stopped",
                        "train.checkpoint-every=2"));
        assertThat(tiny.train(cluster, true, () -> false, "name=stopped", "train.checkpoint-every=2"))
                .isEqualTo(whole);
    }

    @Test
    void goesOnWithAnotherNumberOfExecutors() throws IOException {
        int[] polls = {0};
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> tiny.train(
                        spark(2, Agreement.every(1)),
                        false,
                        () -> Files.exists(runs.resolve("tiny/checkpoints")) && polls[0]++ >= 2,
                        "train.checkpoint-every=2"));
        tiny.train(spark(3, Agreement.every(1)), true, () -> false, "train.checkpoint-every=2");
        assertThat(runs.resolve("tiny/executors.csv")).content().contains(",2,127.0.0.1,");
        assertThat(runs.resolve("tiny/report.html")).content().contains("How each executor spent its time");
    }

    /** The machine with the run is lost: another goes on from the copy, to the same end. */
    @Test
    void anotherMachineGoesOnFromTheCopy() throws IOException {
        Path there = runs.resolve("there");
        RunCopy copy = RunCopy.in(there.toUri().toString(), "tiny", Cluster.of(context));
        assertThat(copy.fetch(runs.resolve("tiny"))).isEmpty();
        SparkTraining training =
                new SparkTraining(Cluster.of(context), 2, Agreement.every(1), Optional.of(copy), remark -> {});
        byte[] whole = tiny.train(spark(2, Agreement.every(1)), "name=whole", "train.checkpoint-every=2");
        int[] polls = {0};
        assertThatExceptionOfType(StoppedException.class)
                .isThrownBy(() -> tiny.train(
                        training,
                        false,
                        () -> Files.exists(there.resolve("tiny/checkpoints/ckpt-000000004")) && polls[0]++ >= 2,
                        "train.checkpoint-every=2"));
        TinyTraining elsewhere = new TinyTraining(tiny.data(), runs.resolve("elsewhere"));
        assertThat(copy.fetch(runs.resolve("elsewhere/tiny")))
                .hasValueSatisfying(said -> assertThat(said).startsWith("fetched the run up to ckpt-00000000"));
        assertThat(elsewhere.train(training, true, () -> false, "train.checkpoint-every=2"))
                .isEqualTo(whole);
        assertThat(there.resolve("tiny/report.html")).exists();
        try (Stream<Path> checkpoints = Files.list(there.resolve("tiny/checkpoints"))) {
            assertThat(checkpoints.map(path -> path.getFileName().toString()).filter(name -> !name.endsWith(".crc")))
                    .hasSize(2)
                    .contains("ckpt-000000008");
        }
        // What is here is as far as the copy.
        assertThat(copy.fetch(runs.resolve("elsewhere/tiny"))).isEmpty();
    }

    /** Checkpoints of two runs have the same names. */
    @Test
    void theCopyOfAnEarlierRunIsReplacedOrRefused() throws IOException {
        Path there = runs.resolve("the copies");
        RunCopy first = RunCopy.in(there.toString(), "tiny", Cluster.of(context));
        first.begin(false);
        Path run = runs.resolve("tiny");
        Path checkpoint = Files.createDirectories(run.resolve("checkpoints/ckpt-000000004"));
        Files.writeString(checkpoint.resolve("state"), "first");
        Files.writeString(run.resolve("old.csv"), "first");
        first.update(run);
        Files.writeString(checkpoint.resolve("state"), "other");
        Files.delete(run.resolve("old.csv"));
        RunCopy second = RunCopy.in(there.toString(), "tiny", Cluster.of(context));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> second.begin(false))
                .withMessageContaining("holds the copy of an earlier run");
        second.begin(true);
        Path copied = there.resolve("tiny/checkpoints/ckpt-000000004/state");
        assertThat(copied).hasContent("first");
        second.update(run);
        assertThat(copied).hasContent("other");
        assertThat(there.resolve("tiny/old.csv")).doesNotExist();
    }

    @Test
    void aFolderThatCannotBeMadeIsFoundOutBeforeAnythingIsTrained() throws IOException {
        Path file = Files.write(runs.resolve("file"), new byte[1]);
        RunCopy copy = RunCopy.in(file.resolve("in").toString(), "tiny", Cluster.of(context));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> copy.begin(false));
    }

    @Test
    void aBatchNeedsAnImageForEachExecutor() {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> tiny.train(spark(3, Agreement.every(1)), "train.batch-size=2"))
                .withMessage(
                        "train.batch-size is 2, which is the batch of all executors together, but there are 3: set at"
                                + " least 3, or take fewer executors");
    }

    @Test
    void allExecutorsAreNeededAtOnce() {
        assertThatExceptionOfType(ClusterException.class)
                .isThrownBy(() -> spark(4, Agreement.every(1)))
                .withMessage("to train on 4 executors, all of them are needed at once, but the cluster has room for 3");
    }

    /** The driver has seen them; what an executor finds under the same path decides there. */
    @Test
    void anExecutorWithOtherImagesIsNoHelp() throws IOException {
        TinyTraining other = new TinyTraining(runs.resolve("data"), runs);
        TinyTraining.write(other.data());
        SparkTraining cluster = spark(2, Agreement.every(1));
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> other.train(
                        new Meanwhile(cluster, () -> Files.delete(other.data().resolve("train/ant/0.png")))))
                .withMessageContaining("these are not the training images of the run");
    }

    /** Something happens once the driver has begun. */
    private record Meanwhile(TrainingCluster cluster, Happening happening) implements TrainingCluster {
        interface Happening {
            void happen() throws IOException;
        }

        @Override
        public int replicas() {
            return cluster.replicas();
        }

        @Override
        public int longestStretch() {
            return cluster.longestStretch();
        }

        @Override
        public String how() {
            return cluster.how();
        }

        @Override
        public void begin(Assignment run) {
            cluster.begin(run);
            try {
                happening.happen();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Outcome take(
                State before,
                Stretch stretch,
                java.util.function.IntConsumer progress,
                java.util.function.BooleanSupplier stop) {
            return cluster.take(before, stretch, progress, stop);
        }
    }
}
