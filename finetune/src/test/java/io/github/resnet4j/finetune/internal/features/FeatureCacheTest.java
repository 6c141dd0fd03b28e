package io.github.resnet4j.finetune.internal.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureCacheTest {
    @TempDir
    Path folder;

    private static String key(int number) {
        return String.format("%064x", number);
    }

    private FeatureCache cache() {
        return new FeatureCache(folder.resolve("features"), 1000);
    }

    private Path entry(String name, int bytes, Duration unused) throws IOException {
        Path entry = folder.resolve("features").resolve(name);
        Files.createDirectories(entry);
        Files.write(entry.resolve("view-0-00000.features"), new byte[bytes]);
        Files.setLastModifiedTime(entry, FileTime.from(Instant.now().minus(unused)));
        return entry;
    }

    @Test
    void theLongestUnusedMakeRoom() throws IOException {
        Path oldest = entry(key(1), 400, Duration.ofDays(3));
        Path older = entry(key(2), 300, Duration.ofDays(2));
        Path old = entry(key(3), 200, Duration.ofDays(1));
        assertThat(cache().folder(key(4), 400))
                .hasValue(folder.resolve("features").resolve(key(4)));
        assertThat(oldest).doesNotExist();
        assertThat(older).exists();
        assertThat(old).exists();
        assertThat(folder.resolve("features").resolve(key(4))).isEmptyDirectory();
    }

    @Test
    void whatMayBeInUseIsNotDeleted() throws IOException {
        Path used = entry(key(1), 700, Duration.ofMinutes(1));
        assertThat(cache().folder(key(2), 400)).isEmpty();
        assertThat(used).exists();
    }

    @Test
    void whatSomebodyElsePutThereStays() throws IOException {
        Path other = entry("photographs", 5000, Duration.ofDays(300));
        assertThat(cache().folder(key(2), 400)).isPresent();
        assertThat(other.resolve("view-0-00000.features")).exists();
    }

    @Test
    void whatIsThereCountsOnce() throws IOException {
        entry(key(1), 900, Duration.ofDays(1));
        assertThat(cache().folder(key(1), 900)).isPresent();
    }

    @Test
    void moreThanFitsIsRefusedBeforeAnythingIsDeleted() throws IOException {
        Path old = entry(key(1), 900, Duration.ofDays(1));
        assertThat(cache().folder(key(2), 1001)).isEmpty();
        assertThat(old).exists();
    }

    @Test
    void remainsOfAKilledProcessAreDeleted() throws IOException {
        Path entry = entry(key(1), 10, Duration.ofDays(1));
        Path old = Files.write(entry.resolve(".view-0-00001.features.x.part"), new byte[5]);
        Path fresh = Files.write(entry.resolve(".view-0-00001.features.y.part"), new byte[5]);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
        cache().folder(key(1), 10);
        assertThat(old).doesNotExist();
        assertThat(fresh).exists();
    }

    @Test
    void aFileInPlaceOfTheFolderIsSaid() throws IOException {
        Files.writeString(folder.resolve("features"), "");
        assertThatThrownBy(() -> cache().folder(key(1), 10)).isInstanceOf(IOException.class);
    }
}
