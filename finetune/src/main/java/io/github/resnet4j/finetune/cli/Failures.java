package io.github.resnet4j.finetune.cli;

import io.github.resnet4j.datasets.BadDataException;
import io.github.resnet4j.datasets.download.DiskException;
import io.github.resnet4j.datasets.download.IntegrityException;
import io.github.resnet4j.datasets.download.NetworkException;
import io.github.resnet4j.finetune.checkpoint.CheckpointException;
import io.github.resnet4j.finetune.checkpoint.RunLockedException;
import io.github.resnet4j.finetune.config.ConfigException;
import io.github.resnet4j.finetune.run.UsageException;
import io.github.resnet4j.finetune.train.DivergedException;
import io.github.resnet4j.zoo.UnknownModelException;
import io.github.resnet4j.zoo.weights.BadWeightsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Turns what went wrong into one line and an exit code; a stack trace only with {@code --debug} or for a bug. */
final class Failures {
    private Failures() {}

    /** A command line that does not parse. */
    static int usage(ParameterException failure, String[] arguments) {
        CommandLine line = failure.getCommandLine();
        PrintWriter err = line.getErr();
        say(line, failure.getMessage());
        if (failure.getMessage() != null && !failure.getMessage().contains("`resnet4j")) {
            CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
            err.println("See `" + line.getCommandSpec().qualifiedName() + " --help`.");
        }
        return ExitCode.USAGE;
    }

    /** A command that failed. */
    static int report(Exception failure, CommandLine line, boolean debug) {
        int code = code(failure);
        if (failure instanceof ParameterException usage) {
            return usage(usage, new String[0]);
        }
        if (code == ExitCode.BUG) {
            say(line, "this is a bug in resnet4j: " + failure + "; please report it with what --debug prints");
        } else {
            say(line, message(failure));
        }
        if (debug) {
            failure.printStackTrace(line.getErr());
        }
        line.getErr().flush();
        return code;
    }

    static void say(CommandLine line, String message) {
        CommandLine.Help.Ansi ansi = line.getColorScheme().ansi();
        line.getErr().println(ansi.string("@|bold,red error:|@ ") + message);
        line.getErr().flush();
    }

    private static String message(Exception failure) {
        if (failure instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied; choose a folder that you may write to";
        }
        if (failure instanceof FileSystemException file) {
            return file.getFile() + ": "
                    + (file.getReason() == null ? file.getClass().getSimpleName() : file.getReason());
        }
        return failure.getMessage();
    }

    private static int code(Exception failure) {
        if (failure instanceof UnknownModelException
                || failure instanceof UsageException
                || failure instanceof ConfigException
                || failure instanceof ParameterException) {
            return ExitCode.USAGE;
        }
        if (failure instanceof BadDataException || failure instanceof BadWeightsException) {
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
        return ExitCode.BUG;
    }
}
