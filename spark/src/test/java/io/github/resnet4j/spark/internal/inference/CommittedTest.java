package io.github.resnet4j.spark.internal.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommittedTest {
    @TempDir
    java.nio.file.Path folder;

    /** As with a task that is slow and its speculative copy. */
    @Test
    void ofTwoAttemptsOneFileIsLeft() throws IOException {
        FileSystem files = FileSystem.getLocal(new Configuration());
        Path one = new Path(folder + "/_temporary/one");
        Path two = new Path(folder + "/_temporary/two");
        Path file = new Path(folder + "/part");
        for (Path attempt : List.of(one, two)) {
            files.create(attempt).close();
        }
        Committed.rename(files, one, file);
        Committed.rename(files, two, file);
        assertThat(folder.resolve("part")).exists();
        assertThat(folder.resolve("_temporary")).isEmptyDirectory();
    }

    /** The first attempt's driver has cleaned up. */
    @Test
    void anAttemptWhoseFileIsGoneFindsTheWorkDone() throws IOException {
        FileSystem files = FileSystem.getLocal(new Configuration());
        Files.write(folder.resolve("part"), new byte[1]);
        Committed.rename(files, new Path(folder + "/gone"), new Path(folder + "/part"));
        assertThat(folder.resolve("part")).hasSize(1);
        assertThatIOException()
                .isThrownBy(() -> Committed.rename(files, new Path(folder + "/gone"), new Path(folder + "/other")));
    }
}
