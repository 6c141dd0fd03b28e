package io.github.resnet4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FileProblemTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                arguments(new NoSuchFileException("f"), "f: no such file or folder"),
                arguments(new AccessDeniedException("f"), "f: permission denied"),
                arguments(new NotDirectoryException("f"), "f: not a folder"),
                arguments(new DirectoryNotEmptyException("f"), "f: the folder is not empty"),
                arguments(new FileSystemLoopException("f"), "f: symbolic links lead in a circle"),
                arguments(new FileAlreadyExistsException("f"), "f: already exists; move it or choose another name"),
                arguments(
                        new FileAlreadyExistsException("f", null, "is not empty; name a new folder"),
                        "f: is not empty; name a new folder"),
                arguments(
                        new FileSystemException("f", null, "No space left on device"),
                        "f: the disk is full; free some space"),
                arguments(new FileSystemException("f", null, "Read-only file system"), "f: read-only file system"),
                arguments(new FileSystemException("f", null, "Is a directory"), "f: is a folder"),
                arguments(new FileSystemException("f"), "f: input or output failed"),
                arguments(new IOException("No space left on device"), "the disk is full; free some space"),
                arguments(new IOException("I/O error"), "I/O error"),
                arguments(new IOException(), "input or output failed"),
                arguments(new EOFException(), "ends early"),
                arguments(new MalformedInputException(1), "not UTF-8 text"),
                arguments(new ClosedByInterruptException(), "interrupted"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void saysWhatIsWrong(IOException failure, String text) {
        assertThat(FileProblem.describe(failure)).isEqualTo(text);
    }

    @Test
    void namesTheFile() {
        IOException cause = new AccessDeniedException("/elsewhere");
        FileSystemException failure = FileProblem.cannotBe("read", Path.of("log.csv"), cause);
        assertThat(failure)
                .hasMessage("log.csv: cannot be read: permission denied")
                .hasCause(cause);
        assertThat(FileProblem.describe(failure)).isEqualTo(failure.getMessage());
    }
}
