package io.github.resnet4j.bench;

import io.github.resnet4j.zoo.network.Network;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The process of a {@link JvmContestant}: computes on request from its standard input. Arguments: its class, the
 * network, the mode, the batch size, and the rows and columns of an image that is not of the network's own size.
 */
public final class ContestantProcess {
    private ContestantProcess() {}

    /** See the class. */
    public static void main(String[] args) throws ReflectiveOperationException {
        // The standard output belongs to the protocol; whatever else is printed goes to the standard error.
        PrintStream answers = System.out;
        System.setOut(System.err);
        JvmContestant contestant =
                (JvmContestant) Class.forName(args[0]).getDeclaredConstructor().newInstance();
        Workload workload = new Workload(
                args[1],
                Mode.valueOf(args[2].toUpperCase(Locale.ROOT)),
                Integer.parseInt(args[3]),
                args.length > 4 ? Optional.of(Integer.valueOf(args[4])) : Optional.empty());
        try {
            serve(contestant, workload, answers);
        } catch (AbsentException e) {
            answers.println(new Answer.Absent(e.getMessage()).line());
        } catch (IOException | RuntimeException | Error e) {
            e.printStackTrace();
            answers.println(new Answer.Failed(e.toString()).line());
            // A native library may have threads that would keep the JVM alive.
            System.exit(1);
        }
        System.exit(0);
    }

    private static void serve(JvmContestant contestant, Workload workload, PrintStream answers)
            throws AbsentException, IOException {
        Network network = workload.built();
        JvmContestant.Work work =
                switch (workload.mode()) {
                    case TRAIN -> contestant.train(network, workload.batch());
                    case INFER -> contestant.infer(network, workload.batch());
                };
        answers.println(new Answer.Ready(work.parameters(), work.description()).line());
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            answers.println(turn(work, workload.batch(), Answer.seconds(line)).line());
        }
    }

    private static Answer.Done turn(JvmContestant.Work work, int batch, double seconds) {
        long batches = 0;
        long start = System.nanoTime();
        double elapsed;
        do {
            work.step().run();
            batches++;
            elapsed = (System.nanoTime() - start) / 1e9;
        } while (elapsed < seconds);
        return new Answer.Done(batches * batch, elapsed);
    }
}
