package io.github.resnet4j.finetune.model;

import io.github.resnet4j.files.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * The feature vectors of images, all of the same length.
 *
 * @param files the images
 * @param vectors one for each, in the same order; not copied and not to be modified
 */
public record Embeddings(List<Path> files, List<float[]> vectors) {
    /** The length of magic, version, length and header is a multiple of this. */
    private static final int NPY_ALIGNMENT = 64;

    private static final int NPY_PREFIX = 10;
    private static final byte[] NPY_MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

    public Embeddings {
        files = List.copyOf(files);
        vectors = List.copyOf(vectors);
        long lengths =
                vectors.stream().mapToInt(vector -> vector.length).distinct().count();
        if (files.size() != vectors.size() || lengths > 1) {
            throw new IllegalArgumentException(
                    files.size() + " files with " + vectors.size() + " vectors of " + lengths + " lengths");
        }
    }

    /**
     * Computes the features of files.
     *
     * @param maxPixels largest image in pixels
     * @param unreadable receives why files cannot be read; they are left out
     * @param progress receives how many files are done
     * @throws io.github.resnet4j.finetune.NonFiniteOutputException if a feature is not finite
     */
    public static Embeddings of(
            Predictor predictor, List<Path> files, long maxPixels, Consumer<String> unreadable, LongConsumer progress) {
        List<Path> read = new ArrayList<>();
        List<float[]> vectors = new ArrayList<>();
        predictor
                .each(files, maxPixels, predictor::features, (index, features) -> {
                    read.add(files.get(index));
                    vectors.add(features);
                    progress.accept(index + 1L);
                })
                .problems()
                .values()
                .forEach(unreadable);
        return new Embeddings(read, vectors);
    }

    /** Values of a vector; 0 if there are none. */
    public int length() {
        return vectors.isEmpty() ? 0 : vectors.get(0).length;
    }

    /**
     * Writes the vectors as {@code numpy.save} writes a float32 array of N×C (format version 1.0).
     *
     * @throws IOException if it cannot be written
     */
    public void writeNpy(Path file) throws IOException {
        String shape =
                "{'descr': '<f4', 'fortran_order': False, 'shape': (" + vectors.size() + ", " + length() + "), }";
        int padding = NPY_ALIGNMENT - (NPY_PREFIX + shape.length() + 1) % NPY_ALIGNMENT;
        byte[] header = (shape + " ".repeat(padding % NPY_ALIGNMENT) + "\n").getBytes(StandardCharsets.US_ASCII);
        AtomicFile.write(file, out -> {
            out.write(NPY_MAGIC);
            out.write(header.length & 0xff);
            out.write(header.length >> 8);
            out.write(header);
            ByteBuffer row = ByteBuffer.allocate(length() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (float[] vector : vectors) {
                row.asFloatBuffer().put(vector);
                out.write(row.array());
            }
        });
    }

    /** An image and its cosine similarity, -1 to 1. */
    public record Neighbour(Path file, double similarity) {}

    /**
     * The images whose vectors have the smallest angle to {@code vector}, nearest first; of equal ones, in their order. A
     * vector of zeros has a similarity of 0 to all.
     *
     * @param top at most so many
     * @throws IllegalArgumentException if the vector has another length
     */
    public List<Neighbour> nearest(float[] vector, int top) {
        if (!vectors.isEmpty() && vector.length != length()) {
            throw new IllegalArgumentException("a vector of " + vector.length + " among those of " + length());
        }
        return IntStream.range(0, vectors.size())
                .mapToObj(i -> new Neighbour(files.get(i), cosine(vector, vectors.get(i))))
                .sorted(Comparator.comparingDouble(Neighbour::similarity).reversed())
                .limit(top)
                .toList();
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squareA = 0;
        double squareB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squareA += (double) a[i] * a[i];
            squareB += (double) b[i] * b[i];
        }
        double norms = Math.sqrt(squareA) * Math.sqrt(squareB);
        return norms == 0 ? 0 : product / norms;
    }
}
