package io.github.resnet4j.finetune.recipe;

import io.github.resnet4j.finetune.report.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a recipe is chosen by.
 *
 * @param images the images
 * @param model what training starts from
 * @param probes how far the model's own features tell the classes apart, at one or more sizes; none for random weights
 * @param speed of this machine; absent before it is measured
 */
public record Evidence(Images images, Model model, List<Probe> probes, Optional<Speed> speed) {
    public Evidence {
        probes = List.copyOf(probes);
    }

    /**
     * The images.
     *
     * @param training to train on
     * @param validation to evaluate on
     * @param classes how many kinds there are
     * @param smallest training images of the smallest class
     * @param largest training images of the largest class
     * @param width median of a sample, in pixels
     * @param height median of a sample, in pixels
     * @param uniform whether the images of the sample are all of this size
     */
    public record Images(
            int training,
            int validation,
            int classes,
            long smallest,
            long largest,
            int width,
            int height,
            boolean uniform) {
        int shorterSide() {
            return Math.min(width, height);
        }

        double perClass() {
            return (double) training / classes;
        }
    }

    /**
     * The network and its weights.
     *
     * @param size height and width of the images that the weights were trained on; without weights, the architecture's
     * @param interpolation how images are scaled for them: {@code bilinear}
     * @param pretrained whether there are weights to start from
     * @param normalized whether it has batch normalisations
     * @param body the stages with parameters before the last, in order
     */
    public record Model(int size, String interpolation, boolean pretrained, boolean normalized, List<Stage> body) {
        public Model {
            body = List.copyOf(body);
        }

        /** What {@code model.freeze} names to train nothing but what stands behind so many of the stages. */
        String frozen(int stages) {
            return body.get(stages - 1).name();
        }
    }

    /**
     * A stage of a network.
     *
     * @param name such as {@code layer1}
     * @param share of the network's multiply-adds
     */
    public record Stage(String name, double share) {}

    /**
     * What a linear classifier on the features of untrained weights achieves.
     *
     * @param size height and width of the network's input
     * @param images training images used
     * @param accuracy share of them that it classifies rightly in cross-validation
     * @param chance share of the most frequent class
     */
    public record Probe(int size, int images, double accuracy, double chance) {
        double standardError() {
            return Math.sqrt(accuracy * (1 - accuracy) / images);
        }

        /** From 0 for guessing to 1 for no mistake. */
        double gain() {
            return chance >= 1 ? 0 : Math.max(0, (accuracy - chance) / (1 - chance));
        }
    }

    /**
     * Measured seconds for an image, with all cores at work.
     *
     * @param size height and width of the network's input
     * @param loading to read, decode and augment it
     * @param inference through the network, without loading
     * @param training forward, backward and update of everything, without loading
     */
    public record Speed(int size, double loading, double inference, double training) {}

    /** The same with the machine's speed. */
    public Evidence with(Speed measured) {
        return new Evidence(images, model, probes, Optional.of(measured));
    }

    /**
     * This in sentences.
     *
     * @param seconds that the recipe is estimated to take
     */
    public List<String> words(double seconds) {
        List<String> words = new ArrayList<>();
        words.add(Numbers.count(images.training, "training image", "training images") + " and "
                + Numbers.count(images.validation, "validation image", "validation images") + " of "
                + Numbers.count(images.classes, "class", "classes") + ", "
                + (images.smallest == images.largest
                        ? Numbers.count(images.smallest)
                        : Numbers.count(images.smallest) + " to " + Numbers.count(images.largest))
                + " to train on in each, " + (images.uniform ? "all " : "about ") + images.width + "×" + images.height);
        for (Probe probe : probes) {
            words.add("a linear probe on the weights' features of " + Numbers.count(probe.images) + " images at "
                    + probe.size + "×" + probe.size + " is right about " + Numbers.percent(probe.accuracy)
                    + " of them in cross-validation (guessing: " + Numbers.percent(probe.chance) + ")");
        }
        speed.ifPresent(measured -> words.add(String.format(
                Locale.ROOT,
                "at %d×%d this machine trains on %s images a second and looks at %s; the run takes about %s",
                measured.size,
                measured.size,
                Numbers.fixed(1 / (measured.loading + measured.training), 0),
                Numbers.fixed(1 / (measured.loading + measured.inference), 0),
                Numbers.duration(seconds))));
        return words;
    }

    /** The probe at a size, if there was one. */
    Optional<Probe> probe(int size) {
        return probes.stream().filter(probe -> probe.size() == size).findFirst();
    }
}
