package io.github.resnet4j.finetune.onnx;

import io.github.resnet4j.datasets.image.ImageDecoder;
import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.datasets.transform.Pipeline;
import io.github.resnet4j.datasets.transform.SampleRandom;
import io.github.resnet4j.engine.onnx.OnnxExport;
import io.github.resnet4j.engine.onnx.OnnxOptions;
import io.github.resnet4j.engine.onnx.OnnxSession;
import io.github.resnet4j.files.AtomicFile;
import io.github.resnet4j.finetune.model.FileMetadata;
import io.github.resnet4j.finetune.model.Predictor;
import io.github.resnet4j.zoo.network.Shape;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Writes a trained model as an ONNX file, if ONNX Runtime computes with it what the model computes: for random images and
 * any others. The file says which architecture it is, what its classes are called, how images are prepared, and where the
 * weights come from.
 */
public final class CheckedExport {
    /** Of the largest output, or of 1 if all are smaller. No network in the tests comes to a tenth of it by rounding. */
    public static final double ALLOWED = 1e-4;

    private static final int RANDOM_IMAGES = 8;
    private static final int AT_ONCE = 4;
    private static final SampleRandom UNUSED = SampleRandom.of(0, 0, 0);

    private CheckedExport() {}

    /**
     * How to write a model; {@link OnnxOptions} says more of each.
     *
     * @param opset version of ONNX's operators
     * @param foldNorms multiplies batch normalisations into the convolutions before them
     * @param anyBatch takes any number of images at a time, otherwise one
     * @param probabilities puts out probabilities, calibrated if the model is; otherwise logits
     * @param pixels takes unsigned bytes N×H×W×3 and normalises them
     */
    public record Settings(int opset, boolean foldNorms, boolean anyBatch, boolean probabilities, boolean pixels) {
        public static final Settings DEFAULT = new Settings(OnnxOptions.USUAL_OPSET, false, false, false, false);
    }

    /**
     * What was written, and how it compares.
     *
     * @param file the ONNX file
     * @param opset version of ONNX's operators
     * @param nodes number of operators
     * @param bytes size of the file
     * @param input name of its input
     * @param inputShape with 0 for any number of images
     * @param output name of its output
     * @param classes number of classes
     * @param runtime version of ONNX Runtime
     * @param images number of images that were compared
     * @param deviation the largest difference of an output, as a part of the largest output or of 1
     * @param sameBest for how many of the images the best class is the same
     */
    public record Report(
            Path file,
            int opset,
            int nodes,
            long bytes,
            String input,
            List<Integer> inputShape,
            String output,
            int classes,
            String runtime,
            int images,
            double deviation,
            int sameBest) {}

    /** An image of the network's size, and what the network takes of it. */
    private record Sample(Rgb8Image image, float[] prepared) {}

    /**
     * Writes {@code out}, or leaves what is there as it is.
     *
     * @param predictor the model, opened for at least one image at a time
     * @param files images to compare on, besides the random ones
     * @throws UnequalModelException if ONNX Runtime computes anything else
     * @throws io.github.resnet4j.engine.UnsupportedGraphException if the network has what ONNX has not
     * @throws io.github.resnet4j.engine.EngineUnavailableException if ONNX Runtime is not there
     * @throws io.github.resnet4j.datasets.BadDataException if an image cannot be read
     * @throws IOException if the file cannot be written, or ONNX Runtime refuses it; the message says why
     */
    public static Report write(Predictor predictor, Settings settings, List<Path> files, Path out) throws IOException {
        return write(predictor, settings, files, out, ALLOWED);
    }

    static Report write(Predictor predictor, Settings settings, List<Path> files, Path out, double allowed)
            throws IOException {
        Path folder = Files.createTempDirectory("resnet4j-onnx");
        Thread hook = new Thread(() -> discard(folder), "discard"); // models are large, and Ctrl-C runs no finally
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            Path made = folder.resolve("model.onnx");
            OnnxExport.Summary summary = predictor.export(options(predictor.card(), settings), made);
            Report report = compared(predictor, settings, samples(predictor, files), made, out, summary);
            if (!(report.deviation() <= allowed)) {
                throw new UnequalModelException(out + " was not written: ONNX Runtime " + report.runtime()
                        + " computes something else than the model, by " + report.deviation()
                        + " of the largest output (at most " + allowed
                        + " is rounding); either this is a bug in resnet4j or in ONNX Runtime: please report it; or the network"
                        + " magnifies rounding, as deep ones do that were never trained");
            }
            AtomicFile.write(out, to -> Files.copy(made, to));
            return report;
        } finally {
            AtomicFile.deleteTree(folder);
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The JVM is ending, and the hook finds nothing.
            }
        }
    }

    private static void discard(Path folder) {
        try {
            AtomicFile.deleteTree(folder);
        } catch (IOException e) {
            // In the system's temporary folder; nobody is left to tell.
        }
    }

    private static OnnxOptions options(ModelCard card, Settings settings) {
        OnnxOptions options = new OnnxOptions(
                settings.opset(),
                settings.foldNorms(),
                settings.anyBatch() ? OptionalInt.empty() : OptionalInt.of(1),
                settings.probabilities()
                        ? new OnnxOptions.Output.Probabilities(
                                card.temperature().orElse(1))
                        : new OnnxOptions.Output.Logits(),
                Optional.empty(),
                FileMetadata.of(card));
        return settings.pixels() ? options.withPixels(card.preprocessing()) : options;
    }

    private static List<Sample> samples(Predictor predictor, List<Path> files) {
        Shape shape = predictor.network().input();
        List<Rgb8Image> images = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < RANDOM_IMAGES; i++) {
            byte[] pixels = new byte[Math.toIntExact(shape.elements())];
            random.nextBytes(pixels);
            images.add(new Rgb8Image(shape.width(), shape.height(), pixels));
        }
        files.forEach(file -> images.add(predictor.pipeline().image(ImageDecoder.decode(file), UNUSED)));
        Pipeline normalisation =
                new Pipeline(List.of(), predictor.pipeline().normalize()).producing(shape.height(), shape.width());
        return images.stream()
                .map(image -> {
                    float[] prepared = new float[Math.toIntExact(shape.elements())];
                    normalisation.write(image, UNUSED, prepared, 0);
                    return new Sample(image, prepared);
                })
                .toList();
    }

    private static Report compared(
            Predictor predictor,
            Settings settings,
            List<Sample> samples,
            Path made,
            Path out,
            OnnxExport.Summary summary)
            throws IOException {
        Shape shape = predictor.network().input();
        int classes = predictor.network().classes();
        double difference = 0;
        double largest = 1;
        int sameBest = 0;
        try (OnnxSession session = OnnxSession.open(made)) {
            int atOnce = settings.anyBatch() ? AT_ONCE : 1;
            for (int from = 0; from < samples.size(); from += atOnce) {
                List<Sample> batch = samples.subList(from, Math.min(from + atOnce, samples.size()));
                float[] found = run(session, settings, batch, shape);
                for (int i = 0; i < batch.size(); i++) {
                    float[] image = batch.get(i).prepared();
                    float[] own =
                            settings.probabilities() ? predictor.probabilities(image, 1) : predictor.logits(image, 1);
                    float[] theirs = Arrays.copyOfRange(found, i * classes, (i + 1) * classes);
                    for (int c = 0; c < classes; c++) {
                        difference = Math.max(difference, nanIsMost(Math.abs(own[c] - theirs[c])));
                        largest = Math.max(largest, Math.abs(own[c]));
                    }
                    sameBest += Predictor.best(own) == Predictor.best(theirs) ? 1 : 0;
                }
            }
            int any = settings.anyBatch() ? 0 : 1;
            return new Report(
                    out,
                    settings.opset(),
                    summary.nodes(),
                    summary.bytes(),
                    summary.input(),
                    settings.pixels()
                            ? List.of(any, shape.height(), shape.width(), shape.channels())
                            : List.of(any, shape.channels(), shape.height(), shape.width()),
                    summary.output(),
                    classes,
                    session.version(),
                    samples.size(),
                    difference / largest,
                    sameBest);
        }
    }

    /** No comparison with NaN is true. */
    private static double nanIsMost(double difference) {
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }

    private static float[] run(OnnxSession session, Settings settings, List<Sample> batch, Shape shape)
            throws IOException {
        int length = Math.toIntExact(shape.elements());
        INDArray output;
        if (settings.pixels()) {
            byte[] pixels = new byte[batch.size() * length];
            for (int i = 0; i < batch.size(); i++) {
                System.arraycopy(batch.get(i).image().pixels(), 0, pixels, i * length, length);
            }
            output = session.output(pixels, batch.size(), shape.height(), shape.width(), shape.channels());
        } else {
            float[] values = new float[batch.size() * length];
            for (int i = 0; i < batch.size(); i++) {
                System.arraycopy(batch.get(i).prepared(), 0, values, i * length, length);
            }
            output = session.output(Nd4j.createFromArray(values)
                    .reshape(batch.size(), shape.channels(), shape.height(), shape.width()));
        }
        return output.dup('c').data().asFloat();
    }
}
