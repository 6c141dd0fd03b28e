package io.github.resnet4j.bench;

import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.Zoo;
import io.github.resnet4j.zoo.network.Network;
import io.github.resnet4j.zoo.network.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The process of a {@link JvmContestant}: computes on request from its standard input. Arguments: its class, the
 * network, the mode, the batch size, and the rows and columns of an image.
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
        Architecture row = Zoo.find(args[1]);
        Shape image = Shape.square(row.input().channels(), Integer.parseInt(args[4]));
        Network network = row.network(image, row.classes());
        Mode mode = Mode.valueOf(args[2].toUpperCase(Locale.ROOT));
        try {
            serve(contestant, network, mode, Integer.parseInt(args[3]), answers);
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

    private static void serve(JvmContestant contestant, Network network, Mode mode, int batch, PrintStream answers)
            throws AbsentException, IOException {
        JvmContestant.Work work =
                switch (mode) {
                    case TRAIN -> contestant.train(network, batch);
                    case INFER -> contestant.infer(network, batch);
                };
        answers.println(new Answer.Ready(work.parameters(), work.description()).line());
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            answers.println(turn(work, batch, Answer.seconds(line)).line());
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
