package io.github.resnet4j.finetune.internal.report;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.files.AtomicFile;
import java.awt.AWTError;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** Images drawn in memory and encoded as PNG; needs no display. */
public final class Png {
    private Png() {}

    /**
     * Draws an opaque image of {@code width} x {@code height} pixels into {@code file}.
     *
     * @throws IOException also where Java has no fonts to draw with, as in slim containers
     */
    public static void draw(Path file, int width, int height, Consumer<Graphics2D> painter) throws IOException {
        byte[] png;
        try {
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = image.createGraphics();
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            painter.accept(g);
            g.dispose();
            png = encode(image);
        } catch (AWTError | InternalError | LinkageError e) {
            throw new IOException(
                    "cannot draw " + file + ": Java's graphics do not start (" + e.getMessage()
                            + "); install fontconfig and a font such as DejaVu, and run with -Djava.awt.headless=true",
                    e);
        }
        AtomicFile.write(file, png);
    }

    public static byte[] encode(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.setUseCache(false);
            if (!ImageIO.write(image, "png", bytes)) {
                throw new IllegalStateException("no PNG encoder for image type " + image.getType());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * An image with its samples as they are, of one, two, three or four channels.
     *
     * @param grey whether red is all there is to store
     * @param opacity a grey image of the same size
     */
    public static BufferedImage plain(Rgb8Image source, boolean grey, Optional<Rgb8Image> opacity) {
        int colours = grey ? 1 : 3;
        int bands = colours + (opacity.isPresent() ? 1 : 0);
        int pixels = source.width() * source.height();
        byte[] samples = bands == 3 ? source.pixels() : new byte[Math.multiplyExact(bands, pixels)];
        for (int i = 0; bands != 3 && i < pixels; i++) {
            System.arraycopy(source.pixels(), 3 * i, samples, bands * i, colours);
            if (opacity.isPresent()) {
                samples[bands * i + colours] = opacity.get().pixels()[3 * i];
            }
        }
        WritableRaster raster = Raster.createInterleavedRaster(
                new DataBufferByte(samples, samples.length),
                source.width(),
                source.height(),
                bands * source.width(),
                bands,
                IntStream.range(0, bands).toArray(),
                null);
        ColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(grey ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
                opacity.isPresent(),
                false,
                opacity.isPresent() ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
                DataBuffer.TYPE_BYTE);
        return new BufferedImage(model, raster, false, null);
    }

    public static BufferedImage image(Rgb8Image source) {
        BufferedImage image = new BufferedImage(source.width(), source.height(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < source.height(); y++) {
            for (int x = 0; x < source.width(); x++) {
                image.setRGB(x, y, source.at(x, y, 0) << 16 | source.at(x, y, 1) << 8 | source.at(x, y, 2));
            }
        }
        return image;
    }

    /** The same with its longer side at most {@code side} pixels; never enlarged. */
    public static BufferedImage within(BufferedImage image, int side) {
        double scale = Math.min(1, side / (double) Math.max(image.getWidth(), image.getHeight()));
        int width = Math.max(1, (int) Math.round(image.getWidth() * scale));
        int height = Math.max(1, (int) Math.round(image.getHeight() * scale));
        return scale(image, width, height);
    }

    /** Nearest neighbour when enlarging, so that pixels stay visible; halving and bilinear when reducing. */
    public static BufferedImage scale(BufferedImage image, int width, int height) {
        BufferedImage current = image;
        while (current.getWidth() > 2 * width && current.getHeight() > 2 * height) {
            current = resample(current, current.getWidth() / 2, current.getHeight() / 2);
        }
        boolean same = current.getWidth() == width && current.getHeight() == height;
        return same ? current : resample(current, width, height);
    }

    private static BufferedImage resample(BufferedImage image, int width, int height) {
        BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = scaled.createGraphics();
        g.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION,
                width > image.getWidth()
                        ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
                        : RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        g.drawImage(image, 0, 0, width, height, null);
        g.dispose();
        return scaled;
    }

    /** An encoded image as the address of itself, so that a page needs no other file. */
    public static Html uri(byte[] png) {
        return Html.trusted("data:image/png;base64," + Base64.getEncoder().encodeToString(png));
    }
}
