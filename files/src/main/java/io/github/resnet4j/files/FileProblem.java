package io.github.resnet4j.files;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * Why an operation on a file failed, in plain words. The JDK's own messages often consist of the path alone, and leave
 * the reason to the name of the exception's class.
 */
public final class FileProblem {
    private FileProblem() {}

    /** The reason without the file: {@code permission denied}, {@code the disk is full; free some space}. */
    public static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof NotDirectoryException) {
            return "not a folder";
        }
        if (failure instanceof DirectoryNotEmptyException) {
            return "the folder is not empty";
        }
        if (failure instanceof FileSystemLoopException) {
            return "symbolic links lead in a circle";
        }
        if (failure instanceof CharacterCodingException) {
            return "not UTF-8 text";
        }
        if (failure instanceof ClosedByInterruptException) {
            return "interrupted";
        }
        String given = failure instanceof FileSystemException named ? named.getReason() : failure.getMessage();
        if (given != null && !given.isBlank()) {
            return plain(given);
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "already exists; move it or choose another name";
        }
        return failure instanceof EOFException ? "ends early" : "input or output failed";
    }

    /** The file, where the failure names one, and the reason. */
    public static String describe(IOException failure) {
        String file = failure instanceof FileSystemException named ? named.getFile() : null;
        return file == null ? reason(failure) : file + ": " + reason(failure);
    }

    /** The exception that names the file and says why it cannot be, say, {@code read}. */
    public static FileSystemException cannotBe(String done, Path file, IOException failure) {
        FileSystemException named =
                new FileSystemException(file.toString(), null, "cannot be " + done + ": " + reason(failure));
        named.initCause(failure);
        return named;
    }

    /** What an operating system says, without its capitals and its devices. */
    private static String plain(String given) {
        String text = given.strip();
        if (text.matches("(?i)(no space left on device|there is not enough space on the disk).*")) {
            return "the disk is full; free some space";
        }
        if (text.matches("(?i)is a directory")) {
            return "is a folder";
        }
        if (text.matches("(?i)not a directory")) {
            return "not a folder";
        }
        boolean sentence = text.length() > 1 && Character.isLowerCase(text.charAt(1));
        return sentence ? Character.toLowerCase(text.charAt(0)) + text.substring(1) : text;
    }
}
