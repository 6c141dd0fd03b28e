package io.github.resnet4j.finetune.internal.task.segmentation;

import io.github.resnet4j.datasets.image.Rgb8Image;
import io.github.resnet4j.finetune.internal.report.Png;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;

/** The colours of PASCAL VOC, and masks drawn with them. */
final class ClassColours {
    private static final int COLOURS = 256;
    private static final int[] RGB = palette();

    private ClassColours() {}

    /** The bits of a number, three at a time, from the highest bits of red, green and blue on; 0 is black. */
    private static int[] palette() {
        int[] colours = new int[COLOURS];
        for (int number = 0; number < COLOURS; number++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                int channel = bit % 3;
                int depth = 7 - bit / 3;
                colours[number] |= (number >> bit & 1) << (16 - 8 * channel + depth);
            }
        }
        return colours;
    }

    /** {@code 0xRRGGBB}. */
    static int rgb(int number) {
        return RGB[number];
    }

    /** As HTML writes it. */
    static String html(int number) {
        return String.format("#%06x", RGB[number]);
    }

    /**
     * A PNG with a palette, whose numbers are those of the classes.
     *
     * @param numbers height × width
     */
    static byte[] mask(byte[] numbers, int width, int height) {
        byte[] red = new byte[COLOURS];
        byte[] green = new byte[COLOURS];
        byte[] blue = new byte[COLOURS];
        for (int number = 0; number < COLOURS; number++) {
            red[number] = (byte) (RGB[number] >> 16);
            green[number] = (byte) (RGB[number] >> 8);
            blue[number] = (byte) RGB[number];
        }
        IndexColorModel model = new IndexColorModel(Byte.SIZE, COLOURS, red, green, blue);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, model);
        byte[] pixels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        System.arraycopy(numbers, 0, pixels, 0, numbers.length);
        return Png.encode(image);
    }

    /** The image with its classes over it, half transparent, and lines around them; class 0 is left as it is. */
    static BufferedImage overlay(Rgb8Image image, byte[] numbers) {
        int width = image.width();
        int height = image.height();
        BufferedImage drawn = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int number = numbers[y * width + x] & 0xff;
                int own = image.at(x, y, 0) << 16 | image.at(x, y, 1) << 8 | image.at(x, y, 2);
                boolean rim = x + 1 < width && numbers[y * width + x + 1] != numbers[y * width + x]
                        || y + 1 < height && numbers[(y + 1) * width + x] != numbers[y * width + x];
                drawn.setRGB(x, y, rim ? 0xffffff : number == 0 ? own : mixed(own, bright(number)));
            }
        }
        return drawn;
    }

    /** VOC's colours are dark ones; over a photograph they need light. */
    private static int bright(int number) {
        int colour = RGB[number];
        int most = Math.max(colour >> 16, Math.max(colour >> 8 & 0xff, colour & 0xff));
        int lighter = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            lighter |= (colour >> shift & 0xff) * 255 / most << shift;
        }
        return lighter;
    }

    private static int mixed(int one, int other) {
        return ((one & 0xfefefe) >> 1) + ((other & 0xfefefe) >> 1);
    }
}
