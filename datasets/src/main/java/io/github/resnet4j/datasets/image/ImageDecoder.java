package io.github.resnet4j.datasets.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Decodes JPEG, PNG, BMP and GIF files to 8-bit RGB, with the pixels of Pillow's {@code open(file).convert("RGB")}: PNG,
 * BMP and GIF exactly, JPEG as the JDK's libjpeg rounds (within 2 of 255, nearly always equal).
 *
 * <p>Grey is replicated; alpha and transparency are dropped, not blended; palettes and 1-bit images are expanded; of
 * 16-bit samples the high byte is kept (Pillow saturates 16-bit grey instead, which turns a photograph white); CMYK and
 * YCCK are taken as Adobe writes them, inverted, and converted without a colour profile. EXIF orientation and embedded
 * profiles are ignored, as torchvision ignores them. Of an animation the first frame counts, on its canvas.
 *
 * <p>Files are not trusted. The format is known by the first bytes, the size a file claims is checked before memory is
 * taken for it, and whatever is wrong becomes one {@link BadImageException} that says what the file is. Truncated files
 * are refused, never padded with grey. Limits: {@value #MAX_FILE_BYTES} bytes a file, 89,478,485 pixels, 65,535 a side.
 */
public final class ImageDecoder {
    private static final int MAX_FILE_BYTES = 64 << 20;

    private ImageDecoder() {}

    /**
     * The image in {@code file}, which may be a symbolic link to a regular file. Pipes, sockets and devices are
     * refused unopened, for opening them may block.
     *
     * @throws BadImageException if the file cannot be read or is not a whole image of a supported format
     */
    public static Rgb8Image decode(Path file) {
        return decode(read(file), file);
    }

    /**
     * The image in {@code bytes}, which are the content of a file.
     *
     * @param name what errors call it
     * @throws BadImageException if the bytes are not a whole image of a supported format
     */
    public static Rgb8Image decode(byte[] bytes, Path name) {
        if (bytes.length > MAX_FILE_BYTES) {
            throw tooLarge(name, bytes.length);
        }
        ImageHeader header = ImageHeader.read(bytes, name);
        byte[] pixels =
                switch (header.format()) {
                    case JPEG -> JpegDecoder.decode(bytes, name, header);
                    case PNG -> PngDecoder.decode(bytes, name, header);
                    case BMP -> BmpDecoder.decode(bytes, name, header);
                    case GIF -> GifDecoder.decode(bytes, name, header);
                };
        return new Rgb8Image(header.width(), header.height(), pixels);
    }

    private static byte[] read(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw new BadImageException(file, "is a directory, not an image");
            }
            if (!attributes.isRegularFile()) {
                throw new BadImageException(file, "is a pipe, socket or device, not an image");
            }
            if (attributes.size() > MAX_FILE_BYTES) {
                throw tooLarge(file, attributes.size());
            }
            byte[] bytes = new byte[(int) attributes.size()];
            try (InputStream in = Files.newInputStream(file)) {
                if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
                    throw new BadImageException(file, "shrank while it was read: another program is writing it");
                }
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new BadImageException(file, "does not exist", e);
        } catch (AccessDeniedException e) {
            throw new BadImageException(file, "may not be read: permission denied", e);
        } catch (IOException e) {
            throw new BadImageException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static BadImageException tooLarge(Path name, long size) {
        return new BadImageException(
                name, "is too large: " + size + " bytes; at most " + MAX_FILE_BYTES + " are read of an image");
    }
}
