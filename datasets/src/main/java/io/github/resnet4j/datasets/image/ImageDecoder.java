package io.github.resnet4j.datasets.image;

import io.github.resnet4j.files.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * Decodes JPEG, PNG, BMP and GIF files to 8-bit RGB, with the pixels of Pillow's {@code open(file).convert("RGB")}: bit
 * for bit, on every Java runtime.
 *
 * <p>Grey is replicated; alpha and transparency are dropped, not blended; palettes and 1-bit images are expanded; of
 * 16-bit samples the high byte is kept (Pillow saturates 16-bit grey instead, which turns a photograph white); CMYK and
 * YCCK are taken as Adobe writes them, inverted, and converted without a colour profile. EXIF orientation and embedded
 * profiles are ignored, as torchvision ignores them. Of an animation, only the first frame is decoded, on its canvas.
 *
 * <p>Files are not trusted. The format is recognised by the first bytes, the size a file claims is checked before
 * memory is allocated for it, and any fault becomes one {@link BadImageException} that says what the file is. Truncated
 * files are refused, never padded with grey; if only the end marker is missing, PNG and zero-padded JPEG are read as
 * Pillow reads them. Limits: 65,535 pixels a side, {@value #DEFAULT_MAX_PIXELS} in all unless the caller allows more,
 * and 64 MiB a file, in proportion more where more pixels are allowed.
 */
public final class ImageDecoder {
    /** Pillow's limit before it warns of a decompression bomb: 1 GiB of RGBA divided by 3. */
    public static final long DEFAULT_MAX_PIXELS = 89_478_485;

    /** The most that a caller can allow: four samples a pixel must fit into an array. */
    public static final long MOST_PIXELS = 500_000_000;

    private static final int MAX_FILE_BYTES = 64 << 20;

    /** Holds the size of nearly every image: behind a thumbnail and a colour profile at most. */
    private static final int HEAD = 1 << 16;

    private ImageDecoder() {}

    /**
     * The image in {@code file}, which may be a symbolic link to a regular file. Pipes, sockets and devices are
     * refused without opening them, since that could block.
     *
     * @throws BadImageException if the file cannot be read or is not a whole image of a supported format
     */
    public static Rgb8Image decode(Path file) {
        return decode(file, DEFAULT_MAX_PIXELS);
    }

    /**
     * As {@link #decode(Path)}, for images of at most {@code maxPixels} pixels. Decoding takes up to 11 bytes of memory
     * per pixel.
     *
     * @throws IllegalArgumentException if {@code maxPixels} is not 1 to {@value #MOST_PIXELS}
     */
    public static Rgb8Image decode(Path file, long maxPixels) {
        return decode(read(file, size(file, maxPixels)), file, maxPixels);
    }

    /**
     * The image in {@code file}, of at most {@code maxPixels} pixels; the file is read now, and decoded when pixels are asked
     * for.
     *
     * @throws BadImageException if the file cannot be read or does not begin as an image of a supported format
     * @throws IllegalArgumentException if {@code maxPixels} is not 1 to {@value #MOST_PIXELS}
     */
    public static LazyImage open(Path file, long maxPixels) {
        byte[] bytes = read(file, size(file, maxPixels));
        return new Opened(bytes, file, ImageHeader.read(bytes, bytes.length, file, maxPixels), 1);
    }

    /**
     * The image in {@code bytes}, which are the content of a file, of at most {@code maxPixels} pixels; decoded when pixels are
     * asked for. The bytes are not copied and not to be modified.
     *
     * @param name its name in errors
     * @throws BadImageException if the bytes do not begin as an image of a supported format
     * @throws IllegalArgumentException if {@code maxPixels} is not 1 to {@value #MOST_PIXELS}
     */
    public static LazyImage open(byte[] bytes, Path name, long maxPixels) {
        requirePossible(maxPixels);
        if (bytes.length > maxFileBytes(maxPixels)) {
            throw tooLarge(name, bytes.length, maxPixels);
        }
        return new Opened(bytes, name, ImageHeader.read(bytes, bytes.length, name, maxPixels), 1);
    }

    /** The bytes of an image, of which the header has been read. */
    private record Opened(byte[] bytes, Path name, ImageHeader header, int reduction) implements LazyImage {
        @Override
        public int width() {
            return JpegComponent.ceil(header.width(), reduction);
        }

        @Override
        public int height() {
            return JpegComponent.ceil(header.height(), reduction);
        }

        @Override
        public Rgb8Image decode() {
            return part(0, 0, width(), height());
        }

        @Override
        public LazyImage reduced(int times) {
            if (times != 1 && times != 2 && times != 4 && times != 8) {
                throw new IllegalArgumentException("images are reduced 1, 2, 4 or 8 times, not " + times);
            }
            return header.format() == ImageFormat.JPEG ? new Opened(bytes, name, header, times) : this;
        }

        @Override
        public Rgb8Image part(int left, int top, int width, int height) {
            Objects.checkFromIndexSize(left, width, width());
            Objects.checkFromIndexSize(top, height, height());
            if (header.format() != ImageFormat.JPEG) {
                return ImageDecoder.decode(bytes, name, header).part(left, top, width, height);
            }
            JpegFrame.Part part = new JpegFrame.Part(reduction, left, top, width, height);
            return new Rgb8Image(width, height, JpegDecoder.decode(bytes, name, header, part));
        }
    }

    /**
     * The image in {@code bytes}, which are the content of a file.
     *
     * @param name its name in errors
     * @throws BadImageException if the bytes are not a whole image of a supported format
     */
    public static Rgb8Image decode(byte[] bytes, Path name) {
        return decode(bytes, name, DEFAULT_MAX_PIXELS);
    }

    /**
     * As {@link #decode(byte[], Path)}, for images of at most {@code maxPixels} pixels.
     *
     * @throws BadImageException if the bytes are not a whole image of a supported format
     * @throws IllegalArgumentException if {@code maxPixels} is not 1 to {@value #MOST_PIXELS}
     */
    public static Rgb8Image decode(byte[] bytes, Path name, long maxPixels) {
        requirePossible(maxPixels);
        if (bytes.length > maxFileBytes(maxPixels)) {
            throw tooLarge(name, bytes.length, maxPixels);
        }
        return decode(bytes, name, ImageHeader.read(bytes, bytes.length, name, maxPixels));
    }

    /**
     * The samples of a PNG that has one of at most 8 bits for each pixel, as stored: numbers of a palette's colours, whatever
     * these are, or shades of grey.
     *
     * @throws BadImageException if the file cannot be read, or is no such PNG
     * @throws IllegalArgumentException if {@code maxPixels} is not 1 to {@value #MOST_PIXELS}
     */
    public static IndexedImage samples(Path file, long maxPixels) {
        byte[] bytes = read(file, size(file, maxPixels));
        ImageHeader header = ImageHeader.read(bytes, bytes.length, file, maxPixels);
        if (header.format() != ImageFormat.PNG) {
            throw new BadImageException(
                    file, "is a " + header.format() + ", which does not keep numbers as they are: write a PNG");
        }
        if (header.channels() != 1 || header.bits() > Byte.SIZE) {
            throw new BadImageException(
                    file,
                    "has " + header.channels() + " samples of " + header.bits()
                            + " bits for each pixel, where one number of"
                            + " at most 8 bits is expected: write a palette PNG or a grey one");
        }
        return new IndexedImage(header.width(), header.height(), PngDecoder.samples(bytes, file, header));
    }

    /**
     * How many samples a pixel of {@code file} has as stored: 1 grey or the number of a colour, 2 grey and alpha, 3 colour, 4
     * colour and alpha or CMYK.
     *
     * @throws BadImageException if the file cannot be read or does not begin as an image of a supported format
     */
    public static int channels(Path file) {
        byte[] bytes = read(file, size(file, DEFAULT_MAX_PIXELS));
        return ImageHeader.read(bytes, bytes.length, file, DEFAULT_MAX_PIXELS).channels();
    }

    /**
     * How opaque the pixels of a PNG are that has a channel for it, or transparent colours: H×W bytes, unsigned, 255 for what
     * nothing shines through. Absent for all other images, also for a GIF with a transparent colour.
     *
     * @throws BadImageException as {@link #decode(Path, long)}
     */
    public static Optional<byte[]> opacity(Path file, long maxPixels) {
        byte[] bytes = read(file, size(file, maxPixels));
        ImageHeader header = ImageHeader.read(bytes, bytes.length, file, maxPixels);
        return header.format() == ImageFormat.PNG ? PngDecoder.opacity(bytes, file, header) : Optional.empty();
    }

    /**
     * Checks {@code file} cheaply: its format, header, size and end. Reads only the beginning and the end, unless these
     * leave a doubt; then it reads and decodes the whole file. A file that passes may still be damaged in between.
     *
     * @throws BadImageException as {@link #decode(Path, long)}
     * @throws IllegalArgumentException if {@code maxPixels} is not 1 to {@value #MOST_PIXELS}
     */
    public static void check(Path file, long maxPixels) {
        long size = size(file, maxPixels);
        byte[] head = read(file, Math.min(size, HEAD));
        ImageFormat format = ImageFormat.of(head).orElse(null);
        if (size > HEAD && format != ImageFormat.BMP && format != null) {
            try {
                ImageHeader.read(head, size, file, maxPixels);
                if (ends(format, readTail(file, size))) {
                    return;
                }
            } catch (BadImageException e) {
                // Perhaps only the beginning is too short.
            }
        }
        byte[] bytes = size > HEAD && format != null ? read(file, size) : head;
        ImageHeader header = ImageHeader.read(bytes, size, file, maxPixels);
        boolean whole =
                header.format() == ImageFormat.JPEG ? JpegDecoder.ends(bytes, file) : ends(header.format(), bytes);
        if (!whole) {
            decode(bytes, file, maxPixels);
        }
    }

    private static boolean ends(ImageFormat format, byte[] tail) {
        return switch (format) {
            case JPEG -> tail[tail.length - 2] == (byte) 0xff && tail[tail.length - 1] == (byte) 0xd9;
            case PNG -> PngDecoder.ends(tail);
            case GIF -> tail[tail.length - 1] == ';';
            case BMP -> false; // whether all pixels are there, decoding finds out as fast
        };
    }

    private static Rgb8Image decode(byte[] bytes, Path name, ImageHeader header) {
        byte[] pixels =
                switch (header.format()) {
                    case JPEG -> JpegDecoder.decode(bytes, name, header, JpegFrame.Part.all(header, 1));
                    case PNG -> PngDecoder.decode(bytes, name, header);
                    case BMP -> BmpDecoder.decode(bytes, name, header);
                    case GIF -> GifDecoder.decode(bytes, name, header);
                };
        return new Rgb8Image(header.width(), header.height(), pixels);
    }

    /** Something that reads a file. */
    private interface Reading<T> {
        T from(Path file) throws IOException;
    }

    private static void requirePossible(long maxPixels) {
        if (maxPixels < 1 || maxPixels > MOST_PIXELS) {
            throw new IllegalArgumentException("max-pixels must be 1 to " + MOST_PIXELS + ", got " + maxPixels);
        }
    }

    /** The size of {@code file}, if it is a regular file of an acceptable one. */
    private static long size(Path file, long maxPixels) {
        requirePossible(maxPixels);
        BasicFileAttributes attributes = reading(file, path -> Files.readAttributes(path, BasicFileAttributes.class));
        if (attributes.isDirectory()) {
            throw new BadImageException(file, "is a directory, not an image");
        }
        if (!attributes.isRegularFile()) {
            throw new BadImageException(file, "is a pipe, socket or device, not an image");
        }
        if (attributes.size() > maxFileBytes(maxPixels)) {
            throw tooLarge(file, attributes.size(), maxPixels);
        }
        return attributes.size();
    }

    private static byte[] read(Path file, long size) {
        byte[] bytes = new byte[(int) size];
        int read = reading(file, path -> {
            try (InputStream in = Files.newInputStream(path)) {
                return in.readNBytes(bytes, 0, bytes.length);
            }
        });
        if (read < bytes.length) {
            throw new BadImageException(file, "shrank while it was being read: another program is writing to it");
        }
        return bytes;
    }

    private static byte[] readTail(Path file, long size) {
        return reading(file, path -> {
            try (SeekableByteChannel in = Files.newByteChannel(path)) {
                ByteBuffer tail = ByteBuffer.allocate(32);
                in.position(size - tail.capacity());
                while (tail.hasRemaining() && in.read(tail) >= 0) {}
                return tail.array();
            }
        });
    }

    private static <T> T reading(Path file, Reading<T> reading) {
        try {
            return reading.from(file);
        } catch (NoSuchFileException e) {
            throw new BadImageException(file, "does not exist", e);
        } catch (IOException e) {
            throw new BadImageException(file, "cannot be read: " + FileProblem.reason(e), e);
        }
    }

    private static int maxFileBytes(long maxPixels) {
        return (int) Math.max(MAX_FILE_BYTES, MAX_FILE_BYTES * (double) maxPixels / DEFAULT_MAX_PIXELS);
    }

    private static BadImageException tooLarge(Path name, long size, long maxPixels) {
        return new BadImageException(
                name,
                "is too large: " + size + " bytes; at most " + maxFileBytes(maxPixels) + " are allowed for an image");
    }
}
