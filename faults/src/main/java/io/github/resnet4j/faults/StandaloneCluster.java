package io.github.resnet4j.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Spark's own master and two workers, as on three machines: each worker has a network namespace and a disk of its own, and
 * reaches the master, with which the commands run, over a bridge. Only root on Linux can have that.
 */
final class StandaloneCluster implements AutoCloseable {
    static final int WORKERS = 2;

    /** Why there is none. */
    static final Outcome NEEDS_ROOT = Outcome.notRun(
            "network namespaces and disks for the workers need root on Linux, and ip (Debian: iproute2)");

    private static final String PREFIX = "resnet4j-faults-";
    private static final String OURS = PREFIX + ProcessHandle.current().pid() + "-";
    private static final String SWITCH = OURS + "switch";
    private static final String ADDRESS = "10.78.0.1";
    private static final String MASTER = "spark://" + ADDRESS + ":7077"; // free: the namespace is new
    private static final int START_SECONDS = 120;

    private final Path spark;
    private final Path folder;
    private final List<SmallDisk> disks = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private final Thread hook = new Thread(this::endQuietly, "end of the cluster");

    private StandaloneCluster(Path spark, Path folder) {
        this.spark = spark;
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(hook); // a harness that is stopped leaves nothing behind
    }

    /**
     * Starts one. Empty without the right to.
     *
     * @param home the clone, which is built and has Spark
     * @param folder for its logs, and where the disks are mounted
     */
    static Optional<StandaloneCluster> start(Path home, Path folder) throws IOException, InterruptedException {
        removeDead();
        if (!Command.succeeds("ip", "netns", "add", SWITCH)) {
            return Optional.empty();
        }
        String installed = System.getenv("SPARK_HOME");
        Path spark = installed == null ? home.resolve("spark/target/spark") : Path.of(installed);
        StandaloneCluster cluster = new StandaloneCluster(spark, Files.createDirectories(folder));
        try {
            if (cluster.mountDisks()) {
                cluster.connect();
                cluster.startAll();
                return Optional.of(cluster);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
        cluster.close();
        return Optional.empty();
    }

    private boolean mountDisks() throws IOException, InterruptedException {
        for (int worker = 0; worker < WORKERS; worker++) {
            Optional<SmallDisk> disk = SmallDisk.on(folder.resolve("disk" + worker));
            disk.ifPresent(disks::add);
        }
        return disks.size() == WORKERS;
    }

    private void connect() throws IOException, InterruptedException {
        ip("-n", SWITCH, "link", "set", "lo", "up");
        ip("-n", SWITCH, "link", "add", "bridge", "type", "bridge");
        ip("-n", SWITCH, "address", "add", ADDRESS + "/24", "dev", "bridge");
        ip("-n", SWITCH, "link", "set", "bridge", "up");
        for (int worker = 0; worker < WORKERS; worker++) {
            String space = space(worker);
            String port = port(worker);
            ip("netns", "add", space);
            ip("-n", space, "link", "set", "lo", "up");
            ip("-n", space, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", SWITCH);
            ip("-n", space, "address", "add", address(worker) + "/24", "dev", "eth0");
            ip("-n", space, "link", "set", "eth0", "up");
            ip("-n", SWITCH, "link", "set", port, "master", "bridge");
            join(worker);
        }
    }

    private void startAll() throws IOException, InterruptedException {
        begin("master", SWITCH, ADDRESS, folder, "master.Master", "--port", "7077");
        await("master", "I have been elected leader");
        for (int worker = 0; worker < WORKERS; worker++) {
            Path disk = folder.resolve("disk" + worker);
            begin(
                    "worker" + worker,
                    space(worker),
                    address(worker),
                    disk,
                    "worker.Worker",
                    "--cores",
                    "1",
                    "--memory",
                    "1g",
                    "--work-dir",
                    disk.resolve("work").toString(),
                    MASTER);
            await("worker" + worker, "Successfully registered");
        }
    }

    /** @param disk where it may write */
    private void begin(String name, String space, String address, Path disk, String main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(inside(space));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dspark.master.rest.enabled=false",
                "-cp",
                spark.resolve("jars") + "/*",
                "org.apache.spark.deploy." + main,
                "--host",
                address,
                "--webui-port",
                "0"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(name).toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(key -> key.startsWith("SPARK_") || key.startsWith("RESNET4J_"));
        environment.put("SPARK_HOME", spark.toString());
        environment.put("SPARK_SCALA_VERSION", "2.13");
        environment.put("SPARK_LOCAL_IP", address);
        environment.put("SPARK_LOCAL_DIRS", disk.resolve("local").toString());
        processes.add(builder.start());
    }

    private void await(String name, String words) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        Process last = processes.get(processes.size() - 1);
        while (!Files.readString(log(name)).contains(words)) {
            if (!last.isAlive() || System.nanoTime() > end) {
                throw new IOException("Spark's " + name + " did not start: " + Files.readString(log(name)));
            }
            Thread.sleep(50);
        }
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    /** Commands on this cluster. */
    SparkCommands commands(Path home, Path where) {
        return new SparkCommands(
                home,
                where,
                inside(SWITCH),
                List.of(
                        "--master",
                        MASTER,
                        "--conf",
                        "spark.driver.host=" + ADDRESS,
                        "--conf",
                        "spark.driver.bindAddress=" + ADDRESS));
    }

    /** What a worker, and the executors on it, write to. */
    SmallDisk disk(int worker) {
        return disks.get(worker);
    }

    /** The executors of a worker. */
    List<ProcessHandle> executors(int worker) {
        return SparkCommands.executorsBelow(processes.get(1 + worker).pid());
    }

    /** As if a worker's cable were pulled: it sees no network, and nobody sees it. */
    void cut(int worker) throws IOException, InterruptedException {
        ip("-n", SWITCH, "link", "set", port(worker), "down");
    }

    /** Ends a cut. */
    void join(int worker) throws IOException, InterruptedException {
        ip("-n", SWITCH, "link", "set", port(worker), "up");
    }

    private static String space(int worker) {
        return OURS + worker;
    }

    private static String port(int worker) {
        return "port" + worker;
    }

    private static String address(int worker) {
        return "10.78.0." + (2 + worker);
    }

    private static List<String> inside(String space) {
        return List.of("ip", "netns", "exec", space);
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        if (!Command.succeeds(command.toArray(String[]::new))) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        Runtime.getRuntime().removeShutdownHook(hook);
        end();
        disks.forEach(SmallDisk::close);
    }

    /** The disks have hooks of their own. */
    private void endQuietly() {
        try {
            end();
        } catch (IOException e) {
            // the next harness removes what is left
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() throws IOException, InterruptedException {
        for (String space : spaces()) {
            if (space.startsWith(OURS)) {
                remove(space);
            }
        }
    }

    /** Removes what a harness left that was killed. */
    private static void removeDead() throws IOException, InterruptedException {
        for (String space : spaces()) {
            String pid =
                    space.startsWith(PREFIX) ? space.substring(PREFIX.length()).replaceFirst("-.*", "") : "";
            if (pid.matches("\\d{1,18}")
                    && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                remove(space);
            }
        }
    }

    /** With all processes that are in it. */
    private static void remove(String space) throws IOException, InterruptedException {
        for (String pid : Command.lines("ip", "netns", "pids", space)) {
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
        }
        ip("netns", "del", space);
    }

    private static List<String> spaces() throws IOException, InterruptedException {
        return Command.lines("ip", "netns", "list").stream()
                .map(line -> line.split(" ")[0])
                .toList();
    }
}
