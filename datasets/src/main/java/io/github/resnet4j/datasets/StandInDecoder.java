package io.github.resnet4j.datasets;

import io.github.resnet4j.datasets.image.Rgb8Image;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Stands in for {@code image.ImageDecoder} until that is on this branch; nothing but {@link ImageFolder} names it. */
final class StandInDecoder {
    private StandInDecoder() {}

    static Rgb8Image decode(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            BufferedImage image = ImageIO.read(in);
            if (image == null) {
                throw new BadDataException(file, "is not an image");
            }
            byte[] pixels = new byte[image.getWidth() * image.getHeight() * 3];
            for (int y = 0, out = 0; y < image.getHeight(); y++) {
                for (int x = 0; x < image.getWidth(); x++) {
                    int rgb = image.getRGB(x, y);
                    pixels[out++] = (byte) (rgb >> 16);
                    pixels[out++] = (byte) (rgb >> 8);
                    pixels[out++] = (byte) rgb;
                }
            }
            return new Rgb8Image(image.getWidth(), image.getHeight(), pixels);
        } catch (IOException e) {
            throw new BadDataException(file, "cannot be read: " + e, e);
        }
    }
}
