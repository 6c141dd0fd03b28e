package io.github.resnet4j.spark;

import io.github.resnet4j.finetune.quality.Calibration;
import java.util.List;
import java.util.Optional;

/**
 * What became of a run.
 *
 * @param images rows with an answer, of all parts, also those that were there before
 * @param errors rows with an error, likewise
 * @param problems the first errors, each with its path
 * @param parts files of rows
 * @param partsBefore of these, how many were there before
 * @param imagesNow rows that this run wrote
 * @param seconds that this run took to compute and write them, without the search for images
 * @param executors what each of them did in this run
 * @param metrics of {@link InferenceTask#EVAL}
 */
public record InferenceReport(
        long images,
        long errors,
        List<String> problems,
        int parts,
        int partsBefore,
        long imagesNow,
        double seconds,
        List<Executor> executors,
        Optional<Metrics> metrics) {
    public InferenceReport {
        problems = List.copyOf(problems);
        executors = List.copyOf(executors);
    }

    /**
     * The work of an executor. Reading and decoding run beside the rest, so that the times do not add up to the whole.
     *
     * @param id Spark's
     * @param parts tasks
     * @param images rows
     * @param seconds from the beginning of its first task to the end of its last
     * @param load seconds in which the model was loaded
     * @param read seconds in which files, shards or tables were read
     * @param decode seconds in which images were decoded and prepared, all threads together
     * @param compute seconds in which the network ran
     * @param waiting seconds in which the network waited for images
     * @param turn seconds in which a task waited for the network to be free
     * @param write seconds in which rows were written
     */
    public record Executor(
            String id,
            int parts,
            long images,
            double seconds,
            double load,
            double read,
            double decode,
            double compute,
            double waiting,
            double turn,
            double write) {}

    /**
     * How good the answers are.
     *
     * @param images with a class and an answer
     * @param top1 share of images whose most probable class is theirs
     * @param top5 share of images whose class is among the five most probable
     * @param loss mean cross-entropy
     * @param calibration of the probabilities
     * @param classes the model's
     * @param confusion images by actual class (row) and predicted class (column)
     */
    public record Metrics(
            long images,
            double top1,
            double top5,
            double loss,
            Calibration calibration,
            List<String> classes,
            long[][] confusion) {
        public Metrics {
            classes = List.copyOf(classes);
        }
    }
}
