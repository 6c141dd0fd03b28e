package io.github.resnet4j.finetune.cli;

import io.github.resnet4j.engine.Machine;
import io.github.resnet4j.engine.OneDnn;
import io.github.resnet4j.engine.SpeedProbe;
import java.io.PrintWriter;
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
    /** What two AVX2 cores of a server reached; a machine far below this has a problem. */
    private static final double EXPECTED_PER_CORE = 45;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        OneDnn.enable();
        Machine machine = Machine.inspect();
        boolean reached = OneDnn.reached();
        double imagesPerSecond = SpeedProbe.trainingImagesPerSecond(2.0);
        double expected = EXPECTED_PER_CORE * machine.threads();

        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("resnet4j", Version.current());
        facts.put("java", machine.java());
        facts.put("os", machine.os());
        facts.put("cpu", machine.cpu());
        facts.put("cpuFlags", String.join(" ", machine.cpuFlags()));
        facts.put("cores", machine.cores());
        facts.put("backend", machine.backend());
        facts.put("nativeJar", machine.nativeJar());
        facts.put("oneDnnReached", reached);
        facts.put("threads", machine.threads());
        facts.put("heapLimit", Numbers.bytes(machine.heapLimit()));
        facts.put("offHeapLimit", Numbers.bytes(machine.offHeapLimit()));
        facts.put("processLimit", Numbers.bytes(machine.processLimit()));
        facts.put("machineMemory", Numbers.bytes(machine.memory()));
        facts.put("cacheFolder", CacheLocation.show());
        facts.put("resnet20TrainImagesPerSecond", Math.round(imagesPerSecond));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(facts));
            return ExitCode.OK;
        }
        facts.forEach((name, value) -> out.printf("%-30s %s%n", name, value));
        out.println();
        out.println(reached
                ? "oneDNN is reached: DL4J's convolution and batch-normalisation layers compute with it."
                : "oneDNN is NOT reached: training will be about 10 times slower. Native library in use: "
                        + machine.nativeJar() + "; build with -Dnative.classifier=<platform>-onednn-avx2.");
        out.printf(
                "ResNet-20 trains at %.0f images/s here; about %.0f are to be expected of %d threads with AVX2%s.%n",
                imagesPerSecond,
                expected,
                machine.threads(),
                imagesPerSecond < expected / 3 ? ": something is slow (other processes? few threads? no AVX2?)" : "");
        return ExitCode.OK;
    }
}
