package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.spark.InferenceTask;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of a part. It is kept beside the part's rows, so that a run that goes on knows the parts before it.
 *
 * @param part its number
 * @param executor that did it
 * @param began when its task began, in milliseconds since 1970
 * @param ended when it ended
 * @param images rows with an answer
 * @param errors rows with an error
 * @param times where the time went
 * @param answers of {@link InferenceTask#EVAL}, in the order of the rows; else none
 * @param inTop5 images of {@link InferenceTask#EVAL} whose class is among the five most probable
 * @param problems the first errors, each with its path
 */
public record PartResult(
        int part,
        String executor,
        long began,
        long ended,
        long images,
        long errors,
        Times times,
        List<Answer> answers,
        long inTop5,
        List<String> problems)
        implements Serializable {
    /** Errors to keep of a part. */
    static final int MOST_PROBLEMS = 20;

    private static final int VERSION = 1;

    public PartResult {
        answers = List.copyOf(answers);
        problems = List.copyOf(problems);
    }

    /**
     * Where the time of a task went, in nanoseconds by the clock. Reading and decoding run beside the rest.
     *
     * @param load of the model, in the first task of an executor
     * @param read of files, shards or tables
     * @param decode and preparation
     * @param compute by the network
     * @param waiting of the network for images
     * @param turn of the network for other tasks of the executor
     * @param write of rows and of the finished part
     */
    public record Times(long load, long read, long decode, long compute, long waiting, long turn, long write)
            implements Serializable {
        /** No time. */
        public static final Times NONE = new Times(0, 0, 0, 0, 0, 0, 0);

        /** The sum. */
        public Times plus(Times other) {
            return new Times(
                    load + other.load,
                    read + other.read,
                    decode + other.decode,
                    compute + other.compute,
                    waiting + other.waiting,
                    turn + other.turn,
                    write + other.write);
        }
    }

    /**
     * The network's answer for a labelled image.
     *
     * @param actual its class
     * @param predicted the most probable class
     * @param probability of the predicted class
     * @param loss cross-entropy
     */
    public record Answer(int actual, int predicted, float probability, double loss) implements Serializable {}

    byte[] bytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(VERSION);
            out.writeInt(part);
            out.writeUTF(executor);
            for (long value : new long[] {
                began,
                ended,
                images,
                errors,
                times.load,
                times.read,
                times.decode,
                times.compute,
                times.waiting,
                times.turn,
                times.write,
                inTop5
            }) {
                out.writeLong(value);
            }
            out.writeInt(problems.size());
            for (String problem : problems) {
                out.writeUTF(problem);
            }
            out.writeInt(answers.size());
            for (Answer answer : answers) {
                out.writeInt(answer.actual);
                out.writeInt(answer.predicted);
                out.writeFloat(answer.probability);
                out.writeDouble(answer.loss);
            }
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what a task wrote.
     *
     * @throws IOException if it is damaged
     */
    public static PartResult read(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readInt() != VERSION) {
                throw new IOException("was written by another version of resnet4j");
            }
            int part = in.readInt();
            String executor = in.readUTF();
            long[] values = new long[12];
            for (int i = 0; i < values.length; i++) {
                values[i] = in.readLong();
            }
            List<String> problems = new ArrayList<>();
            for (int left = count(in, 2); left > 0; left--) {
                problems.add(in.readUTF());
            }
            List<Answer> answers = new ArrayList<>();
            for (int left = count(in, 20); left > 0; left--) {
                answers.add(new Answer(in.readInt(), in.readInt(), in.readFloat(), in.readDouble()));
            }
            Times times = new Times(values[4], values[5], values[6], values[7], values[8], values[9], values[10]);
            return new PartResult(
                    part, executor, values[0], values[1], values[2], values[3], times, answers, values[11], problems);
        }
    }

    /** A number of things of at least so many bytes each, which must still be there. */
    private static int count(DataInputStream in, int each) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available() / each) {
            throw new IOException("is damaged");
        }
        return count;
    }
}
