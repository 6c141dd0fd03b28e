package io.github.resnet4j.cli;

import java.io.ObjectInputFilter;
import java.util.Arrays;
import java.util.Optional;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Entry point of {@code ./resnet4j}. */
@Command(
        name = "resnet4j",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Residual networks for the JVM: train, fine-tune, evaluate, predict.",
        footerHeading = "%nStart here:%n",
        footer = {
            "  ./resnet4j quickstart                                  train, see a report",
            "  ./resnet4j finetune --data PHOTOS --model runs/quickstart/model.zip",
            "  ./resnet4j predict --model resnet50.tv_in1k dog.jpg    published weights",
            "  ./resnet4j serve runs/quickstart/model.zip             a page to drop images on, an API",
            "  ./resnet4j train -c configs/cifar10/resnet20.yaml      the paper's ResNet-20",
            "  ./resnet4j experiment configs/experiments/degradation.yaml",
            "",
            "Exit codes: 0 ok, 2 usage or configuration, 3 bad input file, 4 integrity,",
            "5 network, 6 disk, 7 memory, 8 diverged, 9 locked, 10 stalled, 70 bug,",
            "130/143 stopped by a signal."
        },
        subcommands = {
            QuickstartCommand.class,
            ListCommand.class,
            InfoCommand.class,
            TrainCommand.class,
            ExperimentCommand.class,
            FinetuneCommand.class,
            LrFindCommand.class,
            EvalCommand.class,
            PredictCommand.class,
            UpscaleCommand.class,
            ServeCommand.class,
            EmbedCommand.class,
            SimilarCommand.class,
            LesionCommand.class,
            FetchCommand.class,
            ConvertCommand.class,
            ExportCommand.class,
            SparkCommand.class,
            NotebookCommand.class,
            PreviewCommand.class,
            DoctorCommand.class,
            AutoComplete.GenerateCompletion.class
        })
public final class Main implements Runnable {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    /** Runs one command and exits with its code. */
    public static void main(String[] arguments) {
        if (!isSpark(arguments)) {
            refuseSerialisedObjects();
        }
        try {
            System.exit(run(arguments));
        } catch (NoClassDefFoundError e) { // spark-submit knows this class alone, unless told of the rest
            if (!String.valueOf(e.getMessage()).startsWith("picocli/")) {
                throw e;
            }
            System.err.println("error: libraries are missing; spark-submit needs --jars \"$(./resnet4j spark jars)\"");
            System.exit(ExitCode.USAGE);
        }
    }

    /** Spark's driver and executors send each other serialised objects; its authentication says from whom they come. */
    private static boolean isSpark(String[] arguments) {
        return Arrays.stream(arguments)
                .filter(argument -> !argument.startsWith("-"))
                .findFirst()
                .equals(Optional.of("spark"));
    }

    /**
     * Nothing here deserialises files. Should a library ever do so with an untrusted one, it gets an exception instead
     * of an object (JEP 290).
     */
    private static void refuseSerialisedObjects() {
        if (ObjectInputFilter.Config.getSerialFilter() != null) {
            return; // the user's own, from -Djdk.serialFilter; it can be set once only
        }
        ObjectInputFilter.Config.setSerialFilter(
                info -> info.serialClass() == null || info.serialClass().isArray()
                        ? ObjectInputFilter.Status.UNDECIDED
                        : ObjectInputFilter.Status.REJECTED);
    }

    /** Runs one command and gives its exit code. */
    static int run(String... arguments) {
        Main main = new Main();
        CommandLine line = new CommandLine(main)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setUsageHelpLongOptionsMaxWidth(28)
                .setParameterExceptionHandler(Failures::usage)
                .setExecutionExceptionHandler(
                        (failure, command, parsed) -> Failures.report(failure, command, main.debug));
        try {
            return line.execute(arguments);
        } catch (Error e) { // picocli handles exceptions only; most of all this is a lack of memory
            return Failures.report(e, line, main.debug);
        }
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
