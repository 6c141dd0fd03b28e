package io.github.resnet4j.bench;

import io.github.resnet4j.zoo.network.Network;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The program of a contestant: a process that speaks the protocol of {@link Answer}. */
@FunctionalInterface
interface Launcher {
    /**
     * The process for one workload.
     *
     * @throws AbsentException if something that it needs is not installed
     */
    Launch launch(Setup setup, Workload workload) throws AbsentException;

    /**
     * Lets glibc keep large blocks instead of returning them to the system after every batch: getting fresh pages costs
     * PyTorch 1.2 to 1.8 times its time.
     */
    Map<String, String> KEEP_PAGES = Map.of(
            "MALLOC_ARENA_MAX", "1",
            "MALLOC_MMAP_MAX_", "0",
            "MALLOC_TRIM_THRESHOLD_", "34359738368",
            "MALLOC_TOP_PAD_", "67108864");

    /** A contestant in a JVM with this project's class path. */
    static Launcher jvm(Class<? extends JvmContestant> type) {
        return (setup, workload) -> java(type, System.getProperty("java.class.path"), setup, workload, Map.of());
    }

    /**
     * A contestant in a JVM that has the jars of the Java peers too.
     *
     * @param environment added to this process' own
     */
    static Launcher peerJvm(Class<? extends JvmContestant> type, Map<String, String> environment) {
        return (setup, workload) -> java(
                type,
                System.getProperty("java.class.path") + System.getProperty("path.separator") + setup.peerJars(),
                setup,
                workload,
                environment);
    }

    /**
     * PyTorch.
     *
     * @param layout {@code nchw} or {@code channels_last}
     */
    static Launcher python(String layout) {
        return (setup, workload) -> {
            Network network = workload.built();
            Map<String, String> environment = new LinkedHashMap<>(KEEP_PAGES);
            environment.put("OMP_NUM_THREADS", String.valueOf(setup.threads()));
            environment.put("PYTHONDONTWRITEBYTECODE", "1");
            return new Launch(
                    List.of(
                            setup.pythonWithTorch(),
                            setup.script("peer.py").toString(),
                            workload.network(),
                            network.input().toString(),
                            String.valueOf(network.classes()),
                            workload.mode().word(),
                            String.valueOf(workload.batch()),
                            String.valueOf(setup.threads()),
                            layout),
                    environment);
        };
    }

    private static Launch java(
            Class<? extends JvmContestant> type,
            String classPath,
            Setup setup,
            Workload workload,
            Map<String, String> additions) {
        // The shares of memory that the launcher gives to training; JavaCPP's own limit is the size of the heap.
        long megabytes = memoryOfTheMachine() >> 20;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx" + megabytes * 25 / 100 + "m",
                "-Dorg.bytedeco.javacpp.maxbytes=" + megabytes * 45 / 100 + "m",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=" + megabytes * 80 / 100 + "m",
                "-Djava.io.tmpdir=" + setup.scratch()));
        command.addAll(setup.properties());
        String extra = System.getenv().getOrDefault("RESNET4J_JAVA_OPTS", "").strip();
        if (!extra.isEmpty()) {
            command.addAll(List.of(extra.split("\\s+")));
        }
        command.addAll(List.of(
                "-cp",
                classPath,
                ContestantProcess.class.getName(),
                type.getName(),
                workload.network(),
                workload.mode().word(),
                String.valueOf(workload.batch())));
        workload.side().ifPresent(pixels -> command.add(String.valueOf(pixels)));
        Map<String, String> environment = new LinkedHashMap<>(additions);
        environment.put("OMP_NUM_THREADS", String.valueOf(setup.threads()));
        return new Launch(command, environment);
    }

    /** Of the machine or the container. */
    private static long memoryOfTheMachine() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
    }
}
