package io.github.resnet4j.spark.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReleaseTest {
    @TempDir
    Path folder;

    /** The application's one jar and the launcher's several hold the same classes. */
    @Test
    void classesCountNotWhatTheyAreIn() throws IOException {
        Path classes = folder.resolve("classes/io/github/resnet4j/zoo");
        Files.createDirectories(classes.resolve("graph"));
        byte[] one = {1, 2, 3};
        byte[] two = {4};
        Files.write(classes.resolve("A.class"), one);
        Files.write(classes.resolve("graph/B.class"), two);
        Files.write(classes.resolve("notes.txt"), two);
        Path jar = folder.resolve("any.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            put(zip, "io/github/resnet4j/zoo/graph/B.class", two);
            put(zip, "io/github/resnet4j/engine/C.class", two);
            put(zip, "io/github/resnet4j/zoo/A.class", one);
        }
        TreeMap<String, Long> ofFolder = new TreeMap<>();
        TreeMap<String, Long> ofJar = new TreeMap<>();
        Release.add(folder.resolve("classes"), "io/github/resnet4j/zoo/", ofFolder);
        Release.add(jar, "io/github/resnet4j/zoo/", ofJar);
        assertThat(ofFolder).isEqualTo(ofJar).hasSize(2);

        Files.write(classes.resolve("A.class"), two);
        Release.add(folder.resolve("classes"), "io/github/resnet4j/zoo/", ofFolder);
        assertThat(ofFolder).isNotEqualTo(ofJar);
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    @Test
    void namesAVersionAndAChecksum() {
        assertThat(Release.here()).matches("\\S+ \\([0-9a-f]{8}\\)").isEqualTo(Release.here());
    }
}
