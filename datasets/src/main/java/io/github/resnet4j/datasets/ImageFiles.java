package io.github.resnet4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The images in a folder and below, without labels. They are found by the rules of {@link ImageFolder}, so that
 * prediction sees the same files as training.
 *
 * @param files the images, folder by folder, in the order of Python's {@code sorted}
 * @param passedOver what was passed over
 */
public record ImageFiles(List<Path> files, PassedOver passedOver) {
    /**
     * Finds the images in {@code folder}, which may be a link.
     *
     * @throws BadDataException if it cannot be listed or holds no image
     */
    public static ImageFiles below(Path folder, FolderOptions options) {
        try {
            FolderScan scan = new FolderScan(options.followLinks(), folder);
            List<Path> files = scan.imagesBelow(new FolderScan.Entry("", folder, 0)).stream()
                    .map(FolderScan.Entry::path)
                    .toList();
            PassedOver passedOver = scan.takePassedOver();
            if (files.isEmpty()) {
                throw new BadDataException(
                        folder,
                        "has no images (.jpg, .jpeg, .png, .bmp, .gif)"
                                + (passedOver.isEmpty() ? "" : "; passed over " + passedOver));
            }
            return new ImageFiles(files, passedOver);
        } catch (IOException e) {
            throw FolderScan.unlisted(folder, e);
        }
    }
}
