package io.github.resnet4j.finetune.report;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.finetune.internal.report.Html;
import io.github.resnet4j.finetune.internal.report.Png;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Images encoded as JPEG, for pages with hundreds of photographs. */
public final class Jpeg {
    private static final float QUALITY = 0.8f;
    private static final int SIDE = 240;

    private Jpeg() {}

    /** The image, JPEG. */
    public static byte[] encode(Rgb8Image image) {
        return encode(Png.image(image));
    }

    /** A small picture of the image, its longer side at most {@value #SIDE} pixels; never enlarged. */
    public static byte[] thumbnail(Rgb8Image image) {
        return encode(Png.within(Png.image(image), SIDE));
    }

    /** As an address within a page. */
    static Html uri(byte[] jpeg) {
        return Html.trusted("data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg));
    }

    static byte[] encode(BufferedImage image) {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
        ImageWriter writer = writers.next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam quality = writer.getDefaultWriteParam();
            quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            quality.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), quality);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
