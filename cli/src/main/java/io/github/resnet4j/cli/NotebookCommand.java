package io.github.resnet4j.cli;

import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.report.Numbers;
import io.github.resnet4j.notebooks.KernelSpec;
import io.github.resnet4j.notebooks.Notebook;
import io.github.resnet4j.notebooks.NotebookRunner;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "notebook",
        mixinStandardHelpOptions = true,
        description = {
            "Java notebooks, such as those in the folder notebooks.",
            "A notebook is a program: run only those that you trust."
        },
        subcommands = {NotebookCommand.Install.class, NotebookCommand.Start.class, NotebookCommand.Run.class})
final class NotebookCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "install",
            mixinStandardHelpOptions = true,
            description = "Installs the Jupyter kernel \"Java (resnet4j)\", which has resnet4j on its class path.")
    static final class Install implements Callable<Integer> {
        @Option(
                names = "--jupyter-data",
                paramLabel = "DIR",
                description = "Jupyter's folder of data, if it is not the user's own.")
        private Optional<Path> folder = Optional.empty();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Path file =
                    KernelSpec.install(folder.orElseGet(() -> KernelSpec.userFolder(System.getenv())), System.getenv());
            spec.commandLine().getOut().println(file);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Installs the kernel and starts Jupyter, which opens the browser; Ctrl-C ends it.")
    static final class Start implements Callable<Integer> {
        private static final List<String> PROGRAMS = List.of("jupyter-lab", "jupyter-notebook");

        @Parameters(
                paramLabel = "DIR|NOTEBOOK",
                defaultValue = "notebooks",
                showDefaultValue = Visibility.ALWAYS,
                description = "What Jupyter opens.")
        private Path opened;

        @Override
        public Integer call() throws IOException, InterruptedException {
            opened = Shipped.find(opened);
            requireExisting(opened);
            String jupyter = PROGRAMS.stream()
                    .flatMap(Start::onPath)
                    .findFirst()
                    .orElseThrow(() -> new UsageException("neither " + String.join(" nor ", PROGRAMS)
                            + " is on the PATH; install Jupyter (pip install jupyterlab, or Debian's jupyter-notebook), or"
                            + " run notebooks without it: ./resnet4j notebook run " + opened));
            KernelSpec.install(KernelSpec.userFolder(System.getenv()), System.getenv());
            return new ProcessBuilder(jupyter, opened.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
        }

        private static Stream<String> onPath(String program) {
            return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                    .flatMap(folder -> Stream.of(Path.of(folder, program), Path.of(folder, program + ".exe")))
                    .filter(Files::isExecutable)
                    .map(Path::toString);
        }
    }

    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = {
                "Executes notebooks, without Jupyter, and compares their outputs with those they hold.",
                "`// tolerance 0.02` in a cell says how near its numbers must be, or `5%%`; `// varies: WHY` that its text"
                        + " may be any."
            })
    static final class Run implements Callable<Integer> {
        @Parameters(
                paramLabel = "NOTEBOOK|DIR",
                defaultValue = "notebooks",
                showDefaultValue = Visibility.ALWAYS,
                description = "A notebook, or a folder of some; give any number.")
        private List<Path> named;

        @Option(names = "--write", description = "Write the outputs into the notebooks instead of comparing them.")
        private boolean write;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            List<Notebook> notebooks = new ArrayList<>();
            for (Path file : files()) {
                notebooks.add(Notebook.read(file));
            }
            boolean good = true;
            for (Notebook notebook : notebooks) {
                Thread hook = new Thread(() -> failIfItExits(notebook), "exit");
                Runtime.getRuntime().addShutdownHook(hook);
                good &= run(notebook);
                Runtime.getRuntime().removeShutdownHook(hook);
            }
            return good ? ExitCode.OK : ExitCode.INTEGRITY;
        }

        /** A cell that calls System.exit would pass for a success. A signal ends the JVM in another way. */
        private void failIfItExits(Notebook notebook) {
            boolean exits = Thread.getAllStackTraces().values().stream()
                    .flatMap(Stream::of)
                    .anyMatch(frame -> frame.getClassName().equals(Runtime.class.getName())
                            && frame.getMethodName().equals("exit"));
            if (exits) {
                PrintWriter out = spec.commandLine().getOut();
                out.println(notebook.file() + ": a cell ends the program (System.exit), which none may");
                out.flush();
                Runtime.getRuntime().halt(ExitCode.INTEGRITY);
            }
        }

        private List<Path> files() throws IOException {
            List<Path> found = named.stream().map(Shipped::find).toList();
            found.forEach(NotebookCommand::requireExisting);
            List<Path> files = new ArrayList<>();
            for (Path path : found) {
                if (!Files.isDirectory(path)) {
                    files.add(path);
                    continue;
                }
                try (Stream<Path> entries = Files.list(path)) {
                    List<Path> here = entries.filter(file -> file.toString().endsWith(".ipynb"))
                            .sorted()
                            .toList();
                    if (here.isEmpty()) {
                        throw new UsageException(path + ": there is no *.ipynb in this folder");
                    }
                    files.addAll(here);
                }
            }
            return files;
        }

        private boolean run(Notebook notebook) throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            long start = System.nanoTime();
            NotebookRunner.Outcome outcome = NotebookRunner.run(notebook);
            String seconds = Numbers.duration((System.nanoTime() - start) / 1e9);
            outcome.differences().stream()
                    .filter(any -> !write)
                    .forEach(line -> out.println(notebook.file() + ": " + line));
            outcome.failure().ifPresent(line -> out.println(notebook.file() + ": " + line));
            boolean good = outcome.failure().isEmpty()
                    && (write || outcome.differences().isEmpty());
            if (good && write) {
                outcome.executed().write(notebook.file());
            }
            if (good) {
                out.println(notebook.file() + ": " + (write ? "written, " : "outputs match, ") + seconds);
            }
            out.flush();
            return good;
        }
    }

    private static void requireExisting(Path path) {
        if (!Files.exists(path)) {
            throw new UsageException(ImageArguments.missing(path));
        }
    }
}
