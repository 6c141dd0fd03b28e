package io.github.resnet4j.bench;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** The process of a contestant. Whatever it does, no call waits for it longer than its time limit. */
final class Contestant implements AutoCloseable {
    private static final int LONGEST_LINE = 4096;
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    private final Children children;
    private final Process process;
    private final Path errors;
    private final Writer requests;
    /** Its lines; empty is the end. */
    private final BlockingQueue<Optional<String>> lines = new ArrayBlockingQueue<>(16);

    private Contestant(Children children, Process process, Path errors) {
        this.children = children;
        this.process = process;
        this.errors = errors;
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts it.
     *
     * @param launch what to start
     * @param errors where its standard error goes
     * @param children where it is registered
     * @throws ContestantException if it cannot be started
     */
    static Contestant start(Launch launch, Path errors, Children children) throws ContestantException {
        ProcessBuilder builder = new ProcessBuilder(launch.command())
                .directory(new File(System.getProperty("java.io.tmpdir")))
                .redirectError(errors.toFile());
        builder.environment().putAll(launch.environment());
        try {
            return new Contestant(children, children.start(builder), errors);
        } catch (IOException e) {
            throw new ContestantException("cannot be started: " + e.getMessage());
        }
    }

    /**
     * Waits for its network.
     *
     * @param patience how long at most
     * @return its description
     * @throws AbsentException if it cannot take part
     * @throws ContestantException if it fails, or has another network than the one with {@code parameters}
     */
    String greet(long parameters, Duration patience) throws AbsentException, ContestantException, InterruptedException {
        Answer answer = next(patience, "did not start");
        if (answer instanceof Answer.Absent absent) {
            throw new AbsentException(absent.reason());
        }
        if (!(answer instanceof Answer.Ready ready)) {
            throw new ContestantException("answered \"" + answer.line() + "\" instead of being ready");
        }
        if (ready.parameters() != parameters) {
            throw new ContestantException(
                    "has a different network, of " + ready.parameters() + " parameters; the zoo's has " + parameters);
        }
        return ready.description();
    }

    /**
     * One turn: lets it compute for about this long, at least one batch.
     *
     * @param patience how much longer at most
     * @throws ContestantException if it does not
     */
    Answer.Done turn(double seconds, Duration patience) throws ContestantException, InterruptedException {
        try {
            requests.write(Answer.request(seconds) + "\n");
            requests.flush();
        } catch (IOException gone) {
            // It may have given a reason; the end of its output tells the rest.
        }
        Answer answer = next(patience.plusMillis((long) (seconds * 1000)), "did not finish a batch");
        if (answer instanceof Answer.Done done) {
            return done;
        }
        throw new ContestantException("answered \"" + answer.line() + "\" instead of finishing");
    }

    /** The end of its input is the signal to leave; if it does not, it is killed. */
    @Override
    public void close() {
        try {
            requests.close();
            process.waitFor(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException alreadyGone) {
            // As wanted.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        children.kill(process);
    }

    /** The last lines that it wrote to its standard error. */
    List<String> lastErrors(int most) {
        try {
            List<String> all = Files.readAllLines(errors, StandardCharsets.ISO_8859_1);
            return all.subList(Math.max(0, all.size() - most), all.size());
        } catch (IOException e) {
            return List.of();
        }
    }

    private Answer next(Duration patience, String otherwise) throws ContestantException, InterruptedException {
        Optional<String> line = lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (line == null) {
            children.kill(process);
            throw new ContestantException(otherwise + " within " + patience.toSeconds() + " s");
        }
        if (line.isEmpty()) {
            throw new ContestantException("died" + exitCode());
        }
        Answer answer = Answer.parse(line.get());
        if (answer instanceof Answer.Failed failed) {
            throw new ContestantException(failed.reason());
        }
        return answer;
    }

    private String exitCode() throws InterruptedException {
        return process.waitFor(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)
                ? ", exit code " + process.exitValue()
                : ": closed its output";
    }

    /** Not a BufferedReader: a line without an end must not fill the memory. */
    private void read() {
        try (Reader in = process.inputReader(StandardCharsets.UTF_8)) {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c >= 0; c = in.read()) {
                if (c != '\n') {
                    line.append((char) c);
                }
                if (c == '\n' || line.length() == LONGEST_LINE) {
                    lines.put(Optional.of(line.toString()));
                    line.setLength(0);
                }
            }
        } catch (IOException ended) {
            // Reported below.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            lines.put(Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
