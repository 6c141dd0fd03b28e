package io.github.resnet4j.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The command {@code bench/run.sh}: measures all contestants in one interleaved run and compares them. */
@Command(
        name = "bench/run.sh",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Measures training and inference with DL4J and its peers on this machine, in turns.",
        footer = {
            "",
            "bench/run.sh load [FILE...]         measures the time and memory to load weights",
            "bench/run.sh peak                   measures the GFLOP/s of this machine",
            "bench/run.sh roofline [NETWORK...]  compares each kind of engine step with that peak"
        })
public final class BenchmarkCommand implements Callable<Integer> {
    /** Where torch may be; Debian's python3-torch belongs to the system's Python, which another may hide. */
    private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Duration IMPORT = Duration.ofMinutes(1);
    private static final int FAILED = 70;
    private static final int STOPPED = 130;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--networks",
            split = ",",
            paramLabel = "NAME",
            description = "Networks, from ${COMPLETION-CANDIDATES} (default: all).",
            completionCandidates = NetworkNames.class)
    private List<String> networks;

    @Option(
            names = "--who",
            split = ",",
            paramLabel = "NAME",
            description = "Contestants, from ${COMPLETION-CANDIDATES} (default: all).",
            completionCandidates = WhoNames.class)
    private List<String> who;

    @Option(names = "--modes", split = ",", paramLabel = "MODE", description = "train or infer (default: both).")
    private List<String> modes;

    @Option(names = "--rounds", defaultValue = "3", description = "Turns per contestant.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "10", description = "Length of each turn.")
    private double seconds;

    @Option(names = "--threads", description = "Threads per contestant (default: the cores of this machine).")
    private Optional<Integer> threads;

    @Option(names = "--python", paramLabel = "FILE", description = "A Python that has torch (default: search for one).")
    private Optional<String> python;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Where to write the figures, with a .json beside it that records the set-up (default:"
                    + " bench/results/DATE-CPU.csv).")
    private Optional<Path> csv;

    static final class NetworkNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Workload.networks().iterator();
        }
    }

    static final class WhoNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return OptionNames.who().names().keySet().iterator();
        }
    }

    /** Runs the command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new BenchmarkCommand()).setExecutionExceptionHandler((failure, line, parsed) -> {
            if (failure instanceof InterruptedException) {
                return STOPPED;
            }
            if (!(failure instanceof IOException || failure instanceof UncheckedIOException)) {
                throw failure;
            }
            line.getErr().println("error: " + failure.getMessage());
            return FAILED;
        });
    }

    /**
     * Reads the options.
     *
     * @throws ParameterException if they are invalid
     */
    Settings settings() {
        try {
            Set<String> chosenNetworks = networks == null
                    ? Set.copyOf(Workload.networks())
                    : OptionNames.networks().of(networks);
            Set<Mode> chosenModes = modes == null
                    ? EnumSet.allOf(Mode.class)
                    : OptionNames.modes().of(modes);
            Set<Who> chosenWho =
                    who == null ? EnumSet.allOf(Who.class) : OptionNames.who().of(who);
            List<Workload> workloads = Workload.TABLE.stream()
                    .filter(workload -> chosenNetworks.contains(workload.network()))
                    .filter(workload -> chosenModes.contains(workload.mode()))
                    .toList();
            int cores = Runtime.getRuntime().availableProcessors();
            return new Settings(workloads, chosenWho, who != null, rounds, seconds, threads.orElse(cores));
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Settings settings = settings();
        Machine machine = Machine.here();
        Path file = csvFile(machine);
        Progress progress = new Progress(spec.commandLine().getErr(), () -> System.nanoTime() / 1e9);
        String leftOut = settings.who().stream()
                .filter(one -> settings.workloads().stream().anyMatch(workload -> settings.leftOut(one, workload)))
                .map(Who::word)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!leftOut.isEmpty()) {
            progress.say(
                    "left out for the large networks, where one batch takes minutes: %s; name it with --who to"
                            + " include it",
                    leftOut);
        }
        Path scratch = Files.createTempDirectory("resnet4j-bench");
        Children children = new Children();
        // However the run ends, it leaves nothing behind.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            children.close();
            delete(scratch);
        }));
        Setup setup = new Setup(Setup.homeOfThisProcess(), scratch, findPython(children), settings.threads());
        Conductor conductor = new Conductor(settings, setup, Who::program, PATIENCE, children, progress);
        Results results = conductor.run(sofar -> write(sofar, file));
        PrintWriter out = spec.commandLine().getOut();
        out.println(results.table());
        out.flush();
        if (!results.any()) {
            throw new IOException("no contestant finished a round; see the errors above");
        }
        progress.say("written: %s and %s", file, sidecar(file).getFileName());
        return 0;
    }

    /** Where the figures go. */
    private Path csvFile(Machine machine) {
        if (csv.isPresent()) {
            Path folder = csv.get().toAbsolutePath().getParent();
            if (!Files.isDirectory(folder)) {
                throw usage("--csv: there is no folder " + folder + "; create it first");
            }
            return csv.get();
        }
        Path folder = Setup.homeOfThisProcess().resolve("results");
        Path file = folder.resolve(machine.fileName() + ".csv");
        for (int n = 2; Files.exists(file); n++) {
            file = folder.resolve(machine.fileName() + "-" + n + ".csv");
        }
        return file;
    }

    /** {@code name.json} beside {@code name.csv}. */
    static Path sidecar(Path csv) {
        return csv.resolveSibling(csv.getFileName().toString().replaceFirst("\\.csv$", "") + ".json");
    }

    private static void write(Results results, Path file) {
        if (!results.any()) {
            return;
        }
        JsonMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, results.csv());
            Files.writeString(sidecar(file), mapper.writeValueAsString(results.json()) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<String> findPython(Children children) throws IOException, InterruptedException {
        for (String candidate : python.map(List::of).orElse(PYTHONS)) {
            if (importsTorch(candidate, children)) {
                return Optional.of(candidate);
            }
        }
        if (python.isPresent()) {
            throw usage("--python: " + python.get() + " cannot import torch");
        }
        return Optional.empty();
    }

    private static boolean importsTorch(String python, Children children) throws InterruptedException {
        Process process;
        try {
            process = children.start(new ProcessBuilder(python, "-c", "import torch")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD));
        } catch (IOException notThere) {
            return false;
        }
        boolean imports = process.waitFor(IMPORT.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
        children.kill(process);
        return imports;
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // The system clears its folder of temporary files some time.
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), "error: " + message);
    }
}
