package io.github.resnet4j.datasets.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The JDK's own readers, whatever plug-ins the class path holds; the registry is only looked at, and ImageIO's settings
 * are left alone.
 *
 * <p>A reader gets bytes already reduced to what the pixels need, and whatever it throws becomes a
 * {@link BadImageException}.
 */
final class JdkReader {
    private static final Map<ImageFormat, ImageReaderSpi> READERS = find();

    private JdkReader() {}

    /** The image in {@code bytes}, a file of the format reduced to what the pixels need, as RGB. */
    static byte[] rgb(ImageFormat format, byte[] bytes, Path name) {
        return read(format, bytes, name, JdkReader::rgb);
    }

    /** A byte made of the samples of a pixel, as stored. */
    @FunctionalInterface
    interface PixelByte {
        /**
         * The byte of one pixel.
         *
         * @param samples of a row of pixels, one pixel's behind the other's
         * @param first where the pixel's begin
         */
        int of(int[] samples, int first);
    }

    /** A byte for each pixel. */
    static byte[] bytes(ImageFormat format, byte[] bytes, Path name, PixelByte pixel) {
        return read(format, bytes, name, image -> {
            Raster raster = image.getRaster();
            int width = raster.getWidth();
            int bands = raster.getNumBands();
            int[] row = new int[width * bands];
            byte[] made = new byte[Math.multiplyExact(width, raster.getHeight())];
            for (int y = 0; y < raster.getHeight(); y++) {
                raster.getPixels(0, y, width, 1, row);
                for (int x = 0; x < width; x++) {
                    made[y * width + x] = (byte) pixel.of(row, x * bands);
                }
            }
            return made;
        });
    }

    private static byte[] read(ImageFormat format, byte[] bytes, Path name, Function<BufferedImage, byte[]> wanted) {
        ImageReaderSpi provider = READERS.get(format);
        if (provider == null) {
            throw new IllegalStateException("this Java runtime has no " + format + " reader (module java.desktop)");
        }
        try {
            ImageReader reader = provider.createReaderInstance();
            try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
                reader.setInput(in, true, true);
                return wanted.apply(reader.read(0));
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            // The PNG reader wraps even these.
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new BadImageException(name, "is a truncated or damaged " + format + ": " + reason(e), e);
        } catch (BadImageException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new BadImageException(name, "is a damaged " + format + ": its data cannot be decoded", e);
        }
    }

    /** What the innermost failure says, for the outer ones only repeat it with the names of classes. */
    private static String reason(IOException failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return innermost instanceof IOException && innermost.getMessage() != null
                ? innermost.getMessage()
                : "its data cannot be decoded";
    }

    /**
     * A decoded image as RGB: palettes looked up, grey replicated, alpha dropped, samples of fewer than 8 bits scaled
     * to 0..255 (rounded down, as in Pillow) and of more bits the highest 8 kept. The samples are taken as stored, since
     * the JDK's colour models take grey to be linear and change it.
     */
    static byte[] rgb(BufferedImage image) {
        Raster raster = image.getRaster();
        int width = raster.getWidth();
        int bands = raster.getNumBands();
        int second = bands < 3 ? 0 : 1;
        int third = bands < 3 ? 0 : 2;
        int[] bits = raster.getSampleModel().getSampleSize();
        int[] row = new int[width * bands];
        byte[] rgb = new byte[Math.multiplyExact(3 * width, raster.getHeight())];
        int o = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            if (image.getColorModel() instanceof IndexColorModel palette) {
                for (int index : row) {
                    int colour = palette.getRGB(index);
                    rgb[o++] = (byte) (colour >> 16);
                    rgb[o++] = (byte) (colour >> 8);
                    rgb[o++] = (byte) colour;
                }
            } else {
                for (int i = 0; i < row.length; i += bands) {
                    rgb[o++] = eightBits(row[i], bits[0]);
                    rgb[o++] = eightBits(row[i + second], bits[second]);
                    rgb[o++] = eightBits(row[i + third], bits[third]);
                }
            }
        }
        return rgb;
    }

    /** A sample of {@code bits} as one of 8. */
    static byte eightBits(int sample, int bits) {
        return (byte) (bits < 8 ? sample * 255 / ((1 << bits) - 1) : sample >> bits - 8);
    }

    private static Map<ImageFormat, ImageReaderSpi> find() {
        Map<ImageFormat, ImageReaderSpi> found = new EnumMap<>(ImageFormat.class);
        Iterator<ImageReaderSpi> readers =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, true);
        while (readers.hasNext()) {
            ImageReaderSpi reader = readers.next();
            for (ImageFormat format : ImageFormat.values()) {
                String folder = format.name().toLowerCase(Locale.ROOT);
                if (reader.getClass()
                        .getName()
                        .equals("com.sun.imageio.plugins." + folder + "." + format + "ImageReaderSpi")) {
                    found.put(format, reader);
                }
            }
        }
        return found;
    }
}
