package io.github.resnet4j.spark.internal;

import io.github.resnet4j.spark.ClusterException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * A standalone cluster on this machine: a master and workers, each in a JVM of its own, bound to the loopback interface and
 * closed to whoever does not know its secret. The executors that the workers start have the class path of this JVM.
 */
public final class LocalCluster implements AutoCloseable {
    /** Warnings only, to each JVM's own file in the cluster's folder; of several logging backends Spark's. */
    public static final List<String> LOG_OPTIONS = List.of(
            "-Dresnet4j.spark.trace=full",
            "-Dslf4j.internal.verbosity=WARN",
            "-Dslf4j.provider=org.apache.logging.slf4j.SLF4JServiceProvider",
            "-Dlog4j2.configurationFile=classpath:io/github/resnet4j/spark/log4j2.properties");

    private static final String HOST = "127.0.0.1";
    private static final int MASTER_SECONDS = 120;

    private final Path folder;
    private final String secret;
    private final List<Process> processes = new ArrayList<>();
    private final Thread hook = new Thread(this::end, "end of the cluster");
    private int port;

    private LocalCluster(Path folder, String secret) {
        this.folder = folder;
        this.secret = secret;
    }

    /**
     * Starts the master, waits until it listens, and starts the workers, which register in their own time.
     *
     * @param workers how many, with room for one executor each
     * @param memory the heap of that executor
     * @throws ClusterException if the master does not start
     */
    public static LocalCluster start(int workers, int cores, String memory) {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        Path folder;
        try {
            folder = Files.createTempDirectory("resnet4j-spark-"); // readable by nobody else
            Files.createDirectories(folder.resolve("jars"));
        } catch (IOException e) {
            throw new ClusterException("cannot make a folder for the cluster on this machine: " + e.getMessage(), e);
        }
        LocalCluster cluster = new LocalCluster(folder, HexFormat.of().formatHex(secret));
        Runtime.getRuntime().addShutdownHook(cluster.hook);
        try {
            cluster.startMaster();
            for (int i = 0; i < workers; i++) {
                cluster.start(
                        "worker-" + i,
                        List.of("", "worker", "--host", HOST, "--webui-port", "0", "--cores", Integer.toString(cores)),
                        List.of(
                                "--memory",
                                memory,
                                "--work-dir",
                                folder.resolve("work-" + i).toString(),
                                cluster.master()));
            }
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw new ClusterException("the cluster on this machine did not start: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** The address of the master. */
    public String master() {
        return "spark://" + HOST + ":" + port;
    }

    /** The driver's settings. */
    public Map<String, String> settings() {
        return Map.of(
                "spark.master",
                master(),
                "spark.authenticate",
                "true",
                "spark.authenticate.secret",
                secret,
                "spark.driver.host",
                HOST,
                "spark.driver.bindAddress",
                HOST,
                // The executors' own SPARK_HOME has no jars: they run what this JVM runs.
                "spark.executor.extraClassPath",
                classPath());
    }

    private void startMaster() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            port = free.getLocalPort();
        }
        Process master = start(
                "master",
                List.of(folder.toString(), "master", "--host", HOST, "--port", Integer.toString(port)),
                List.of("--webui-port", "0"));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MASTER_SECONDS);
        while (!listens()) {
            if (!master.isAlive() || System.nanoTime() > end) {
                throw new ClusterException("the master on this machine did not start: " + lastLine("master"));
            }
            pause();
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HOST, port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Process start(String name, List<String> arguments, List<String> more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true",
                "-Dspark.authenticate=true",
                "-Dspark.ui.killEnabled=false",
                // Takes applications from anybody, on a port that is always the same.
                "-Dspark.master.rest.enabled=false",
                "-Dspark.port.maxRetries=0"));
        command.addAll(LOG_OPTIONS);
        command.addAll(Arrays.asList(JavaModuleOptions.defaultModuleOptionArray()));
        command.add(ClusterProcess.class.getName());
        command.addAll(arguments);
        command.addAll(more);
        File log = folder.resolve(name + ".log").toFile();
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.redirectErrorStream(true).redirectOutput(log);
        Map<String, String> environment = builder.environment();
        // The user's own cluster has nothing to do with this one.
        environment.keySet().removeIf(key -> key.startsWith("SPARK_") || key.startsWith("_SPARK_"));
        environment.put("SPARK_HOME", folder.toString());
        environment.put("SPARK_SCALA_VERSION", "2.13");
        environment.put("SPARK_LOCAL_IP", HOST);
        environment.put("SPARK_LOCAL_DIRS", folder.resolve("local").toString());
        // Not an argument: everybody on this machine sees those.
        environment.put("_SPARK_AUTH_SECRET", secret);
        environment.put("CLASSPATH", classPath());
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /** With absolute paths: the others run in folders of their own. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private String lastLine(String name) {
        List<String> lines = lines(folder.resolve(name + ".log"));
        return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    }

    /** The last that an executor said which did not start; nothing if none said anything. */
    public Optional<String> lastWords() {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith("stderr"))
                    .sorted()
                    .flatMap(file -> lines(file).stream())
                    .filter(line -> !line.isBlank() && !line.startsWith("WARNING: Using incubator"))
                    // Spark's own head of that file: the whole command in a frame.
                    .filter(line -> !line.startsWith("====") && !line.startsWith("Spark Executor Command"))
                    .reduce((before, last) -> last);
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted while a cluster was started", e);
        }
    }

    /** Ends workers, master and executors, and deletes their folder. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the JVM ends and the hook runs
        }
        end();
    }

    private void end() {
        // Workers first, which end their executors.
        for (int i = processes.size() - 1; i >= 0; i--) {
            processes.get(i).destroy();
        }
        for (Process process : processes) {
            try {
                if (!process.waitFor(5, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        }
        ClusterProcess.delete(folder);
    }
}
