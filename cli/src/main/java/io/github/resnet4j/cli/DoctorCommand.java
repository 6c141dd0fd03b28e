package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.download.CacheFolder;
import io.github.resnet4j.engine.Backend;
import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.SpeedProbe;
import io.github.resnet4j.finetune.report.EngineUse;
import io.github.resnet4j.finetune.report.Machine;
import io.github.resnet4j.finetune.report.Numbers;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Checks this machine: Java, native library, oneDNN, threads, memory, speed.")
final class DoctorCommand implements Callable<Integer> {
    /** What two AVX2 cores of a server reached with DL4J's layers; a machine far below this has a problem. */
    private static final double EXPECTED_PER_CORE = 60;
    /** The same with the oneDNN engine. */
    private static final double EXPECTED_PER_CORE_ONEDNN = 200;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        OneDnn.enable();
        Backend backend = Backend.inspect();
        Machine machine = Machine.here(backend.threads(), backend.name());
        boolean reached = OneDnn.reached();
        SpeedProbe probe = SpeedProbe.measure(Engine.AUTO, 2.0);
        EngineUse engine = new EngineUse(probe.engine(), probe.fallback());
        double expected =
                backend.threads() * (probe.engine() == Engine.ONEDNN ? EXPECTED_PER_CORE_ONEDNN : EXPECTED_PER_CORE);
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("resnet4j", machine.resnet4j());
        facts.put("java", machine.java());
        facts.put("os", machine.os());
        facts.put("cpu", machine.cpu());
        facts.put("cpuFlags", String.join(" ", backend.cpuFlags()));
        facts.put("cores", machine.cores());
        facts.put("backend", backend.name());
        facts.put("nativeJar", backend.nativeJar());
        facts.put("oneDnnReached", reached);
        facts.put("engine", probe.engine().key());
        facts.put("oneDnn", oneDnn());
        facts.put("threads", backend.threads());
        facts.put("machineMemory", Numbers.bytes(system.getTotalMemorySize()));
        facts.put("heapLimit", Numbers.bytes(Runtime.getRuntime().maxMemory()));
        facts.put("nativeArraysLimit", Numbers.bytes(backend.offHeapLimit()));
        facts.put("processLimit", backend.processLimit() == 0 ? "none" : Numbers.bytes(backend.processLimit()));
        facts.put("cacheFolder", CacheFolder.standard().root().toString());
        facts.put("resnet20TrainImagesPerSecond", Math.round(probe.imagesPerSecond()));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(facts));
            return ExitCode.OK;
        }
        facts.forEach((name, value) -> out.printf("%-30s %s%n", name, value));
        out.println();
        out.println(
                reached
                        ? "oneDNN is in use: DL4J's convolution and batch-normalisation layers run on it."
                        : "oneDNN is NOT in use: DL4J's layers will be about 10 times slower. Native library loaded: "
                                + backend.nativeJar() + "; build with -Dnative.classifier=<platform>-onednn-avx2.");
        out.printf(
                "ResNet-20 trains at %.0f images/s here (%s); expect about %.0f from %d threads with AVX2%s.%n",
                probe.imagesPerSecond(),
                engine.words(),
                expected,
                backend.threads(),
                probe.imagesPerSecond() < expected / 3
                        ? ": something slows it down (other processes? too few threads? no AVX2?)"
                        : "");
        return ExitCode.OK;
    }

    /** The engine's own library, which is not ND4J's. */
    private static String oneDnn() {
        try {
            return OneDnn.version() + ", " + OneDnn.instructions();
        } catch (EngineUnavailableException e) {
            return e.getMessage();
        }
    }
}
