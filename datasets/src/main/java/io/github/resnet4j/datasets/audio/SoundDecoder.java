package io.github.resnet4j.datasets.audio;

import io.github.resnet4j.files.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Decodes WAV and FLAC files to one channel, the mean of the file's. Whole numbers of n bits are divided by {@code 2^(n-1)},
 * floating point is taken as it is.
 *
 * <p>Files are not trusted. The format is recognised by the first bytes, whatever the file is called; what a header claims is
 * checked before memory is allocated for it; any fault becomes one {@link BadAudioException} that says what the file is.
 * Truncated files are refused, and so are FLAC files whose checksums do not fit. Limits: 256 MiB a file, {@value
 * #MOST_SAMPLES} samples a channel, {@value Sound#LEAST_RATE} to {@value Sound#MOST_RATE} of them a second.
 */
public final class SoundDecoder {
    /** Half an hour and more at 16 kHz, twelve minutes at 44.1 kHz. */
    public static final int MOST_SAMPLES = 1 << 25;

    private static final int MOST_BYTES = 256 << 20;

    private SoundDecoder() {}

    /**
     * The sound in {@code file}, which may be a symbolic link to a regular file. Pipes, sockets and devices are refused
     * without opening them, since that could block.
     *
     * @throws BadAudioException if the file cannot be read or is not a whole sound of a supported format
     */
    public static Sound decode(Path file) {
        return decode(read(file), file);
    }

    /**
     * The sound in {@code bytes}, which are the content of a file.
     *
     * @param name its name in errors
     * @throws BadAudioException if the bytes are not a whole sound of a supported format
     */
    public static Sound decode(byte[] bytes, Path name) {
        if (WavDecoder.matches(bytes)) {
            return WavDecoder.decode(bytes, name);
        }
        if (FlacDecoder.matches(bytes)) {
            return FlacDecoder.decode(bytes, name);
        }
        throw new BadAudioException(name, ForeignSound.describe(bytes));
    }

    static String tooLong(long samples) {
        return "is too long: " + samples + " samples a channel; at most " + MOST_SAMPLES + " can be read, so cut it";
    }

    private static byte[] read(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw new BadAudioException(file, "is a directory, not a sound");
            }
            if (!attributes.isRegularFile()) {
                throw new BadAudioException(file, "is a pipe, socket or device, not a sound");
            }
            if (attributes.size() > MOST_BYTES) {
                throw new BadAudioException(
                        file,
                        "is too large: " + attributes.size() + " bytes; at most " + MOST_BYTES
                                + " can be read, so cut it");
            }
            byte[] bytes = new byte[(int) attributes.size()];
            try (InputStream in = Files.newInputStream(file)) {
                if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
                    throw new BadAudioException(
                            file, "shrank while it was being read: another program is writing to it");
                }
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new BadAudioException(file, "does not exist", e);
        } catch (IOException e) {
            throw new BadAudioException(file, "cannot be read: " + FileProblem.reason(e), e);
        }
    }
}
