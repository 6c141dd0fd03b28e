package io.github.resnet4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.resnet4j.spark.internal.LocalCluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A cluster on this machine: a master, two workers, and their executors, each in a JVM of its own. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the cluster was not tried there")
final class LocalClusterIT {
    @TempDir
    Path folder;

    @Test
    void twoExecutorsComputeAsTheDriverDoes() throws Exception {
        ClusterSpec spec = new ClusterSpec(
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                // Tests run side by side on machines with few cores.
                Map.of("spark.scheduler.maxRegisteredResourcesWaitingTime", "300s"));
        List<ProcessHandle> children;
        try (Cluster cluster = Cluster.open(spec)) {
            assertThat(cluster.executors()).isEqualTo(2);
            assertThat(cluster.slots()).isEqualTo(2);
            ExecutorCheck.require(cluster);
            assertThat(ExecutorCheck.run(cluster))
                    .extracting(ExecutorInfo::id, ExecutorInfo::threads, ExecutorInfo::problem)
                    .containsExactly(tuple("0", 1, Optional.empty()), tuple("1", 1, Optional.empty()));
            assertThat(ExecutorCheck.run(cluster))
                    .extracting(ExecutorInfo::nativeArraysLimit)
                    .containsOnly((2048L - 384) << 20);

            String secret = cluster.context().getConf().get("spark.authenticate.secret");
            children = ChildProcesses.all();
            assertThat(children).hasSizeGreaterThanOrEqualTo(5);
            assertThat(children)
                    .as("everybody on the machine sees these")
                    .noneMatch(child -> ChildProcesses.commandLine(child).contains(secret));
        }
        await(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** Also of a process that cannot clean up: nothing remains, neither JVMs nor files. */
    @Test
    void endsWithAParentThatIsKilled() throws Exception {
        Path log = folder.resolve("parent.log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + folder,
                        Parent.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process parent = builder.start();
        try {
            await(() -> read(log).contains("spark://") || !parent.isAlive());
            assertThat(read(log)).contains("spark://127.0.0.1:");
            List<ProcessHandle> children = parent.descendants().toList();
            assertThat(children).hasSize(2);
            parent.destroyForcibly().waitFor();
            await(() -> children.stream().noneMatch(ProcessHandle::isAlive));
            try (Stream<Path> left = Files.list(folder)) {
                assertThat(left.filter(file -> !file.equals(log) && !file.endsWith("hsperfdata_root")))
                        .isEmpty();
            }
        } finally {
            parent.descendants().forEach(ProcessHandle::destroyForcibly);
            parent.destroyForcibly();
        }
    }

    /** Starts a cluster and waits to be killed. */
    static final class Parent {
        public static void main(String[] arguments) throws Exception {
            System.out.println(LocalCluster.start(1, 1, "1g").master());
            Thread.sleep(TimeUnit.MINUTES.toMillis(5));
        }
    }

    @Test
    void aMasterThatDoesNotAnswerIsSaidAtOnce() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ClusterSpec spec = ClusterSpec.LOCAL.withMaster("spark://127.0.0.1:" + port);
        assertThatExceptionOfType(ClusterException.class)
                .isThrownBy(() -> Cluster.open(spec).close())
                .withMessageContaining("127.0.0.1:" + port + " does not answer");
    }

    /** What executors say that end at once is what the user needs to know. */
    @Test
    void executorsThatDoNotStartSayWhy() {
        ClusterSpec spec = new ClusterSpec(
                Optional.empty(),
                OptionalInt.of(1),
                OptionalInt.empty(),
                Optional.empty(),
                Map.of(
                        "spark.executor.extraJavaOptions", "-javaagent:no-such.jar",
                        "spark.scheduler.maxRegisteredResourcesWaitingTime", "15s"));
        assertThatExceptionOfType(ClusterException.class)
                .isThrownBy(() -> Cluster.open(spec).close())
                .withMessageContaining("0 of 1 executors")
                .withMessageContaining("one said: ");
    }

    @Test
    void theDriverCanBeTheExecutor() {
        try (Cluster cluster = Cluster.open(ClusterSpec.LOCAL.withMaster("local[2]"))) {
            assertThat(cluster.executors()).isEqualTo(1);
            assertThat(cluster.slots()).isEqualTo(2);
            assertThat(ExecutorCheck.run(cluster)).singleElement().satisfies(driver -> assertThat(driver.problem())
                    .isEmpty());
            assertThat(Cluster.of(cluster.context()).slots()).isEqualTo(2);
            assertThat(cluster.session().range(3).count()).isEqualTo(3);
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for 180 s").isLessThan(end);
            Thread.sleep(100);
        }
    }
}
