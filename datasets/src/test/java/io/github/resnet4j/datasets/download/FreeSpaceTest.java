package io.github.resnet4j.datasets.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeSpaceTest {
    @TempDir
    Path folder;

    @Test
    void asksTheFileSystemOfTheFolder() throws IOException {
        assertThat(FreeSpace.REAL.in(folder)).isPositive();
        assertThatThrownBy(() -> FreeSpace.REAL.in(folder.resolve("absent"))).isInstanceOf(NoSuchFileException.class);
    }
}
