package io.github.resnet4j.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs one command line after the other in one process, which starts once instead of once for each of them. */
final class ManyCommands {
    private ManyCommands() {}

    /**
     * Takes a file of command lines and a folder for what they leave: the exit code and both streams of line N in {@code
     * N.code}, {@code N.out} and {@code N.err}.
     */
    public static void main(String[] arguments) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(arguments[0]));
        PrintStream out = System.out;
        PrintStream err = System.err;
        for (int i = 0; i < lines.size(); i++) {
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
            int code = Main.run(lines.get(i).split(" "));
            System.out.flush();
            System.err.flush();
            System.setOut(out);
            System.setErr(err);
            Path folder = Path.of(arguments[1]);
            Files.writeString(folder.resolve(i + ".code"), String.valueOf(code));
            Files.write(folder.resolve(i + ".out"), printed.toByteArray());
            Files.write(folder.resolve(i + ".err"), said.toByteArray());
        }
    }

    /** What line {@code i} left in {@code folder}. */
    static Cli.Outcome outcome(Path folder, int i) throws IOException {
        return new Cli.Outcome(
                Integer.parseInt(Files.readString(folder.resolve(i + ".code"))),
                Files.readString(folder.resolve(i + ".out")),
                Files.readString(folder.resolve(i + ".err")));
    }
}
