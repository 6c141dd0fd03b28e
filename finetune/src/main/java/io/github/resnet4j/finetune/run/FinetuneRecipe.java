package io.github.resnet4j.finetune.run;

import io.github.resnet4j.datasets.transform.CenterCrop;
import io.github.resnet4j.datasets.transform.Interpolation;
import io.github.resnet4j.datasets.transform.Resize;
import io.github.resnet4j.datasets.transform.Transform;
import io.github.resnet4j.finetune.model.EvaluationSteps;
import io.github.resnet4j.zoo.Architecture;
import io.github.resnet4j.zoo.weights.Preprocessing;
import io.github.resnet4j.zoo.weights.archive.ModelCard;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The default recipe for a folder of images: the model's own size, evaluation and normalisation, crops of at least a
 * third of the image, SGD with a cosine schedule after one epoch of warm-up.
 *
 * @param architecture the model's name in the zoo
 * @param yaml a configuration that lacks only {@code data.dir} and {@code model.weights}
 */
public record FinetuneRecipe(String architecture, String yaml) {
    /** Without weights that say otherwise, the evaluation crop is 7/8 of the resized image, as 224 is of 256 (Krizhevsky et al. 2012, section 4.1). */
    private static final double CROP_SHARE = 0.875;

    /** What torchvision's networks expect. */
    public static final Preprocessing IMAGENET = new Preprocessing(
            OptionalInt.empty(),
            OptionalInt.empty(),
            "bilinear",
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));

    /** For a trained model. */
    public static FinetuneRecipe of(ModelCard card, Optional<Integer> imageSize) {
        int size = imageSize.orElse(card.input().height());
        return new FinetuneRecipe(
                card.architecture(),
                write(card.architecture(), size, EvaluationSteps.of(card, size), card.preprocessing(), 0.01));
    }

    /** For random weights, which need larger steps. */
    public static FinetuneRecipe fromScratch(Architecture architecture, Optional<Integer> imageSize) {
        int size = imageSize.orElse(architecture.input().height());
        return new FinetuneRecipe(architecture.name(), write(architecture.name(), size, steps(size), IMAGENET, 0.05));
    }

    /** What a run on a folder of images is called, unless it is given a name. */
    public static String runName(Path data) {
        Path folder = data.toAbsolutePath().normalize().getFileName();
        String clean = folder == null ? "" : folder.toString().replaceAll("[^A-Za-z0-9._-]+", "-");
        return "finetune-" + (clean.isEmpty() ? "data" : clean);
    }

    /** From images of any size to the input of a network that was never evaluated before. */
    static List<Transform> steps(int size) {
        return List.of(new Resize((int) Math.round(size / CROP_SHARE), Interpolation.BILINEAR), new CenterCrop(size));
    }

    private static String write(String architecture, int size, List<Transform> steps, Preprocessing known, double lr) {
        return String.format(
                Locale.ROOT,
                """
                name: finetune
                model: {name: %s}
                data:
                  dataset: folder
                  image-size: %d
                  augment:
                    - random-resized-crop: {size: %d, min-scale: 0.35, interpolation: %s}
                    - horizontal-flip: {p: 0.5}
                  eval: %s
                  normalize: {mean: %s, std: %s}
                  on-bad-image: skip
                train: {epochs: 10, batch-size: 32}
                optimizer: {type: sgd, lr: %s, momentum: 0.9, weight-decay: 1e-4}
                schedule: {type: cosine, warmup: {epochs: 1, factor: 0.1}}
                """,
                architecture,
                size,
                size,
                known.interpolation(),
                steps.stream().map(FinetuneRecipe::step).toList(),
                known.mean(),
                known.std(),
                lr);
    }

    private static String step(Transform step) {
        return step instanceof Resize resize
                ? "{resize: {size: " + resize.size() + ", interpolation: "
                        + resize.interpolation().name().toLowerCase(Locale.ROOT) + "}}"
                : "{center-crop: {size: " + ((CenterCrop) step).size() + "}}";
    }
}
