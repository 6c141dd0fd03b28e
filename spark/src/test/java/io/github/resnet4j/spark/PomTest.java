package io.github.resnet4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class PomTest {
    /** The launcher fetches the version that this module is compiled and tested with. */
    @Test
    void theInstallationHasTheSameSpark() throws IOException {
        assertThat(version(Path.of("installation/pom.xml"))).isEqualTo(version(Path.of("../pom.xml")));
    }

    private static String version(Path pom) throws IOException {
        Matcher version =
                Pattern.compile("<spark\\.version>(.+?)</spark\\.version>").matcher(Files.readString(pom));
        assertThat(version.find()).isTrue();
        return version.group(1);
    }
}
