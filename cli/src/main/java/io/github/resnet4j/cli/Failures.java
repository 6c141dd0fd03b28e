package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.download.DiskException;
import io.github.resnet4j.datasets.download.IntegrityException;
import io.github.resnet4j.datasets.download.NetworkException;
import io.github.resnet4j.engine.BatchMemoryError;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.CheckpointException;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.RunLockedException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigException;
import io.github.resnet4j.finetune.onnx.UnequalModelException;
import io.github.resnet4j.finetune.train.DivergedException;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.notebooks.BadNotebookException;
import io.github.resnet4j.serving.ModelRefusedException;
import io.github.resnet4j.spark.ClusterException;
import io.github.resnet4j.spark.UnusableExecutorException;
import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import io.github.resnet4j.zoo.weights.names.BadNameMapException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Turns a failure into one line and an exit code; prints a stack trace only with {@code --debug}. */
final class Failures {
    private Failures() {}

    /** A command line that does not parse. */
    static int usage(ParameterException failure, String[] arguments) {
        CommandLine line = failure.getCommandLine();
        String message = Mistakes.text(failure, List.of(arguments));
        Optional<String> dashed = Arrays.stream(arguments)
                .filter(argument -> argument.startsWith("-") && Files.isRegularFile(Path.of(argument)))
                .findFirst();
        if (dashed.isPresent()) {
            message += "; " + dashed.get() + " is a file: write ./" + dashed.get();
        }
        if (!message.contains("`resnet4j")) {
            message += (message.matches(".*[.?]") ? " See `" : "; see `")
                    + line.getCommandSpec().qualifiedName() + " --help`.";
        }
        say(line, message);
        return ExitCode.USAGE;
    }

    /** Reports a command that failed. A stopped run has already reported that, and the signal sets the exit code. */
    static int report(Throwable failure, CommandLine line, boolean debug) {
        if (failure instanceof ParameterException usage) {
            return usage(usage, new String[0]);
        }
        if (failure instanceof StoppedException) {
            return ExitCode.OK;
        }
        Throwable known = failure instanceof UncheckedIOException wrapper ? wrapper.getCause() : failure;
        int code = code(known);
        if (known instanceof ConfigException config) {
            config.problems().forEach(problem -> say(line, problem));
        } else if (known instanceof BadNameMapException rules) {
            rules.problems().forEach(problem -> say(line, problem));
        } else if (code == ExitCode.MEMORY) {
            String batch = causes(known)
                    .filter(BatchMemoryError.class::isInstance)
                    .map(cause -> ((BatchMemoryError) cause).facts() + "; ")
                    .findFirst()
                    .orElse("");
            say(line, "out of memory: " + batch + lessMemory(line));
        } else if (code == ExitCode.BUG) {
            say(
                    line,
                    "this is a bug in resnet4j: " + oneLine(known.toString())
                            + "; please report it with the output of --debug");
        } else {
            say(line, message(known, line));
        }
        if (debug) {
            failure.printStackTrace(line.getErr());
        }
        line.getErr().flush();
        return code;
    }

    /** Prints one line. */
    static void say(CommandLine line, String message) {
        CommandLine.Help.Ansi ansi = line.getColorScheme().ansi();
        line.getErr().println(ansi.string("@|bold,red error:|@ ") + oneLine(message));
        line.getErr().flush();
    }

    private static String oneLine(String message) {
        return Printable.line(message.strip().replaceAll("\\s*\\R\\s*", " "));
    }

    private static String message(Throwable failure, CommandLine line) {
        if (failure instanceof DivergedException) {
            return failure.getMessage() + ": set " + setting(line, "--lr", "optimizer.lr=...")
                    + ", --set schedule.warmup=... or --set train.clip-norm=...";
        }
        if (failure instanceof UnsupportedGraphException || failure instanceof EngineUnavailableException) {
            boolean choice = given(line).getCommandSpec().findOption("--engine") != null;
            return failure.getMessage() + (choice ? "; use --engine auto or --engine dl4j" : "");
        }
        if (failure instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied; choose a folder you can write to";
        }
        if (failure instanceof IOException file) {
            return FileProblem.describe(file);
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private static String lessMemory(CommandLine line) {
        String batches = setting(line, "--batch-size", "train.batch-size=...");
        return "use " + (batches.isEmpty() ? "" : "smaller batches (" + batches + ") or ")
                + "smaller images, or give the process more memory (RESNET4J_JAVA_OPTS)";
    }

    /** The option, if the command that was given has it; else how that sets the key; nothing if it cannot. */
    private static String setting(CommandLine line, String option, String assignment) {
        CommandLine given = given(line);
        if (given.getCommandSpec().findOption(option) != null) {
            return option;
        }
        return given.getCommandSpec().findOption("--set") == null ? "" : "--set " + assignment;
    }

    /** The command that was given. */
    private static CommandLine given(CommandLine line) {
        CommandLine given = line;
        while (given.getParseResult() != null && given.getParseResult().hasSubcommand()) {
            given = given.getParseResult().subcommand().commandSpec().commandLine();
        }
        return given;
    }

    private static int code(Throwable failure) {
        if (failure instanceof UnknownModelException
                || failure instanceof UsageException
                || failure instanceof ConfigException
                || failure instanceof BadNameMapException
                || failure instanceof UnsupportedGraphException
                || failure instanceof EngineUnavailableException) {
            return ExitCode.USAGE;
        }
        if (failure instanceof BadDataException
                || failure instanceof BadWeightsException
                || failure instanceof NonFiniteOutputException
                || failure instanceof ModelRefusedException
                || failure instanceof UnusableExecutorException
                || failure instanceof BadNotebookException) {
            return ExitCode.BAD_INPUT;
        }
        if (failure instanceof IntegrityException || failure instanceof UnequalModelException) {
            return ExitCode.INTEGRITY;
        }
        if (failure instanceof NetworkException || failure instanceof ClusterException) {
            return says(failure, ".*(no space left on device|disk quota exceeded).*")
                    ? ExitCode.DISK
                    : ExitCode.NETWORK;
        }
        if (failure instanceof DiskException
                || failure instanceof CheckpointException
                || failure instanceof IOException) {
            return ExitCode.DISK;
        }
        if (failure instanceof DivergedException) {
            return ExitCode.DIVERGED;
        }
        if (failure instanceof RunLockedException) {
            return ExitCode.LOCKED;
        }
        return isOutOfMemory(failure) ? ExitCode.MEMORY : ExitCode.BUG;
    }

    /** Java's own error, also as a cause, and what ND4J and its native library throw instead. */
    private static boolean isOutOfMemory(Throwable failure) {
        return causes(failure).anyMatch(OutOfMemoryError.class::isInstance)
                || says(failure, ".*(bad_alloc|allocation failed|failed to allocate|out of memory).*");
    }

    /** Whether its message or that of a cause matches. Those of Spark's have the words of what failed on an executor. */
    private static boolean says(Throwable failure, String words) {
        Pattern pattern = Pattern.compile(words, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
        return causes(failure).anyMatch(cause -> pattern.matcher(String.valueOf(cause.getMessage()))
                .matches());
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20);
    }
}
