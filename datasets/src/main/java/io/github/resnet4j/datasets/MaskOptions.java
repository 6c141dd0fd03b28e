package io.github.resnet4j.datasets;

import java.util.List;

/**
 * How folders of images and masks are read.
 *
 * @param folders how folders are
 * @param classes names of the classes, in the order of their numbers, if they are known; none: those of {@code classes.txt}, or
 *     else numbers
 * @param numbers how many classes there are if they have no names; 0: as many as the masks have
 * @param look whether to decode every mask, and look at the end of every image, before any is used: then everything that is wrong
 *     is said at once
 */
public record MaskOptions(FolderOptions folders, List<String> classes, int numbers, boolean look) {
    /** Classes as the folder has them; looks at all masks. */
    public static final MaskOptions DEFAULT = new MaskOptions(FolderOptions.DEFAULT, List.of(), 0, true);

    public MaskOptions {
        classes = List.copyOf(classes);
    }

    /** The same with classes that are known. */
    public MaskOptions withClasses(List<String> names) {
        return new MaskOptions(folders, names, numbers, look);
    }
}
