package io.github.resnet4j.cli;

import io.github.resnet4j.datasets.CifarDataset;
import io.github.resnet4j.datasets.CifarVariant;
import io.github.resnet4j.datasets.ImageDataset;
import io.github.resnet4j.datasets.ImageFolder;
import io.github.resnet4j.datasets.ImageFolders;
import io.github.resnet4j.datasets.ImageNet;
import io.github.resnet4j.datasets.LabelFile;
import io.github.resnet4j.datasets.Split;
import io.github.resnet4j.datasets.loader.BadImages;
import io.github.resnet4j.finetune.UsageException;
import io.github.resnet4j.finetune.config.DataConfig;
import io.github.resnet4j.finetune.config.DatasetKind;
import io.github.resnet4j.finetune.model.ModelLabels;
import io.github.resnet4j.finetune.model.SourceModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The labelled images that a trained model is measured on. */
final class EvaluationData {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of class folders (if split into parts, the validation or test part is used;"
                    + " otherwise all images, also those that a model was trained on), folder of"
                    + " CIFAR batches, or one CIFAR batch file.")
    private Optional<Path> data;

    @Option(
            names = "--dataset",
            paramLabel = "KIND",
            defaultValue = "folder",
            description = "What DIR holds: cifar10, cifar100, folder or imagenet.")
    private DatasetKind dataset;

    @Mixin
    private FolderReading reading;

    @Mixin
    private LabelsOption labels;

    @Option(
            names = "--on-bad-image",
            paramLabel = "fail|skip",
            defaultValue = "fail",
            description = "What to do about unreadable images: fail, or skip a few: 1, or up to 1 %% of"
                    + " the images (10 at most, or 0.1 %% of very many).")
    private DataConfig.OnBadImage onBadImage;

    /** What is measured on, if not just {@link #data}. */
    private String where;
    /** Whether it is all of a folder that others may train on, too. */
    private boolean whole;

    /** The folder, for models of other tasks. */
    Path folder() {
        if (labels.file().isPresent() || dataset != DatasetKind.FOLDER) {
            throw new UsageException("--labels and --dataset are for classifiers of images: give --data DIR");
        }
        return data.orElseThrow(() -> new UsageException("give the samples: --data DIR"));
    }

    /** The images with the labels of their own classes. */
    ImageDataset open() {
        if (labels.file().isPresent()) {
            return listed(labels.file().get());
        }
        Path data = this.data.orElseThrow(() -> new UsageException("give the images: --data DIR, or --labels CSV"));
        if (dataset == DatasetKind.FOLDER && Files.isRegularFile(data)) {
            throw new UsageException(
                    data + " is a file: name a folder that holds one folder for each class, or say what"
                            + " the file is with --dataset cifar10 or cifar100");
        }
        return switch (dataset) {
            case CIFAR10 -> cifar(data, CifarVariant.CIFAR10);
            case CIFAR100 -> cifar(data, CifarVariant.CIFAR100);
            case IMAGENET -> ImageNet.open(data, Split.VAL, reading.options());
            case FOLDER -> {
                ImageFolder images = ImageFolders.evaluation(data, reading.options());
                where = images.root().toString();
                whole = images.root().equals(data);
                yield images;
            }
        };
    }

    private ImageDataset listed(Path csv) {
        if (dataset != DatasetKind.FOLDER) {
            throw new UsageException("--labels and --dataset exclude each other: that data has labels of its own");
        }
        LabelFile file = LabelFile.read(csv, data.orElseGet(() -> LabelFile.folder(csv)), reading.options());
        where = file.evaluated();
        whole = file.evaluation() == file.images();
        return file.evaluation();
    }

    private ImageDataset cifar(Path data, CifarVariant variant) {
        return Files.isRegularFile(data)
                ? CifarDataset.readFile(data, variant)
                : CifarDataset.read(data, variant, Split.VAL);
    }

    /**
     * The same with the labels of a model's classes. ImageNet's folders are WordNet identifiers; every ImageNet model uses
     * their order.
     */
    ImageDataset labelled(SourceModel source, ImageDataset images, Consumer<String> remarks) {
        List<String> known = source.card().classes();
        try {
            if (source.classesNamed() && dataset != DatasetKind.IMAGENET) {
                return ModelLabels.byName(images, known, remarks);
            }
            return ModelLabels.inOrder(images, known.size(), dataset == DatasetKind.IMAGENET ? order -> {} : remarks);
        } catch (UsageException e) {
            throw new UsageException(where() + ": " + e.getMessage());
        }
    }

    private String where() {
        return Optional.ofNullable(where).orElseGet(() -> data.orElseThrow().toString());
    }

    /** That the images may be ones a model knows by heart, if they may. */
    Optional<String> caution() {
        return whole
                ? Optional.of("warning: " + where()
                        + " has no validation or test part, so all its images are measured: of a model that was"
                        + " trained on some of them, the accuracy says little about new images")
                : Optional.empty();
    }

    /** What is measured on, in words. */
    String words(ImageDataset images) {
        return where() + ": " + images.size() + " images of " + images.classSummary();
    }

    /** What happens to images that cannot be read. */
    BadImages badImages() {
        return onBadImage == DataConfig.OnBadImage.FAIL ? BadImages.FAIL : BadImages.LEAVE_OUT;
    }
}
