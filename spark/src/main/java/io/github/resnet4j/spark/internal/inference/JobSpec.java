package io.github.resnet4j.spark.internal.inference;

import io.github.resnet4j.engine.Engine;
import io.github.resnet4j.spark.InferenceTask;
import java.io.Serializable;
import java.util.Map;

/**
 * All that a task needs to know. No {@code Optional}, which cannot be serialised.
 *
 * @param modelFile name of the {@code model.zip} among the files of the application
 * @param modelHash its SHA-256 in hexadecimal
 * @param temperature of the probabilities that {@link InferenceTask#EVAL} measures; 1 for others, whose model has its own
 * @param imagesPerCore images that a core computes together, a power of two
 * @param cores of an executor; 0 if not known: all that its JVM sees
 * @param top classes per image
 * @param maxPixels largest image in pixels
 * @param csv whether rows are written as CSV, not as Parquet
 * @param out folder of the output, Hadoop's path
 * @param run names this run among all that write to the folder
 * @param columns of tables; with empty names for others
 * @param labels of {@link InferenceTask#EVAL}; without classes for others
 * @param hadoop configuration of the file systems
 */
public record JobSpec(
        InferenceTask task,
        String modelFile,
        String modelHash,
        Engine engine,
        double temperature,
        int imagesPerCore,
        int cores,
        int top,
        long maxPixels,
        boolean csv,
        String out,
        String run,
        TableColumns columns,
        Labels labels,
        Map<String, String> hadoop)
        implements Serializable {}
