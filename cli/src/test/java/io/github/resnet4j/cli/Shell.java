package io.github.resnet4j.cli;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that runs many commands in one folder, one after the other, and starts once instead of once for each of them.
 * There is one at a time: the next, or the end of the tests, ends the one before.
 */
final class Shell {
    private static Shell current;

    private final List<Object> kind;
    private final Process process;

    private Shell(List<Object> kind, Process process) {
        this.kind = kind;
        this.process = process;
    }

    /** Starts the process whose main class this is. */
    interface Starter {
        Process start() throws IOException;
    }

    /** The one that runs, if it is of this kind, or else a new one. */
    static synchronized Shell of(List<Object> kind, Starter starter) throws IOException {
        if (current == null || !current.process.isAlive() || !current.kind.equals(kind)) {
            if (current != null) {
                current.process.destroyForcibly();
            }
            current = new Shell(kind, starter.start());
        }
        return current;
    }

    /** Waits for the command's end, so many minutes at most. */
    synchronized Cli.Outcome run(long minutes, String... arguments) {
        try {
            return CompletableFuture.supplyAsync(() -> ask(arguments)).get(minutes, TimeUnit.MINUTES);
        } catch (TimeoutException | InterruptedException e) {
            process.destroyForcibly();
            throw new AssertionError("does not end: " + String.join(" ", arguments), e);
        } catch (ExecutionException e) {
            throw new AssertionError("the process ended with " + String.join(" ", arguments), e);
        }
    }

    private Cli.Outcome ask(String... arguments) {
        try {
            DataOutputStream command = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
            command.write(arguments.length);
            for (String argument : arguments) {
                command.writeUTF(argument);
            }
            command.flush();
            DataInputStream answer = new DataInputStream(process.getInputStream());
            return new Cli.Outcome(answer.readInt(), text(answer), text(answer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(DataInputStream answer) throws IOException {
        return new String(answer.readNBytes(answer.readInt()), StandardCharsets.UTF_8);
    }

    /**
     * Reads commands from standard input, the number of arguments and each of them, and answers each on standard output
     * with its exit code and the bytes of both its streams. Ends with its input.
     */
    public static void main(String[] none) throws IOException {
        DataInputStream commands = new DataInputStream(System.in);
        DataOutputStream answers = new DataOutputStream(new BufferedOutputStream(System.out));
        PrintStream err = System.err;
        for (int count = commands.read(); count >= 0; count = commands.read()) {
            String[] arguments = new String[count];
            for (int i = 0; i < count; i++) {
                arguments[i] = commands.readUTF();
            }
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
            int code = Main.run(arguments);
            System.out.flush();
            System.err.flush();
            // What comes between two commands belongs to none of them.
            System.setOut(err);
            System.setErr(err);
            answers.writeInt(code);
            for (ByteArrayOutputStream stream : List.of(printed, said)) {
                answers.writeInt(stream.size());
                stream.writeTo(answers);
            }
            answers.flush();
        }
        System.exit(0); // whatever threads a command left
    }
}
