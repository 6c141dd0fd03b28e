package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.download.DiskException;
import io.github.resnet4j.datasets.download.IntegrityException;
import io.github.resnet4j.datasets.download.NetworkException;
import io.github.resnet4j.engine.EngineUnavailableException;
import io.github.resnet4j.engine.UnsupportedGraphException;
import io.github.resnet4j.files.FileProblem;
import io.github.resnet4j.files.Printable;
import io.github.resnet4j.finetune.CheckpointException;
import io.github.resnet4j.finetune.NonFiniteOutputException;
import io.github.resnet4j.finetune.RunLockedException;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.ConfigException;
import io.github.resnet4j.finetune.train.DivergedException;
import io.github.resnet4j.finetune.train.StoppedException;
import io.github.resnet4j.zoo.Suggest;
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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns a failure into one line and an exit code; prints a stack trace only with {@code --debug}. */
final class Failures {
    private static final String LESS_MEMORY =
            "use smaller batches (--batch-size or --set train.batch-size=...) or smaller images, or give the process"
                    + " more memory (RESNET4J_JAVA_OPTS)";

    private Failures() {}

    /** A command line that does not parse. */
    static int usage(ParameterException failure, String[] arguments) {
        CommandLine line = failure.getCommandLine();
        String message = unknown(failure).orElseGet(() -> plain(String.valueOf(failure.getMessage())));
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

    /**
     * What was mistyped: options if there are any, otherwise the command or the argument. A mistyped option may also be why
     * a required one is missing.
     */
    private static Optional<String> unknown(ParameterException failure) {
        if (!(failure instanceof UnmatchedArgumentException) && !(failure instanceof MissingParameterException)) {
            return Optional.empty();
        }
        CommandLine line = failure.getCommandLine();
        List<String> unmatched = line.getUnmatchedArguments();
        List<String> options = unmatched.stream()
                .filter(argument -> argument.startsWith("-"))
                .map(option -> option.replaceFirst("=.*", ""))
                .toList();
        if (!options.isEmpty()) {
            return Optional.of(options.stream()
                    .map(option -> named(
                            "unknown option",
                            option,
                            line.getCommandSpec().optionsMap().keySet()))
                    .collect(Collectors.joining("; ")));
        }
        return unmatched.stream()
                .findFirst()
                .map(argument -> line.getSubcommands().isEmpty()
                        ? named("unexpected argument", argument, Set.of())
                        : named(
                                "unknown command",
                                argument,
                                line.getSubcommands().keySet()));
    }

    private static String named(String what, String word, Set<String> known) {
        return what + " '" + word + "'"
                + Suggest.nearest(word, known)
                        .map(near -> "; did you mean " + near + "?")
                        .orElse("");
    }

    /** The parser's message without names of Java's types. */
    private static String plain(String message) {
        return message.replaceFirst("^Error: ", "")
                .replaceFirst("('[-+]?\\d+') is not an? (int|long)$", "$1 is too large")
                .replaceFirst(" is not an? (int|long)$", " is not a whole number")
                .replaceFirst(" is not a double$", " is not a number");
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
            say(line, "out of memory: " + LESS_MEMORY);
        } else if (code == ExitCode.BUG) {
            say(
                    line,
                    "this is a bug in resnet4j: " + oneLine(known.toString())
                            + "; please report it with the output of --debug");
        } else {
            say(line, message(known));
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

    private static String message(Throwable failure) {
        if (failure instanceof UnsupportedGraphException || failure instanceof EngineUnavailableException) {
            return failure.getMessage() + "; use --engine auto or --engine dl4j";
        }
        if (failure instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied; choose a folder you can write to";
        }
        if (failure instanceof IOException file) {
            return FileProblem.describe(file);
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
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
                || failure instanceof NonFiniteOutputException) {
            return ExitCode.BAD_INPUT;
        }
        if (failure instanceof IntegrityException) {
            return ExitCode.INTEGRITY;
        }
        if (failure instanceof NetworkException) {
            return ExitCode.NETWORK;
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
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .anyMatch(cause -> cause instanceof OutOfMemoryError
                        || String.valueOf(cause.getMessage())
                                .matches("(?is).*(bad_alloc|allocation failed|failed to allocate|out of memory).*"));
    }
}
