package io.github.resnet4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Files that come with resnet4j: {@code configs} and {@code notebooks}, in a clone as in a distribution. */
final class Shipped {
    private Shipped() {}

    /**
     * The file or folder that a user names: as seen from where he is, or else, if only there it exists, as seen from the
     * folder of clone or distribution, which the launcher tells. So {@code configs/cifar10/resnet20.yaml} is found from
     * everywhere.
     */
    static Path find(Path named) {
        String home = System.getProperty("resnet4j.home");
        if (home == null || Files.exists(named)) {
            return named;
        }
        Path shipped = Path.of(home).resolve(named);
        return Files.exists(shipped) ? shipped : named;
    }
}
