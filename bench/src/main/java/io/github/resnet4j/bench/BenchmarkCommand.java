package io.github.resnet4j.bench;

import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.network.Network;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Conducts the contestants: tells one after the other to compute, round by round, and compares them. */
@Command(
        name = "bench/run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Measures training and inference against PyTorch on this machine, in turns.")
public final class BenchmarkCommand implements Callable<Integer> {
    /** Where torch may be; Debian's python3-torch belongs to the system's Python, which another may hide. */
    private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

    private static final double WARM_UP_SECONDS = 5;
    private static final int FAILED = 70;

    @Spec
    private CommandSpec spec;

    @Option(names = "--model", defaultValue = "resnet20-cifar", description = "A name that `resnet4j list` shows.")
    private String model;

    @Option(names = "--batch", defaultValue = "128", description = "Pictures in a batch.")
    private int batch;

    @Option(names = "--rounds", defaultValue = "3", description = "Turns of each contestant.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "10", description = "Of training and of inference, in each turn.")
    private double seconds;

    @Option(
            names = "--threads",
            description = "OpenMP threads of each contestant (default: the cores of this machine).")
    private Optional<Integer> threads;

    @Option(names = "--stock", description = "Let DL4J as it comes take part too, about ten times slower.")
    private boolean stock;

    @Option(names = "--python", paramLabel = "FILE", description = "A Python with torch (default: looks for one).")
    private Optional<String> python;

    @Option(names = "--json", paramLabel = "FILE", description = "Write every round's figures here too.")
    private Optional<Path> json;

    /** Runs the command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new BenchmarkCommand()).setExecutionExceptionHandler((failure, line, parsed) -> {
            if (!(failure instanceof IOException)) {
                throw failure;
            }
            line.getErr().println("error: " + failure.getMessage());
            return FAILED;
        });
    }

    /**
     * What the options say.
     *
     * @throws ParameterException if they make no sense
     */
    Settings settings() {
        try {
            int cores = Runtime.getRuntime().availableProcessors();
            return new Settings(model, batch, rounds, seconds, threads.orElse(cores));
        } catch (IllegalArgumentException | UnknownModelException e) {
            throw usage(e.getMessage());
        }
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = settings();
        Optional<Path> folder = json.map(file -> file.toAbsolutePath().getParent());
        if (folder.isPresent() && !Files.isDirectory(folder.get())) {
            throw usage("--json: there is no folder " + json.get().getParent() + "; make it first");
        }
        Machine machine = Machine.here();
        if (machine.busy()) {
            progress(
                    "the load is %.1f on %d cores: something else runs here, the figures will be low%n",
                    machine.load(), machine.cores());
        }
        List<Contestant> contestants = new ArrayList<>();
        try {
            start(settings, contestants);
            compete(settings, contestants);
            Results results = new Results(
                    settings,
                    machine,
                    contestants.stream().map(Contestant::entry).toList());
            PrintWriter out = spec.commandLine().getOut();
            out.println(results.table());
            out.flush();
            if (json.isPresent()) {
                JsonMapper mapper = JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build();
                Files.writeString(json.get(), mapper.writeValueAsString(results.json()) + "\n");
            }
        } finally {
            contestants.forEach(Contestant::close);
        }
        return 0;
    }

    private void start(Settings settings, List<Contestant> contestants) throws IOException {
        Network network = settings.architecture().network();
        for (Contestant.Entrant entrant : entrants(settings)) {
            progress("%s: starting and warming up%n", entrant.name());
            Optional<Contestant> started = Contestant.start(entrant, settings, network);
            if (started.isEmpty()) {
                progress("%s: does not have %s, goes on without it%n", entrant.name(), settings.model());
                continue;
            }
            contestants.add(started.get());
            for (Task task : Task.values()) {
                started.get().turn(task, Math.min(WARM_UP_SECONDS, settings.seconds()));
            }
        }
    }

    private List<Contestant.Entrant> entrants(Settings settings) throws IOException {
        List<Contestant.Entrant> entrants = new ArrayList<>();
        entrants.add(Contestant.Entrant.dl4j(settings, false));
        if (stock) {
            entrants.add(Contestant.Entrant.dl4j(settings, true));
        }
        Optional<String> found = findPython();
        if (found.isPresent()) {
            Path script = Path.of(System.getProperty("resnet4j.peer"));
            entrants.add(Contestant.Entrant.pytorch(settings, found.get(), script, "nchw"));
            entrants.add(Contestant.Entrant.pytorch(settings, found.get(), script, "channels_last"));
        } else {
            progress("no Python with torch found, goes on without the peer; Debian: apt-get install python3-torch"
                    + " python3-torchvision; another Python: --python FILE%n");
        }
        return entrants;
    }

    private Optional<String> findPython() throws IOException {
        for (String candidate : python.map(List::of).orElse(PYTHONS)) {
            if (importsTorch(candidate)) {
                return Optional.of(candidate);
            }
        }
        if (python.isPresent()) {
            throw usage("--python: " + python.get() + " cannot import torch");
        }
        return Optional.empty();
    }

    private static boolean importsTorch(String python) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(python, "-c", "import torch")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException notThere) {
            return false;
        }
        try {
            return process.waitFor() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), "error: " + message);
    }

    private void compete(Settings settings, List<Contestant> contestants) throws IOException {
        List<Contestant> order = new ArrayList<>(contestants);
        for (int round = 1; round <= settings.rounds(); round++) {
            for (Contestant contestant : order) {
                for (Task task : Task.values()) {
                    double speed = contestant.round(task, settings.seconds());
                    progress(
                            "round %d of %d: %-26s %s %9.1f images/s%n",
                            round, settings.rounds(), contestant.name(), task.word(), speed);
                }
            }
            // Everyone comes first, last and after everyone else in turn.
            Collections.rotate(order, -1);
        }
    }

    private void progress(String format, Object... values) {
        PrintWriter err = spec.commandLine().getErr();
        err.printf(Locale.ROOT, format, values);
        err.flush();
    }
}
